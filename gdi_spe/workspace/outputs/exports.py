"""Take results out: try the node's rules, write to the outbox, ask for a release.

What is found here is a warning from the same rules that the node uses. The node checks again
what it receives, with the facts it has itself, and only that decides.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.boundary.findings import FileReport
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.query.written import data_of
from gdi_spe.workspace import recipes
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.node_socket import ask
from gdi_spe.workspace.outputs import outbox, pictures
from gdi_spe.workspace.outputs.reports import CheckResult, ExportRequest, ExportRequests
from gdi_spe.workspace.surroundings import Surroundings, surroundings

# Columns by which a table is known to be one of allele frequencies.
_FREQUENCY_COLUMNS = {"reference", "alternate", "allele_count", "allele_number", "allele_frequency"}


# Columns of individuals that labels are of, and the values that everybody has, or who they are.
People = tuple[Sequence[str], Mapping[str, str] | Selection]


@dataclass(frozen=True)
class ExportedFile:
    """A file in the outbox, what is declared about it, and what the rules say."""

    path: Path
    side_car: SideCar
    result: CheckResult

    def __repr__(self) -> str:
        return f"{self.path.name} is in the outbox.\n{self.result!r}"

    def _repr_html_(self) -> str:
        return f"<p>{self.path.name} is in the outbox.</p>{self.result._repr_html_()}"


def check(
    obj: Any, kind: str = "", name: str = "", here: Surroundings | None = None
) -> CheckResult:
    """Try the node's rules on a result or a file, before anyone waits.

    Parameters
    ----------
    obj
        A table, Selection-free aggregate, figure, text or dictionary; or a file's path.
    kind
        What the table is: ``"counts"`` or ``"allele-frequencies"`` (told by its columns).
    name
        The file name it would have; by what it is without it.

    Returns
    -------
    The verdict (``pass``, ``review`` or ``block``) and each finding with how to fix it. A
    pass here promises nothing: the node checks again, and people look.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> people = cohort.to_pandas()
    >>> by_sex = people.groupby("sex").size().rename("n_individuals").reset_index()
    >>> spe.check(by_sex[by_sex["n_individuals"] >= 10], kind="counts")
    result.csv: pass (passes the rules)
    >>> spe.check(people.reset_index()).verdict
    'block'
    """
    here = here or surroundings()
    pictures.drawn_by_us(obj)
    if path := outbox.file_of(obj):
        side_car = outbox.declared(path)
        if kind:
            side_car = side_car.model_copy(update={"kind": kind})
        return _check(path, side_car, here)
    with tempfile.TemporaryDirectory() as folder:
        path = outbox.place(Path(folder), name or f"result{_ending(obj)}")
        outbox.write(obj, path)
        return _check(path, _side_car(obj, "", kind), here)


def mend(path: str | Path, how: str, here: Surroundings | None = None) -> Path:
    """Write a copy of a file that is mended by the node's numbers, and return where it is.

    Parameters
    ----------
    path
        A table, or any file that can be re-encoded.
    how
        ``"round"``, ``"suppress"``, ``"drop-metadata"`` or ``"mac"``.

    Returns
    -------
    The copy's path, beside the file. It is not checked yet: `check` tells how it stands.

    Raises
    ------
    BadInput
        If there is no such fix, or the file is of no form that it can mend.

    Examples
    --------
    >>> from pathlib import Path
    >>> import gdi_spe as spe
    >>> _ = Path("counts.csv").write_text("sex,n_individuals\\nmale,121\\nfemale,133\\n")
    >>> spe.mend(Path("counts.csv"), "round").read_text().split()
    ['sex,n_individuals', 'male,120', 'female,130']
    """
    from gdi_spe.workspace.outputs.fixes import mended

    if not Path(path).is_file():
        raise BadInput(f"{path}: there is no such file", remedy="Name the file to mend")
    return mended(Path(path), how, (here or surroundings()).load_policy())


def _ending(obj: Any) -> str:
    if isinstance(obj, str):
        return ".txt"
    if isinstance(obj, dict):
        return ".json"
    return ".png" if pictures.is_picture(obj) else ".csv"


def _check(path: Path, side_car: SideCar, here: Surroundings) -> CheckResult:
    from gdi_spe.disclosure.engine import check_files
    from gdi_spe.disclosure.evidence.context import CheckContext

    context: CheckContext = _context(path.name, side_car, here)
    return CheckResult(check_files([path], here.load_policy(), context))


def _context(name: str, side_car: SideCar, here: Surroundings) -> Any:
    """What the rules must know of the mounted cohorts: their size and pseudonyms."""
    from gdi_spe.disclosure.evidence.context import CheckContext
    from gdi_spe.workspace.cohorts import cohorts, open_cohort

    n_individuals, n_variants, identifiers = 0, 0, set[str]()
    is_sensitive = False
    for mounted in cohorts(here):
        folder = open_cohort(mounted.path).folder
        n_individuals += folder.manifest.n_individuals
        n_variants += folder.manifest.n_variants
        is_sensitive = is_sensitive or folder.manifest.is_sensitive
        identifiers |= set(folder.table("individuals")["individual_id"].to_pylist())
        identifiers |= set(folder.table("samples")["sample_id"].to_pylist())
    return CheckContext(
        n_individuals=n_individuals or None,
        n_variants=n_variants,
        side_cars={name: side_car},
        identifiers=frozenset(identifiers),
        is_sensitive=is_sensitive,
    )


def _side_car(
    obj: Any, why: str, kind: str, unit: str = "", people: People | None = None
) -> SideCar:
    """Say what is known of a result, and of which people its numbers are."""
    side_car = _described(obj, why, kind, unit)
    by, where = people or ((), {})
    told: dict[str, Any] = {"by": tuple(by)}
    if isinstance(where, Selection):
        cohort = where.cohort.folder.manifest.cohort_id
        told |= {"selection": data_of(where.condition), "cohort": cohort}
        told |= {"n_individuals": side_car.n_individuals or where.count()}
    else:
        told["where"] = dict(where)
    return side_car.model_copy(update=told)


def _described(obj: Any, why: str, kind: str, unit: str) -> SideCar:
    import pandas as pd

    if pictures.is_picture(obj):
        drawn_kind, n = pictures.kind_of(pictures.drawn_by_us(obj))
        return SideCar(kind=kind or drawn_kind, why=why, unit=unit, n_individuals=n)
    recipe = recipes.recipe_of(obj) if isinstance(obj, pd.DataFrame) else None
    if not kind and isinstance(obj, pd.DataFrame) and set(obj.columns) >= _FREQUENCY_COLUMNS:
        kind = "allele-frequencies"
    return SideCar(kind=kind, why=why, unit=unit, recipe=recipe)


def export(
    obj: Any,
    name: str,
    why: str,
    kind: str = "",
    unit: str = "",
    here: Surroundings | None = None,
    *,
    data: bool = False,
    by: Sequence[str] = (),
    where: Mapping[str, str] | Selection | None = None,
) -> ExportedFile:
    """Write a result to the outbox with what is declared about it, and try the rules.

    Parameters
    ----------
    obj
        A pandas, Arrow or DuckDB table; matplotlib axes or figure; text; a dictionary; or the
        path of a file.
    name
        The file's name; its ending says the form: ``.parquet``, ``.csv``, ``.tsv``,
        ``.png``, ``.svg``, ``.json``, ``.txt`` or ``.md``.
    why
        What it is for, as in ``"Table 2"``; reviewers read it.
    kind
        What the table is: ``"counts"`` (groups and numbers of people) or
        ``"allele-frequencies"`` (told by its columns). A kind helps a table to be explained;
        it never lowers what the content shows. A picture of `spe.plot` declares its own.
    unit
        Unit of the numbers, where they have one.
    data
        Of a picture of `spe.plot`: write the numbers behind it to a file beside it, such as
        ``figure1.data.csv`` for ``figure1.png``. Reviewers ask for them.
    by, where
        Of a table of counts: the columns of the cohort's individuals that its labels are of, as in
        ``["sex"]``; of a cross table both, as in ``["population", "sex"]``. Of any file: whose its
        numbers are, as the values that everybody has (``{"case": "1"}``) or as a selection
        (``cohort.individuals(sex="female")``). The node counts again by them, and so knows which
        numbers are of the same people.

    Returns
    -------
    The file, its declaration and the findings. It leaves with `request_export`.

    Raises
    ------
    BadInput
        If the name or form cannot be used, or nothing says why.
    OneMarkAPerson
        If it is a picture whose marks are people.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> table = cohort.allele_frequencies(gene="RYR1", by="population", min_allele_count=20)
    >>> spe.export(table, "frequencies.parquet", why="Table 2")
    frequencies.parquet is in the outbox.
    frequencies.parquet: pass (passes the rules)
    """
    here = here or surroundings()
    if not why.strip():
        raise BadInput("an export needs a reason", remedy='Say it, as in why="Table 2"')
    result = outbox.file_of(obj) or obj
    people = (reading.several(by), {} if where is None else where)
    side_car = _side_car(result, why, kind, unit, people)
    path = outbox.place(here.outbox, name)
    behind = f"{path.stem}.data.csv"
    if data:
        side_car = side_car.model_copy(update={"data": behind})
    outbox.write(result, path)
    outbox.declare(path, side_car)
    if data:
        export(pictures.table_behind(obj), behind, f"{why}: numbers behind {name}", here=here)
    return ExportedFile(path, side_car, _check(path, side_car, here))


def request_export(
    title: str,
    justification: str,
    files: Sequence[str] | None = None,
    here: Surroundings | None = None,
) -> ExportRequest:
    """Send files of the outbox to the node and ask for their release.

    Parameters
    ----------
    title, justification
        What it is and why it may leave; reviewers read both.
    files
        Names in the outbox; all of them without it.

    Returns
    -------
    The request: its status and the node's findings, file by file. Blocked files do not reach
    a reviewer; each finding says how to fix it. What was sent lies in ``outbox/sent``.

    Raises
    ------
    BadInput
        If there is nothing to send.
    NodeSilent, NodeSaidNo
        If there is no node here, or it refuses.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> table = cohort.allele_frequencies(gene="RYR1", by="population", min_allele_count=20)
    >>> file = spe.export(table, "frequencies.parquet", why="Table 2")
    >>> spe.request_export(title="Tables", justification="For the methods paper").status
    'submitted'
    """
    here = here or surroundings()
    paths = _chosen(here.outbox, None if files is None else reading.names(files, "files"))
    draft = {"title": title, "justification": justification}
    request_id = str(ask(here.node_socket, "POST", "/v1/exports", draft)["id"])
    for path in paths:
        route = f"/v1/exports/{request_id}/files/{path.name}"
        ask(here.node_socket, "PUT", route, path.read_bytes())
        declared = outbox.declared(path).model_dump(mode="json")
        ask(here.node_socket, "PUT", f"{route}/side-car", declared)
    told = ask(here.node_socket, "POST", f"/v1/exports/{request_id}/submit", {})
    outbox.move_to_sent(paths, request_id)
    return ExportRequest.of({"title": title, **told})


def _chosen(folder: Path, files: Sequence[str] | None) -> list[Path]:
    waiting = outbox.waiting(folder)
    if not waiting:
        raise BadInput("the outbox is empty", remedy="Write results to it with spe.export")
    if files is None:
        return waiting
    by_name = {path.name: path for path in waiting}
    for name in files:
        if name not in by_name:
            raise BadInput(
                f"{shown(name)} is not in the outbox", remedy=f"There: {', '.join(by_name)}"
            )
    return [by_name[name] for name in files]


def exports(request_id: str | None = None, here: Surroundings | None = None) -> Any:
    """List the export requests of this workspace, or show one.

    Parameters
    ----------
    request_id
        The request to show; without it all are listed.

    Returns
    -------
    The requests with their status, newest first as the node gives them; one
    `ExportRequest` where an identifier is given.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> len(spe.exports())
    0
    """
    here = here or surroundings()
    if request_id is not None:
        return ExportRequest.of(
            ask(here.node_socket, "GET", f"/v1/exports/{quote(request_id, safe='')}")
        )
    told = ask(here.node_socket, "GET", "/v1/exports")
    rows = told.get("exports", ()) if isinstance(told, dict) else told
    return ExportRequests([ExportRequest.of(row) for row in rows])


def explain(report: FileReport) -> str:
    """Return one file's findings as text."""
    return CheckResult.lines_of(report)

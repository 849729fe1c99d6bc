"""Look at the arguments of a cohort's methods by their names, before anything is done with them.

One table for all methods: an argument means the same wherever it is, and a wrong kind of value is
told in words and never by what it breaks deep inside.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.arguments.functions import columns, path, table
from gdi_spe.workspace.arguments.looking import Look, flag, looking, number, place, single
from gdi_spe.workspace.asking.selection import Selection

if TYPE_CHECKING:
    from gdi_spe.workspace.asking.held import Held

T = TypeVar("T")
_SHOWN = 3  # strangers that a message names


class NobodySelected(BadInput):
    """A selection, or a list, of nobody: nothing is counted, estimated or written of them."""

    code = "nobody-selected"


class NotInCohort(Caution):
    """Some of the individuals that were named are not in this version of the cohort."""


def checked(cohort: type[T]) -> type[T]:
    """Let each public method of a class look at its arguments first."""
    for name, method in inspect.getmembers(cohort, inspect.isfunction):
        if not name.startswith("_"):
            setattr(cohort, name, looking(method, _LOOKS))
    return cohort


def _people(cohort: Held, value: Any, word: str, _: str) -> None:
    """Refuse what names no individuals, those of another cohort, and nobody."""
    if _n_people(cohort, value, word) == 0:
        raise NobodySelected(f"{word} are nobody", remedy="See counts() of the selection")


def _people_or_none(cohort: Held, value: Any, word: str, _: str) -> None:
    _n_people(cohort, value, word)


def _n_people(cohort: Held, value: Any, word: str) -> int:
    how = f"As in {word}=cohort.individuals(sex='female'), or a list of identifiers"
    if isinstance(value, Selection):
        _require_own(cohort, value, word)
        return value.count()
    # Columns of pandas and arrays of NumPy name several, as lists do.
    listed = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(listed, str):
        raise BadInput(f"{word} {shown(value)} is no selection", remedy=f"Give [{shown(value)}]")
    is_list = isinstance(listed, Collection) and not isinstance(listed, Mapping | bytes)
    if not is_list or not all(isinstance(each, str) for each in listed) or _is_frame(value):
        raise BadInput(f"{word}: {shown(value)} names no individuals", remedy=how)
    _require_here(cohort, frozenset(listed), word)
    return len(listed)


def _is_frame(value: Any) -> bool:
    return getattr(value, "ndim", 1) > 1


def _require_own(cohort: Held, value: Any, word: str) -> None:
    """Refuse a selection of another cohort, by itself or among several by name."""
    named = value.values() if isinstance(value, Mapping) else [value]
    for each in named:
        if isinstance(each, Selection) and each.cohort.folder.path != cohort.folder.path:
            raise BadInput(
                f"{word} is of another cohort", remedy="Select by cohort.individuals(...) of this"
            )


def _require_some_here(cohort: Held, named: Iterable[Any], word: str) -> None:
    """Refuse values by individual of whom nobody is here."""
    people = list(named)
    if people and not any(isinstance(each, str) for each in people):
        raise BadInput(
            f"{word}: {shown(people[0])} names no individual",
            remedy="Values go by the identifiers of individuals, as in cohort.individuals().ids",
        )
    if people and not cohort.evaluator.everyone & set(people):
        raise BadInput(
            f"{word}: none of the individuals are in this version of {cohort.id}",
            remedy="See cohort.individuals().ids; a project has its own names",
        )


def _require_here(cohort: Held, named: frozenset[str], word: str) -> None:
    strangers = sorted(named - cohort.evaluator.everyone)
    if not strangers:
        return
    shown = ", ".join(strangers[:_SHOWN]) + (" and others" if len(strangers) > _SHOWN else "")
    why = f"{len(strangers)} of {len(named)} {word} are not in this version of {cohort.id}: {shown}"
    if len(strangers) == len(named):
        raise BadInput(why, remedy="See cohort.individuals().ids; a project has its own names")
    caution(NotInCohort(f"{why}. They are left out"))


def _unrelated(cohort: Held, value: Any, word: str, annotation: str) -> None:
    if not isinstance(value, bool):
        _people(cohort, value, word, annotation)


def _names(_: Held, value: Any, word: str, __: str) -> None:
    reading.names(value, word)


def _named_texts(_: Held, value: Any, word: str, __: str) -> None:
    is_named = isinstance(value, Mapping) and value
    if not is_named or not all(isinstance(each, str) for each in value.values()):
        raise BadInput(
            f"{word} {shown(value)} names no regions",
            remedy=f"As in {word}={{'promoter': 'chr19:38433000-38433690'}}",
        )


def _masks(cohort: Held, value: Any, word: str, annotation: str) -> None:
    given = list(value.values()) if isinstance(value, Mapping) else [value]
    for each in given:
        columns(cohort, each, "consequence", annotation)


def _frequencies(_: Held, value: Any, word: str, annotation: str) -> None:
    several = annotation == "Bounds" and isinstance(value, list | tuple)
    for each in value if several else [value]:
        if each is not None:
            reading.number(each, word, 0, 1)


def _trait(cohort: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_name = isinstance(value, str) and value.strip()
    if not is_name and not isinstance(value, Selection | Mapping | pd.Series):
        raise BadInput(
            f"{word}: {shown(value)} is no trait",
            remedy="The name of a measurement, a selection of cases, or a number by individual",
        )
    if isinstance(value, Selection):
        _people(cohort, value, word, __)
    elif not is_name:
        _require_some_here(cohort, value.keys(), word)


def _covariates(cohort: Held, value: Any, word: str, annotation: str) -> None:
    import pandas as pd

    is_table = isinstance(value, Mapping | pd.DataFrame)
    is_list = isinstance(value, Collection) and not isinstance(value, Selection)
    if "Values" in annotation:
        _columns(cohort, value, word, annotation)
    elif isinstance(value, pd.DataFrame) and len(value):
        _require_some_here(cohort, value.index, word)
    elif is_table:
        _require_own(cohort, value, word)
    elif isinstance(value, str) and value.strip():
        return
    elif isinstance(value, Selection) or (is_list and any(isinstance(v, Selection) for v in value)):
        raise BadInput("a covariate needs a name", remedy='Such as {"carrier": selection}')
    elif not is_list or not all(isinstance(each, str) and each.strip() for each in value):
        raise BadInput(
            f"{word}: {shown(value)} names no covariates",
            remedy="A list of names, as in ['age', 'sex'], or by name the value of each individual",
        )


def _tables(_: Held, value: Any, word: str, annotation: str) -> None:
    for each in value:
        table(_, each, word, annotation)


def _panel(cohort: Held, value: Any, word: str, annotation: str) -> None:
    from gdi_spe.analysis.structure.panel import Panel

    if not isinstance(value, Panel):
        path(cohort, value, word, annotation)


def _columns(_: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_named = isinstance(value, Mapping)
    if not is_named or not all(isinstance(each, Mapping | pd.Series) for each in value.values()):
        raise BadInput(
            f"{word}: {shown(value)} is no set of columns",
            remedy="By name the value of each individual, as in {'height': {'P1': 171.5}}",
        )


def _labels(cohort: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    if isinstance(value, Mapping | pd.Series) and len(value):
        _require_some_here(cohort, value.keys(), word)
    elif not isinstance(value, str) or not value.strip():
        raise BadInput(
            f"{word} {shown(value)} labels nobody", remedy="A column, or a label of each individual"
        )


def _by(cohort: Held, value: Any, word: str, annotation: str) -> None:
    import pandas as pd

    is_named = isinstance(value, Mapping) and value
    if isinstance(value, Selection):
        _people(cohort, value, word, annotation)
    elif is_named and any(isinstance(each, Selection) for each in value.values()):
        _require_own(cohort, value, word)
    elif is_named or isinstance(value, str | pd.Series):
        _labels(cohort, value, word, annotation)
    else:
        raise BadInput(
            f"{word} {shown(value)} names no groups",
            remedy="A column such as 'sex', selections by name, or a label of each individual",
        )


def _repeated(_: Held, value: Any, word: str, __: str) -> None:
    from gdi_spe.analysis.regression.traits import REPEATED

    reading.require_among(word, (value,), REPEATED)


def _callable(_: Held, value: Any, word: str, __: str) -> None:
    if not callable(value):
        raise BadInput(f"{word} {shown(value)} cannot be called", remedy="A function of a number")


_LOOKS: dict[str, Look] = {
    **dict.fromkeys(("individuals", "controls", "affected"), _people),
    **dict.fromkeys(("unaffected", "prefer"), _people_or_none),
    "unrelated": _unrelated,
    **dict.fromkeys(("gene", "genes", "consequence"), _names),
    "condition_on": columns,
    "region": place,
    "regions": _named_texts,
    "masks": _masks,
    "max_frequency": _frequencies,
    "trait": _trait,
    "covariates": _covariates,
    **dict.fromkeys(("pedigree", "results", "relatedness"), table),
    "tables": _tables,
    **dict.fromkeys(("path", "target", "prefix"), path),
    **dict.fromkeys(
        ("absent", "ambiguous", "grid", "males_on_x", "method", "missing", "model", "pattern",
         "proportional", "statistic", "test", "ties", "weights"),
        single,
    ),
    "panel": _panel,
    "phenotypes": _columns,
    "strata": _labels,
    **dict.fromkeys(("by", "within"), _by),
    "repeated": _repeated,
    "arguments": _names,
    "progress": _callable,
    **dict.fromkeys(
        ("mid_p", "dosages", "overwrite", "annotations", "use_phase", "unknown", "small_sample",
         "firth", "by_term"),
        flag,
    ),
    **dict.fromkeys(
        ("min_allele_frequency", "min_frequency", "max_p_value", "p1", "p2", "r2", "min_r2",
         "max_r2", "min_probability", "max_outside", "min_balance", "max_germline_balance",
         "min_matched"),
        number(0, 1),
    ),
    **dict.fromkeys(("min_kinship", "max_kinship"), number(-float("inf"), 1)),
    **dict.fromkeys(("female_threshold", "male_threshold"), number(-float("inf"))),
    **dict.fromkeys(("min_dp", "rho"), number(0)),
    **dict.fromkeys(("min_allele_count", "min_carriers", "window"), number(0, is_whole=True)),
    **dict.fromkeys(("n_components", "max_variants"), number(1, is_whole=True)),
}  # fmt: skip

"""Polygenic scores of individuals, and how well a scoring file fits a cohort."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.scores import matching
from gdi_spe.analysis.scores.alternates import Alternates, alternates
from gdi_spe.analysis.scores.matching import Ambiguous
from gdi_spe.analysis.scores.scoring_file import read
from gdi_spe.analysis.variants.carried import alleles_of
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ABSENT, ONE

Missing = Literal["drop", "mean"]
Floats = NDArray[np.float64]
_AT_ONCE = 8_192
_COUNTED = (matching.MATCHED, matching.FLIPPED)


class TooFewMatched(BadInput):
    """Too small a share of a score's variants is in the cohort."""

    code = "too-few-matched"


def match_scoring_file(
    folder: Folder, path: str | Path, *, ambiguous: Ambiguous = "drop"
) -> pd.DataFrame:
    """Say of each variant of a scoring file what it is in a cohort.

    Parameters
    ----------
    folder
        The cohort.
    path, ambiguous
        As of a cohort's `match_scoring_file`.

    Returns
    -------
    As of a cohort's `match_scoring_file`, which tells errors and sources too.

    Examples
    --------
    >>> lines = ["#pgs_id=PGS1", "#genome_build=GRCh38", "#weight_type=beta"]
    >>> lines += ["chr_name\\tchr_position\\teffect_allele\\tother_allele\\teffect_weight"]
    >>> lines += ["19\\t1\\tA\\tG\\t0.5"]
    >>> from pathlib import Path
    >>> _ = Path("score.txt").write_text("\\n".join(lines))
    >>> match_scoring_file(cohort.folder, "score.txt")["status"].tolist()
    ['absent']
    """
    if ambiguous not in ("drop", "frequency", "keep"):
        raise BadInput(f"ambiguous={shown(ambiguous)}", remedy="drop, frequency or keep")
    file = read(path, folder.assembly)
    table = matching.matches(folder, file, ambiguous)
    table.attrs = _told(table, file.name, file.places)
    return table.drop(columns=["row", "counts_reference", "effect_frequency"])


def polygenic_score(
    folder: Folder,
    path: str | Path,
    individuals: Collection[str] | None = None,
    *,
    missing: Missing = "drop",
    ambiguous: Ambiguous = "drop",
    males_on_x: Literal[1, 2] = 2,
    min_matched: float = 0.75,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Sum the weights of the effect alleles that each individual has.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    path, individuals, missing, ambiguous, males_on_x, min_matched
        As of a cohort's `polygenic_score`.

    Returns
    -------
    As of a cohort's `polygenic_score`, which tells errors and sources too.

    Examples
    --------
    >>> import pandas as pd
    >>> variants = cohort.folder.variants("chr19").to_pandas().tail(20)
    >>> lines = ["#pgs_id=PGS1", "#genome_build=GRCh38", "#weight_type=beta"]
    >>> lines += ["chr_name\\tchr_position\\teffect_allele\\tother_allele\\teffect_weight"]
    >>> lines += [f"19\\t{v.position}\\t{v.alternate}\\t{v.reference}\\t0.1"
    ...           for v in variants.itertuples()]
    >>> from pathlib import Path
    >>> _ = Path("score.txt").write_text("\\n".join(lines))
    >>> scores = polygenic_score(cohort.folder, "score.txt", ambiguous="keep")
    >>> scores.attrs["matched_fraction"], scores.attrs["exportable"]
    (1.0, False)
    """
    if missing not in ("drop", "mean") or males_on_x not in (1, 2):
        raise BadInput(
            f"missing={shown(missing)}, males_on_x={shown(males_on_x)}", remedy="drop, mean; 1, 2"
        )
    if ambiguous not in ("drop", "frequency", "keep"):
        raise BadInput(f"ambiguous={shown(ambiguous)}", remedy="drop, frequency or keep")
    file = read(path, folder.assembly)
    table = matching.matches(folder, file, ambiguous)
    told = _told(table, file.name, file.places)
    if not told["matched_fraction"] >= min_matched:
        raise TooFewMatched(
            f"{told['n_matched']} of {told['n_variants']} variants of {file.name} count here: "
            + ", ".join(f"{told[f'n_{name}']} {name}" for name in
                        ("absent", "mismatched", "ambiguous", "duplicate")),
            remedy="See match_scoring_file, or lower min_matched",
        )  # fmt: skip
    samples = groups_of(folder, None, individuals)[0].samples
    sums = _Sums.none(len(samples))
    for chromosome, part in table[table["status"].isin(_COUNTED)].groupby("chromosome"):
        _add(folder, str(chromosome), part, samples, sums, missing, males_on_x, progress)
    ids = np.array(folder.samples["individual_id"].to_pylist(), object)[samples]
    found = sums.table(ids)
    found.attrs = told | {
        "exportable": False,
        "why": "rows about people",
        "missing": missing,
        "n_missing_calls": int(sums.n_missing.sum()),
    }
    return found


@dataclass
class _Sums:
    """What has come together of each individual."""

    score: Floats
    n_alleles: NDArray[np.int64]
    n_missing: NDArray[np.int64]

    @staticmethod
    def none(n: int) -> _Sums:
        """Nothing yet."""
        return _Sums(np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64))

    def table(self, ids: NDArray[np.object_]) -> pd.DataFrame:
        """Return the result's rows."""
        average = np.full(len(ids), np.nan)
        np.divide(self.score, self.n_alleles, out=average, where=self.n_alleles > 0)
        return pd.DataFrame(
            {
                "individual_id": ids,
                "score": self.score,
                "score_average": average,
                "n_alleles": self.n_alleles,
                "n_missing": self.n_missing,
            }
        )


def _add(
    folder: Folder, chromosome: str, part: pd.DataFrame, samples: NDArray[np.int64], sums: _Sums,
    missing: Missing, males_on_x: int, progress: Callable[[int], None],
) -> None:  # fmt: skip
    keys = folder.variants(chromosome, ["position", "reference"])
    position, places = keys["position"].to_numpy(), _places(keys)
    part = part.sort_values("row", kind="stable")
    for first in range(0, len(part), _AT_ONCE):
        some = part.iloc[first : first + _AT_ONCE]
        rows, members = _members(some, places)
        sign = np.where(some["counts_reference"], -1.0, 1.0)
        coefficient = members @ (sign * some["weight"].to_numpy(float))
        held = alternates(folder, chromosome, rows, coefficient, samples, males_on_x)
        linked, rule = alleles_of(folder, chromosome, position[some["row"]], samples)
        one = np.where(rule == ONE, males_on_x, np.where(rule == ABSENT, 0, 2))
        sums.score += held.total
        gaps = _gaps(held, members)
        _add_block(gaps, some, linked, one, sums)
        if missing == "mean":
            frequency = members.T @ _frequencies(folder, chromosome, rows, samples)
            _fill(gaps, some, linked, one, sums, frequency)
        progress(len(some))


def _places(keys: pa.Table) -> NDArray[np.int64]:
    """Return the first and the row after the last with the place and reference of each row."""
    position, reference = keys["position"].to_numpy(), keys["reference"]
    same = pc.equal(reference.slice(1), reference.slice(0, max(0, len(position) - 1)))
    again = np.zeros(len(position), bool)
    again[1:] = (position[1:] == position[:-1]) & same.to_numpy()
    starts = np.flatnonzero(~again)
    number = np.cumsum(~again) - 1
    return np.stack([starts[number], np.append(starts[1:], len(position))[number]])


def _members(
    some: pd.DataFrame, places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], sparse.csr_array]:
    """Return the rows that count, and which of them each weight asks, ``(rows, weights)``.

    Where the effect allele is the reference, all alternates of its place do.
    """
    row = some["row"].to_numpy(np.int64)
    is_reference = some["counts_reference"].to_numpy(bool)
    first = np.where(is_reference, places[0][row], row)
    number = np.where(is_reference, places[1][row], row + 1) - first
    before = np.cumsum(number) - number
    asked = np.repeat(first - before, number) + np.arange(number.sum())
    rows, place = np.unique(asked, return_inverse=True)
    weights, shape = np.repeat(np.arange(len(some)), number), (len(rows), len(some))
    return rows, sparse.coo_array((np.ones(len(asked)), (place, weights)), shape=shape).tocsr()


def _add_block(
    gaps: sparse.csr_array, some: pd.DataFrame, linked: NDArray[np.bool_],
    one: NDArray[np.int64], sums: _Sums,
) -> None:  # fmt: skip
    """Count what is called, and add what the reference is worth where it is the effect allele.

    ``one`` is how many alleles each individual has where sex decides.
    """
    weight = some["weight"].to_numpy(float)
    is_reference = some["counts_reference"].to_numpy(bool)
    for here, alleles in ((~linked, np.full(len(one), 2)), (linked, one)):
        n_lost = np.asarray(gaps @ here.astype(float)).astype(np.int64)
        sums.n_missing += n_lost
        sums.n_alleles += alleles * (int(here.sum()) - n_lost)
        constant = weight * (here & is_reference)
        sums.score += alleles * (constant.sum() - gaps @ constant)


def _fill(
    gaps: sparse.csr_array, some: pd.DataFrame, linked: NDArray[np.bool_],
    one: NDArray[np.int64], sums: _Sums, frequency: Floats,
) -> None:  # fmt: skip
    """Add for missing calls what frequencies let expect; ``frequency`` is of the alternates."""
    effect = np.where(some["counts_reference"], 1 - frequency, frequency)
    expected = some["weight"].to_numpy(float) * effect
    for here, alleles in ((~linked, np.full(len(one), 2)), (linked, one)):
        sums.score += alleles * (gaps @ (expected * here))
        sums.n_alleles += alleles * np.asarray(gaps @ here.astype(float)).astype(np.int64)


def _gaps(held: Alternates, members: sparse.csr_array) -> sparse.csr_array:
    """Return whose call is missing at each weight's place, ``(individuals, weights)``."""
    gaps = (held.missing @ members).tocsr()
    gaps.data = (gaps.data > 0).astype(float)
    return gaps


def _frequencies(
    folder: Folder, chromosome: str, rows: NDArray[np.int64], samples: NDArray[np.int64]
) -> Floats:
    counts = folder.counts(chromosome, rows, [samples])[0]
    out = np.zeros(len(rows))
    number = counts["allele_number"]
    np.divide(counts["allele_count"], number, out=out, where=number > 0)
    return out


def _told(table: pd.DataFrame, name: str, places: str) -> dict[str, Any]:
    counts = table["status"].value_counts()
    n_matched = int(sum(counts.get(each, 0) for each in _COUNTED))
    told: dict[str, Any] = {
        "pgs_id": name,
        "places": places,
        "n_variants": len(table),
        "n_matched": n_matched,
        "matched_fraction": n_matched / len(table),
        "n_flipped": int(counts.get(matching.FLIPPED, 0)),
    }
    for status in (matching.AMBIGUOUS, matching.MISMATCHED, matching.ABSENT, matching.DUPLICATE):
        told[f"n_{status}"] = int(counts.get(status, 0))
    return told

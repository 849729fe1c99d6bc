"""Rules about people under the names of things: likeness in steps of inheritance, codes as markers."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of
from gdi_spe.disclosure.contents.rows.likeness import square_of
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.vocabulary import is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

# What relatives share is halved from step to step; most people share nothing.
_STEPS = np.array([0.03125, 0.0625, 0.125, 0.25, 0.5])
_NEAR, _NOTHING, _SOMETHING = 0.12, 0.025, 0.045
_LEAST_UNRELATED, _LEAST_ON_STEPS, _LEAST_RELATED = 0.5, 0.85, 4
_SOME_UNRELATED, _MANY_RELATED = 0.15, 10
_LEAST_PAIRS = 12
_ALL_NOTHING = 0.95
_LIKENESS = re.compile(
    r"(?=\w*(r|sim|likeness|kin|pi_?hat|share|ibd|value|coef|phi|estimate))\w++",
    re.IGNORECASE,
)

_LEAST_CODES = 15
_SAME_NAMES = re.compile(
    r"\w*(variant|mutation|change|aa|hgvs|icd|diagnos|phecode|atc|band|uniprot|accession|protein|well|allele|haplotype|peptide|residue|domain|pdb|sequence|motif|primer|drug|isotope|gene|chr|region)\w*",
    re.IGNORECASE,
)
_CODED_THING = re.compile(
    r"[A-Z]\d{2}(\.?\d{1,4}[A-Z]?)?|[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d[A-Z][A-Z0-9]{2}\d|[A-Z]\d{2}[A-Z]{2}\d{2}|([0-9]{1,2}|X|Y)[pq]\d{1,2}(\.\d{1,2})?|D[0-9XY]{1,2}S\d{1,5}",
)
_SHAPE = str.maketrans(
    dict.fromkeys("0123456789", "9")
    | dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")
    | dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a")
)
_LEAST_LETTERS, _LONGEST = 4, 14
# "Abnormality of the nervous system (EE00412)".
_INSIDE = re.compile(r"(?<![\w./:-])[A-Z]{1,5}[-_]?\d{4,12}(?![\w.])")
_GENE_FAMILY = re.compile(
    r"(ZNF|LINC|LOC|MIR|SNOR[AD]|KIAA|FAM|TMEM|CCDC|RNU|KRTAP|OID|SL|ILMN|SEQ|DSS|AF|BC|AK|AC|AL|AP|CH|RP|CT[ABCD]|Q|P|O|H|E|ICD)[-_]?\d+",
    re.IGNORECASE,
)
# A person with something, as no term is called.
_SOMEBODY = re.compile(
    r"(?<!\bof )\b(woman|man|boy|girl|son|daughter|brother|sister|wife|husband|teacher|priest|nurse|farmer|mayor|doctor|fisherman|student|widow(er)?|patient|proband|neighbour|colleague|grand(mother|father|son|daughter))\b"
    r"(?=\s+(with|of|from|aged|who|died|has|had|is|was)\b|,\s|\s+\(?\d)",
    re.IGNORECASE,
)


def likeness_in_steps(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find likeness that lies at the steps that kinship has, whatever the names beside it are."""
    # Distances of a thing from itself are none; alleles and places come in pairs as well.
    numbers = None if is_about_variants(table) else _pairs_of(table)
    if numbers is None or numbers.size < _LEAST_PAIRS:
        return
    size = np.abs(numbers)
    unrelated = float((size < _NOTHING).mean())
    related = numbers[size >= _SOMETHING]
    on_steps = (np.abs(related[:, None] / _STEPS - 1) < _NEAR).any(axis=1)
    share = on_steps.mean() if related.size else 0.0
    mostly = unrelated >= _LEAST_UNRELATED and related.size >= _LEAST_RELATED
    many = unrelated >= _SOME_UNRELATED and related.size >= _MANY_RELATED
    if (mostly and share >= _LEAST_ON_STEPS) or (many and share >= _ALL_NOTHING):
        why = (
            f"{related.size:,} of {numbers.size:,} pairs are alike by a half, a quarter, an eighth, and "
            "the others not at all, as people and their relatives are."
        )
        yield Hit(why, {"n_pairs": int(numbers.size), "n_related": int(related.size)})
    elif unrelated >= _ALL_NOTHING and (numbers != 0).mean() > 0.5:
        why = f"{numbers.size:,} pairs are hardly alike at all, as people are and traits are not."
        yield Hit(why, {"n_pairs": int(numbers.size)}, severity=Verdict.REVIEW)


def _pairs_of(table: Table) -> NDArray[np.float64] | None:
    """Return the likeness of pairs: below the diagonal of a matrix, or in a column beside two names."""
    matrix = square_of(table)
    if matrix is not None:
        if not np.diag(matrix).any():
            return None
        below = matrix[np.tril_indices(matrix.shape[0], -1)]
        return below[np.isfinite(below)]
    labels = [c for c in table.labels if c.n_distinct > 2]
    found = [c for c in table.columns if c.numbers is not None and not c.is_integer]
    found = [c for c in found if _is_likeness(c) and role_of(c) not in (Role.P, Role.ERROR)]
    if len(labels) < 2 or not found or not _are_pairs(labels):
        return None
    numbers = values(found[0])
    return numbers[np.isfinite(numbers)]


def _is_likeness(column: Column) -> bool:
    return bool(_LIKENESS.fullmatch(column.plain))


def _are_pairs(labels: list[Column]) -> bool:
    """Whether two columns name the same things, so that each row is a pair of them."""
    first, second = set(labels[0].cells), set(labels[1].cells)
    return len(first & second) >= 0.6 * min(len(first), len(second))


def codes_as_things(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find codes of one spelling that stand as markers or terms, and codes within labels."""
    for column in table.labels:
        cells = sorted(set(filter(None, column.cells[:5000])))
        if _are_of_one_spelling(cells) and not _SAME_NAMES.fullmatch(column.plain):
            why = f"{len(cells):,} cells of “{column.name}” are codes of one spelling, as people have."
            yield Hit(why, {"n_distinct": len(cells)}, f"[column={column.name}]")
        inside = [c for c in cells if " " in c and any(map(_may_name, _INSIDE.findall(c)))]
        told = [cell for cell in cells if _SOMEBODY.search(cell)]
        if inside or told:
            why = f"Cells of “{column.name}” have the code or words of somebody in them."
            yield Hit(why, {}, f"[column={column.name}]", Verdict.REVIEW)


def _may_name(code: str) -> bool:
    return not is_public(code) and not _GENE_FAMILY.fullmatch(code)


def _are_of_one_spelling(cells: list[str]) -> bool:
    """Whether cells have letters and digits at the same places, and both differ from cell to cell."""
    if len(cells) < _LEAST_CODES or not all(
        len(cell) == len(cells[0]) <= _LONGEST for cell in cells
    ):
        return False
    shape = cells[0].translate(_SHAPE)
    if any(cell.translate(_SHAPE) != shape for cell in cells) or shape.count("9") < 2:
        return False
    if all(map(_CODED_THING.fullmatch, cells)) or all(map(is_public, cells)) or are_genes(cells):
        return False
    letters = [i for i, sign in enumerate(shape) if sign in "Aa"]
    return any(len({cell[i] for cell in cells}) >= _LEAST_LETTERS for i in letters)


# What people have of each, in the units of clinics: no coefficient is so large in every model.
_NATURAL = {
    "age": (15.0, 110.0), "bmi": (13.0, 65.0), "ldl": (0.6, 12.0), "hdl": (0.3, 4.0), "sbp": (75.0, 240.0),
    "dbp": (40.0, 140.0), "height": (120.0, 215.0), "weight": (30.0, 220.0), "hba1c": (20.0, 150.0),
    "glucose": (2.5, 30.0), "creatinine": (30.0, 500.0), "egfr": (5.0, 140.0), "waist": (50.0, 170.0),
}  # fmt: skip
_LEAST_NATURAL, _LEAST_MODELS = 2, 3


def values_as_terms(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find people who are written as models: their age and more as estimates of terms."""
    estimate = next((c for c in table.columns if role_of(c) is Role.EFFECT), None)
    term = table.column("term", "variable", "parameter", "feature")
    if estimate is None or term is None or estimate.numbers is None:
        return
    told: dict[str, list[float]] = {}
    for row, name in enumerate(term.texts()[:2000]):
        told.setdefault(name.strip().lower(), []).append(float(estimate.numbers[row]))
    natural = [
        name for name, numbers in told.items()
        if name in _NATURAL and len(numbers) >= _LEAST_MODELS
        and all(_NATURAL[name][0] <= n <= _NATURAL[name][1] for n in numbers)
    ]  # fmt: skip
    if len(natural) >= _LEAST_NATURAL:
        why = f"Estimates of “{natural[0]}” and “{natural[1]}” are what people have of them."
        yield Hit(why, {"n_terms": len(natural)})


def people_as_things(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find people under names of markers, terms and models."""
    yield from codes_as_things(table, judging)
    yield from values_as_terms(table, judging)


RULES = (
    Rule(
        "PII125", "Likeness in the steps of kinship", Verdict.BLOCK,
        "Count related pairs by degree instead of telling how alike each pair is.",
        Table, likeness_in_steps,
    ),
    Rule(
        "PII126", "People under names of things", Verdict.BLOCK,
        "Leave codes and words of people out; name genes, markers and terms as their series does.",
        Table, people_as_things,
    ),
)  # fmt: skip

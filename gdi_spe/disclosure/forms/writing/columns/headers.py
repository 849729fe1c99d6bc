"""Lines that only name columns: a header of which no row is left, and levels of intervals."""

from __future__ import annotations

import re

import pyarrow as pa

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import column_of

_LONGEST_HEADER = 2000
_ABOUT = re.compile(
    r"(gene|symbol|trait|phenotype|population|group|description|category|variable|term|locus|outcome|exposure)(_(id|name))?"
)
_LIMITS = (("2.5%", "97.5%"), ("5%", "95%"), ("0.5%", "99.5%"), ("5.0%", "95.0%"))
# What an interval stands beside, as fits print it.
_ESTIMATE = re.compile(
    r"[ahirs]?[ohr]r|coef(ficient)?s?\.?|est(imate)?s?\.?|betas?|b|exp\(\w{1,12}\)|(odds|hazards?|rate|risk)"
    r"|ratios?|effects?|mean|median|sd|s\.?e\.?|std\.?|err(or)?\.?|[zt]|p|pr?\(?>\|[zt]\|\)?",
    re.IGNORECASE,
)


def is_header_alone(text: str) -> bool:
    """Whether a text is one line of known names of columns: a table of which nothing is left."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) != 1 or len(lines[0]) > _LONGEST_HEADER:
        return False
    fields = [field.strip().strip('"') for field in re.split(r"[,\t;]", lines[0])]
    return len(fields) > 1 and all(map(_is_known_name, fields))


def _is_known_name(name: str) -> bool:
    """Whether a column of this name would be known, whatever its numbers are."""
    number = column_of(name, pa.array(["0"]), 6)
    words = column_of(name, pa.array(["A"]), 6)
    about = role_of(words) in (Role.VARIANT, Role.ALLELE) or _ABOUT.fullmatch(number.plain)
    return bool(about) or role_of(number) is not Role.UNKNOWN


def names_limits(label: list[str], numbers: list[str]) -> bool:
    """Whether a line names an estimate and both limits of its interval: "OR  2.5%  97.5%".

    TRUST: shares of people may add up to a whole as well, so only the levels in use are limits.
    """
    return all(map(_ESTIMATE.fullmatch, label)) and tuple(numbers) in _LIMITS

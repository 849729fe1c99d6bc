"""Tables that were released earlier from the same cohort, and the variants they name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.intake.canonical import canonicalise
from gdi_spe.disclosure.intake.form import Canonical

if TYPE_CHECKING:
    from gdi_spe.boundary.policy import DisclosurePolicy
    from gdi_spe.disclosure.rules.rule import Judging


def earlier_tables(path: Path, policy: DisclosurePolicy) -> tuple[Table, ...] | None:
    """Return the tables of an earlier release; None if it cannot be read as it was."""
    told = path.stat()
    return _tables(path, told.st_mtime_ns, told.st_size, policy)


@lru_cache(maxsize=64)
def _tables(path: Path, at: int, size: int, policy: DisclosurePolicy) -> tuple[Table, ...] | None:
    form = canonicalise(path, path.name, policy)
    if not isinstance(form, Canonical):
        return None
    return tuple(part for part in form.parts if isinstance(part, Table))


def variant_names(table: Table) -> list[str]:
    """Return the name of each row's variant: its identifier, or its place and alleles."""
    places = with_role(table, Role.CHROMOSOME, Role.POSITION, Role.ALLELE)
    keys: list[Column] = with_role(table, Role.VARIANT)[:1] or places
    return [":".join(name) for name in zip(*(c.texts() for c in keys), strict=True)]


def variants_released(table: Table, judging: Judging) -> int:
    """Return how many variants this table and the earlier releases tell of together."""
    others = (*judging.context.prior, *judging.context.beside)
    if not others:
        return 0
    names = set(variant_names(table))
    for path in others:
        for other in earlier_tables(path, judging.policy) or ():
            if is_about_variants(other):
                names |= set(variant_names(other))
    return len(names)

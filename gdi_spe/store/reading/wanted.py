"""What the admin asks of the records: what is kept of them, and which are left out."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput

# What `--keep-format` can name -> the columns it becomes.
FORMAT_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "phase": {"phase": pa.binary()},
    "GQ": {"format_GQ": pa.list_(pa.int32())},
    "DP": {"format_DP": pa.list_(pa.int32())},
    "AD": {
        "format_AD_reference": pa.list_(pa.int32()),
        "format_AD_alternate": pa.list_(pa.int32()),
    },
}
_PASSED = ("PASS", ".")


@dataclass(frozen=True)
class Filters:
    """Quality filters, as plink2 has them (``--var-filter``, ``--var-min-qual``, ``--vcf-min-gq``).

    A record without FILTER passes, one without QUAL does not; a call without GQ or DP is kept.
    """

    only_pass: bool = False
    min_qual: float | None = None
    # Calls below become missing; 0 for none.
    min_gq: int = 0
    min_dp: int = 0

    @property
    def concerns_records(self) -> bool:
        """Can a record be left out?"""
        return self.only_pass or self.min_qual is not None

    def told(self) -> dict[str, float]:
        """Return the filters that are set, for manifests."""
        values = {
            "only_pass": float(self.only_pass),
            "min_qual": self.min_qual,
            "min_gq": float(self.min_gq),
            "min_dp": float(self.min_dp),
        }
        return {name: value for name, value in values.items() if value}

    def why_not(self, quality: str, filters: str) -> str | None:
        """Return why a record is left out, or None if it is kept."""
        if self.only_pass and filters not in _PASSED:
            return "FILTER"
        if self.min_qual is not None and not _is_at_least(quality, self.min_qual):
            return "QUAL"
        return None


NO_FILTERS = Filters()


@dataclass(frozen=True)
class Wanted:
    """What is kept of a record beside its alleles and calls, and which records are."""

    keep_info: tuple[str, ...] = ()
    keep_format: tuple[str, ...] = ()
    filters: Filters = NO_FILTERS

    def __post_init__(self) -> None:
        unknown = sorted(set(self.keep_format) - set(FORMAT_COLUMNS))
        if unknown:
            known = ", ".join(FORMAT_COLUMNS)
            raise BadInput(f"FORMAT {unknown[0]} cannot be kept", remedy=f"One of {known}")
        bounds = (self.filters.min_gq, self.filters.min_dp, self.filters.min_qual or 0)
        if not all(0 <= bound < 2**31 for bound in bounds):
            raise BadInput("a quality filter is a number from 0 to 2,147,483,647")

    @property
    def format_fields(self) -> list[pa.Field]:
        """Columns of what is kept of each call."""
        return [
            pa.field(column, kind)
            for name, columns in FORMAT_COLUMNS.items()
            if name in self.keep_format
            for column, kind in columns.items()
        ]

    @property
    def wants_people(self) -> bool:
        """Is anything of the samples wanted but their genotypes?"""
        return bool(self.keep_format or self.filters.min_gq or self.filters.min_dp)


def _is_at_least(text: str, least: float) -> bool:
    try:
        return float(text) >= least
    except ValueError:
        return False

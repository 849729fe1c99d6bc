"""Who a record is about, and the sex that decides how many alleles there are."""

from __future__ import annotations

from gdi_spe.node.cohorts.phenotypes.reading.places import Place
from gdi_spe.node.cohorts.phenotypes.reading.record import Record

_BY_KARYOTYPE = {"XX": "female", "XY": "male"}
_UNTOLD = (None, "UNKNOWN_KARYOTYPE")
_KARYOTYPES = (
    *_BY_KARYOTYPE,
    *_UNTOLD,
    *("XO", "X0", "XXY", "XXX", "XXYY", "XXXY", "XXXX", "XYY", "OTHER_KARYOTYPE"),
)


class Claims:
    """Which records have spoken of which person; a person has one record of each kind."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def claim(self, record: Record, name: str) -> None:
        """Refuse a second record of a person: which of the two is right, nobody could say."""
        earlier = self._places.setdefault(name, record.place)
        if earlier is not record.place:
            raise record.refuse(f"individual {name!r} is recorded already, at {earlier}")


def genetic_sex(record: Record, sex: str, karyotype: str | None) -> str:
    """Return the sex that the chromosomes tell, else the one that is recorded."""
    if karyotype not in _KARYOTYPES:
        raise record.refuse(f"{str(karyotype)[:40]!r} is no karyotype", "karyotypicSex")
    genetic = _BY_KARYOTYPE.get(str(karyotype))
    if genetic is None:
        if karyotype not in _UNTOLD:
            record.findings.contradictions.add(
                "a karyotype other than XX or XY: alleles of X and Y are counted by the "
                "recorded sex",
                f"{record.place} {karyotype}",
            )
        return sex
    if sex not in ("unknown", genetic):
        record.findings.contradictions.add(
            "sex and karyotype differ: the karyotype counts", f"{record.place} {sex}, {karyotype}"
        )
    return genetic

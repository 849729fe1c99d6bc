"""Turn what a researcher writes into conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query.places import allele_of, region_of
from gdi_spe.query.records import Records
from gdi_spe.terms import hpo
from gdi_spe.terms.curies import require_known
from gdi_spe.terms.references import Hierarchies

Names = str | Sequence[str]
_AT_LEAST = 0.6


class Asked(TypedDict, total=False):
    """The arguments of `Cohort.individuals`; what they mean is told there."""

    gene: Names
    region: Names
    variant: Names
    consequence: Names
    max_frequency: float
    zygosity: Names
    origin: str
    protein_change: Names
    diagnosis: Names
    phenotype: Names
    treatment: Names
    treated_from: str | date
    treated_until: str | date
    exposure: Names
    biomarker: Names
    measurement: tuple[Any, ...]
    sex: Names
    age: tuple[float | None, float | None]
    population: Names
    country_of_origin: Names
    similar_to: Names
    at_least: float
    descendants: bool


_VARIANT_WORDS = ("gene", "region", "variant", "consequence", "max_frequency", "zygosity",
                  "origin", "protein_change")  # fmt: skip
_TERM_TABLES: dict[str, ask.TermTable] = {
    "diagnosis": "diagnoses",
    "phenotype": "phenotypic_features",
    "treatment": "treatments",
    "exposure": "exposures",
}
_COLUMNS = ("sex", "population", "country_of_origin")
_ZYGOSITIES = ("heterozygous", "homozygous", "hemizygous")


def condition_of(asked: Mapping[str, Any], records: Records) -> ask.Condition:
    """Return the condition that all arguments make together.

    Raises
    ------
    BadInput
        If an argument cannot be read, or means nothing without another.
    """
    _refuse_alone(asked)
    parts: list[ask.Condition] = []
    if any(word in asked for word in _VARIANT_WORDS):
        parts.append(_carries(asked, records.folder.assembly))
    parts += [_has(asked, word) for word in _TERM_TABLES if word in asked]
    if "biomarker" in asked:
        parts.append(ask.HasBiomarker(names(asked["biomarker"])))
    if "measurement" in asked:
        parts.append(_measured(asked["measurement"], asked.get("descendants", True)))
    for word in _COLUMNS:
        if word in asked:
            parts.append(_one_of(word, names(asked[word])))
    if "age" in asked:
        at_least, below = asked["age"]
        parts.append(ask.AgeBetween(at_least, below))
    if "similar_to" in asked:
        terms = features(asked["similar_to"], records.hierarchies)
        parts.append(ask.Resembles(terms, asked.get("at_least", _AT_LEAST)))
    return ask.all_of(parts)


def _refuse_alone(asked: Mapping[str, Any]) -> None:
    for word, other in (
        ("at_least", "similar_to"),
        ("treated_from", "treatment"),
        ("treated_until", "treatment"),
    ):
        if word in asked and other not in asked:
            raise BadInput(f"{word} says nothing without {other}")


def names(value: Names) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    found = (value,) if isinstance(value, str) else tuple(value)
    if not found or not all(isinstance(each, str) and each for each in found):
        raise BadInput(f"{value!r} names nothing")
    return found


def features(asked: Names, hierarchies: Hierarchies) -> tuple[str, ...]:
    """Return the features to compare with: HPO terms as they are, a disease's profile for it."""
    found: list[str] = []
    for term in (require_known(each) for each in names(asked)):
        if term.startswith(f"{hpo.PREFIX}:"):
            found.append(term)
            continue
        profiles = [hpo.profile(same) for same in sorted(hierarchies.equivalents(term))]
        profile = max(profiles, key=len)
        if not profile:
            raise BadInput(f"HPO annotates no features of {term}", remedy="Ask by HPO terms")
        found += sorted(profile)
    return tuple(dict.fromkeys(found))


def _carries(asked: Mapping[str, Any], assembly: str) -> ask.CarriesVariant:
    zygosity = names(asked["zygosity"]) if "zygosity" in asked else ()
    _require_among("zygosity", zygosity, _ZYGOSITIES)
    origin = asked.get("origin")
    _require_among("origin", () if origin is None else (origin,), ("germline", "tumour"))

    def words(word: str) -> tuple[str, ...]:
        return names(asked[word]) if word in asked else ()

    return ask.CarriesVariant(
        genes=words("gene"),
        spans=tuple(region_of(text, assembly) for text in words("region")),
        alleles=tuple(allele_of(text, assembly) for text in words("variant")),
        consequences=words("consequence"),
        max_frequency=asked.get("max_frequency"),
        zygosity=zygosity,  # type: ignore[arg-type]  # checked above
        origin=origin,
        protein_changes=words("protein_change"),
    )


def _require_among(word: str, values: Sequence[str], known: Sequence[str]) -> None:
    for value in values:
        if value not in known:
            raise BadInput(f"{value!r} is no {word}", remedy=f"It is one of {', '.join(known)}")


def _has(asked: Mapping[str, Any], word: str) -> ask.HasTerm:
    terms = tuple(require_known(term) for term in names(asked[word]))
    is_treatment = word == "treatment"
    return ask.HasTerm(
        _TERM_TABLES[word],
        terms,
        asked.get("descendants", True),
        from_date=_day(asked.get("treated_from")) if is_treatment else None,
        to_date=_day(asked.get("treated_until")) if is_treatment else None,
    )


def _day(value: str | date | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{value!r} is no date", remedy="Write it as in 2021-03-01") from None


def _one_of(column: str, values: tuple[str, ...]) -> ask.IsOneOf:
    if column == "sex":
        _require_among("sex", values, ("female", "male"))
    return ask.IsOneOf(column, values)  # type: ignore[arg-type]  # one of _COLUMNS


def _measured(asked: tuple[Any, ...], with_kinds: bool) -> ask.Measured:
    if len(asked) not in (3, 4) or asked[1] not in ("<", "<=", "=", ">=", ">", "!="):
        raise BadInput(
            f"measurement {asked!r} cannot be read",
            remedy='Write ("LOINC:8302-2", ">=", 180) and, where units differ, the unit',
        )
    term, sign, value = require_known(asked[0]), asked[1], float(asked[2])
    # Code systems of assays have no hierarchy as a rule: exactly the term unless one is known.
    is_flat = term.split(":")[0] in ("LOINC", "UCUM")
    unit = asked[3] if len(asked) == 4 else None
    return ask.Measured(term, sign, value, unit, with_kinds and not is_flat)

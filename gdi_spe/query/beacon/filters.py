"""Beacon v2 filters (ontology, alphanumeric, custom) as conditions on individuals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdi_spe.query import conditions as ask
from gdi_spe.query import consequences
from gdi_spe.query.beacon.request import BeaconNotUnderstood, Filter
from gdi_spe.query.periods import years_of
from gdi_spe.terms.curies import looks_like_curie, require_known

SEXES = {"NCIT:C16576": "female", "NCIT:C20197": "male", "female": "female", "male": "male"}
_PERSON_SCOPES = (None, "individual", "individuals")
_VARIANT_SCOPES = ("genomicVariation", "genomicVariations", "g_variant", "g_variants")
# Beacon leaves open what high, medium and low are: here, the share of what the asked term says
# (its information content) that the recorded one shares with it.
_SIMILARITY = {"exact": None, "high": 0.75, "medium": 0.5, "low": 0.25}
# Custom terms, as in ``population:FIN``: what stands before the colon, and the column it asks.
_CUSTOM: dict[str, ask.Column] = {"population": "population", "vitalStatus": "vital_status"}


@dataclass(frozen=True)
class Context:
    """What a filter's meaning depends on besides itself."""

    filters: tuple[Filter, ...]
    is_strict: bool


def _refuse(each: Filter, why: str) -> BeaconNotUnderstood:
    return BeaconNotUnderstood(f"filter {each.id!r}: {why}", source="Beacon request")


def is_effect(each: Filter) -> bool:
    """Say whether a filter is about what the variant does, and not about the individual."""
    return each.id.startswith("SO:")


def effect(each: Filter) -> str:
    """A consequence, which the variant that is asked for must have itself."""
    if each.operator is not None or each.similarity != "exact":
        raise _refuse(each, "an ontology filter has neither operator nor similarity here")
    if each.id not in consequences.ACCESSIONS:
        raise _refuse(each, "this Sequence Ontology term is not among the consequences kept")
    if each.scope not in (None, *_VARIANT_SCOPES):
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    return consequences.ACCESSIONS[each.id]


def condition_of(each: Filter, context: Context) -> ask.Condition:
    """Return what one filter asks of an individual."""
    if each.operator is None and each.value is None:
        is_custom = each.id.partition(":")[0] in _CUSTOM
        return _custom(each) if is_custom else _ontology_filter(each)
    if each.operator is None or each.value is None:
        raise _refuse(each, "operator and value go together")
    if each.similarity != "exact":
        raise _refuse(each, "similarity goes with an ontology term alone")
    if each.id in _ALPHANUMERIC:
        return _ALPHANUMERIC[each.id](each, context)
    if looks_like_curie(each.id):
        return _measured(each)
    raise _refuse(each, f"is not known; known are {', '.join(sorted(_ALPHANUMERIC))}")


def _custom(each: Filter) -> ask.Condition:
    _of_person(each)
    name, _, value = each.id.partition(":")
    if not value or each.similarity != "exact":
        raise _refuse(each, f"needs a value, as in {name}:FIN, and no similarity")
    return ask.IsOneOf(_CUSTOM[name], (value,))


def _measured(each: Filter) -> ask.Condition:
    """A measurement by the term of its assay: ``LOINC:39156-5 >= 30``, in the unit recorded."""
    _of_person(each)
    if each.operator is None or isinstance(each.value, str):
        raise _refuse(each, "a measurement is compared with a number")
    term = require_known(each.id, source="Beacon request")
    operator = "!=" if each.operator == "!" else each.operator
    value = float(each.value or 0)
    return ask.Measured(term, operator, value, with_kinds=each.includeDescendantTerms)


def _ontology_filter(each: Filter) -> ask.Condition:
    if not looks_like_curie(each.id):
        raise _refuse(each, "is no term of a code system known here")
    if each.scope not in _PERSON_SCOPES:
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    term = require_known(each.id, source="Beacon request")
    if term in SEXES:
        if each.similarity != "exact":
            raise _refuse(each, "a sex has no similarity")
        return ask.IsOneOf("sex", (SEXES[term],))
    return ask.HasAnyTerm((term,), each.includeDescendantTerms, _SIMILARITY[each.similarity])


def _of_person(each: Filter) -> None:
    if each.scope not in _PERSON_SCOPES:
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")


def _one_of(each: Filter, column: ask.Column, value: str) -> ask.Condition:
    """A column with one value an individual; of whom it is not recorded is in neither answer."""
    asked = ask.IsOneOf(column, (value,))
    return ask.Opposite(asked) if each.operator == "!" else asked


def _either_text(each: Filter) -> str:
    """The value of a filter that is equal or not."""
    if each.operator not in ("=", "!") or not isinstance(each.value, str) or "%" in each.value:
        raise _refuse(each, "only = or ! and a text without wildcard can be asked")
    return each.value


def _text(each: Filter) -> str:
    """The value of a filter that can only be equal.

    ``!`` is refused: that a term is not recorded does not say that it is absent.
    """
    if each.operator != "=" or not isinstance(each.value, str) or "%" in each.value:
        raise _refuse(each, "only = and a text without wildcard can be asked")
    return each.value


def _onset(each: Filter, context: Context) -> ask.Condition:
    """Age at onset: of the diseases that the other filters name, of any where none does."""
    _of_person(each)
    if each.operator in (None, "!") or not isinstance(each.value, str):
        raise _refuse(each, "needs one of < <= = >= > and an ISO 8601 period")
    terms = [
        other
        for other in context.filters
        if other.operator is None and looks_like_curie(other.id) and not is_effect(other)
    ]
    named = tuple(other.id for other in terms if other.id not in SEXES)
    with_kinds = all(other.includeDescendantTerms for other in terms)
    return ask.HasOnset(each.operator, years_of(each.value), named, with_kinds)  # type: ignore[arg-type]  # "!" is refused above


def _protein_change(each: Filter, context: Context) -> ask.Condition:
    """An amino acid change, in the calls or among the markers of the same individual.

    It need not be the variant of ``g_variant``: a request has one only, and the question
    "PTEN mutation and BRAF V600E" is asked so.
    """
    if each.scope not in (None, *_VARIANT_SCOPES, *_PERSON_SCOPES):
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    change = _text(each)
    return ask.Either(
        ask.CarriesVariant(protein_changes=(change,), is_strict=False),
        ask.HasBiomarker(protein_changes=(change,)),
    )


def _gene(each: Filter, context: Context) -> ask.Condition:
    if each.scope not in (None, *_VARIANT_SCOPES):
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    return ask.CarriesVariant(genes=(_text(each),), is_strict=context.is_strict)


def _sex(each: Filter, context: Context) -> ask.Condition:
    _of_person(each)
    value = _either_text(each)
    if value not in SEXES:
        raise _refuse(each, f"{value!r} is no sex; NCIT:C16576 is female, NCIT:C20197 male")
    return _one_of(each, "sex", SEXES[value])


def _country(each: Filter, context: Context) -> ask.Condition:
    _of_person(each)
    return _one_of(each, "country_of_origin", _either_text(each).removeprefix("ISO3166:"))


def _column(column: ask.Column) -> Callable[[Filter, Context], ask.Condition]:
    def condition(each: Filter, context: Context) -> ask.Condition:
        _of_person(each)
        return _one_of(each, column, _either_text(each))

    return condition


def _term_of(table: ask.TermTable) -> Callable[[Filter, Context], ask.Condition]:
    def condition(each: Filter, context: Context) -> ask.Condition:
        _of_person(each)
        term = require_known(_text(each), source="Beacon request")
        return ask.HasTerm(table, (term,), each.includeDescendantTerms)

    return condition


# TRUST: the alphanumeric filters that are understood; any other is refused.
_ALPHANUMERIC: dict[str, Callable[[Filter, Context], ask.Condition]] = {
    "ageOfOnset": _onset,
    "diseases.ageOfOnset.iso8601duration": _onset,
    "diseases.diseaseCode.id": _term_of("diagnoses"),
    "exposures.exposureCode.id": _term_of("exposures"),
    "geographicOrigin.id": _country,
    "karyotypicSex": _column("karyotypic_sex"),
    "molecularAttributes.aminoacidChanges": _protein_change,
    "molecularAttributes.geneIds": _gene,
    "population": _column("population"),
    "phenotypicFeatures.featureType.id": _term_of("phenotypic_features"),
    "sex": _sex,
    "sex.id": _sex,
    "treatments.treatmentCode.id": _term_of("treatments"),
    "vitalStatus": _column("vital_status"),
}

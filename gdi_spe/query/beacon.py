"""Read Beacon v2 requests and select individuals by them.

The request is hostile or mistaken until it is understood in full: a part that is not known is
an error, since leaving it out would select people whom nobody asked for. Sources: Beacon v2.1.1
framework (requests, filters) and the ``g_variant`` request parameters. Both the nested form of
the schema and the flat one that GDI's portal sends are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query import consequences
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.genotypes import KINDS
from gdi_spe.query.periods import years_of
from gdi_spe.query.places import Span, chromosome_of
from gdi_spe.store.folder import Folder
from gdi_spe.terms.curies import looks_like_curie, require_known
from gdi_spe.terms.references import Hierarchies

# Spellings of the assemblies that datasets may have.
_ASSEMBLIES = {"grch38": "GRCh38", "hg38": "GRCh38", "grch37": "GRCh37", "hg19": "GRCh37"}
_SEXES = {"NCIT:C16576": "female", "NCIT:C20197": "male", "female": "female", "male": "male"}
_PERSON_SCOPES = (None, "individual", "individuals")
_VARIANT_SCOPES = ("genomicVariation", "genomicVariations", "g_variant", "g_variants")
# Beacon leaves open what high, medium and low are: here, the share of what the asked term says
# (its information content) that the recorded one shares with it.
_SIMILARITY = {"exact": None, "high": 0.75, "medium": 0.5, "low": 0.25}


class BeaconNotUnderstood(BadInput):
    """A part of a Beacon request that this node cannot honour, and so does not pass over."""

    code = "beacon-not-understood"


Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Bases = Annotated[str, Field(pattern=r"^[ACGTUNRYSWKMBDHV]+$", max_length=10_000)]
_Places = Annotated[list[Annotated[int, Field(ge=0, lt=2**31)]], Field(min_length=1, max_length=2)]


class Variant(_Strict):
    """What is asked of a variant (``requestParameters.g_variant``)."""

    geneId: str | None = None  # noqa: N815  # Beacon's names, here and below
    assemblyId: str | None = None  # noqa: N815
    referenceName: str | None = None  # noqa: N815
    start: _Places | None = None
    end: _Places | None = None
    referenceBases: _Bases | None = None  # noqa: N815
    alternateBases: _Bases | None = None  # noqa: N815
    variantType: str | None = None  # noqa: N815
    aminoacidChange: str | None = None  # noqa: N815


class Datasets(_Strict):
    """Which datasets are asked (``requestParameters.datasets``)."""

    datasetIds: list[str]  # noqa: N815


class Filter(_Strict):
    """An ontology filter, or with an operator an alphanumeric one."""

    id: str
    includeDescendantTerms: bool = True  # noqa: N815
    similarity: Literal["exact", "high", "medium", "low"] = "exact"
    operator: Literal["=", "<", ">", "!", "<=", ">="] | None = None
    value: str | int | float | None = None
    scope: str | None = None


class Pagination(_Strict):
    """Which part of an answer is shown; it selects nobody."""

    skip: int = 0
    limit: int = 10


class Query(_Strict):
    """The ``query`` of a request."""

    requestParameters: dict[str, Any] = Field(default_factory=dict)  # noqa: N815
    filters: list[Filter] = Field(default_factory=list)
    includeResultsetResponses: Literal["ALL", "HIT", "MISS", "NONE"] = "HIT"  # noqa: N815
    pagination: Pagination = Pagination()
    requestedGranularity: Literal["boolean", "count", "aggregated", "record"] = "boolean"  # noqa: N815
    testMode: Literal[False] = False  # noqa: N815


class Request(_Strict):
    """A whole request; ``meta`` says who asks and in which version, and selects nobody."""

    query: Query
    meta: dict[str, Any] = Field(default_factory=dict)
    schema_id: str | None = Field(default=None, alias="$schema")


def select(
    folder: Folder, query: Mapping[str, Any], hierarchies: Hierarchies | None = None
) -> frozenset[str]:
    """Return the individuals that a Beacon v2 request selects.

    Parameters
    ----------
    folder
        A cohort, or a dataset version on the node.
    query
        The request body, or its ``query`` alone.
    hierarchies
        The ontologies to use; without them those in the folder's ``references``, and HPO.

    Returns
    -------
    Individual identifiers of the folder; empty where nobody is meant.

    Raises
    ------
    BeaconNotUnderstood
        If any part of the request is not known or cannot be honoured.
    HierarchyMissing, UnknownTerm
        If a filter's ontology is not here, or lacks the term.
    """
    asked = parse(query, folder.assembly)
    return Evaluator(folder, hierarchies).outcome(asked).present


def parse(query: Mapping[str, Any], assembly: str) -> ask.Condition:
    """Turn a Beacon v2 request into a condition on individuals."""
    body = _validated(Request, query if "query" in query else {"query": dict(query)}).query
    parameters = dict(body.requestParameters)
    datasets = parameters.pop("datasets", None)
    nested = parameters.pop("g_variant", None)
    if nested is not None and parameters:
        raise BeaconNotUnderstood(
            f"requestParameters has {', '.join(sorted(parameters))} besides g_variant"
        )
    conditions = [_filter(each, body.filters) for each in body.filters if not _is_effect(each)]
    variant = _validated(Variant, parameters if nested is None else nested)
    effects = tuple(_effect(each) for each in body.filters if _is_effect(each))
    if variant != Variant() or effects:
        conditions.append(_carries(variant, effects, assembly))
    if datasets is not None:
        ids = tuple(_validated(Datasets, datasets).datasetIds)
        conditions.append(ask.IsOneOf("dataset_id", ids))
    return ask.all_of(conditions)


def _validated(kind: type[Model], value: Any) -> Model:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BeaconNotUnderstood(
            f"{field or 'the request'}: {first['msg'].lower()}", source="Beacon request"
        ) from None


def _refuse(each: Filter, why: str) -> BeaconNotUnderstood:
    return BeaconNotUnderstood(f"filter {each.id!r}: {why}", source="Beacon request")


def _is_effect(each: Filter) -> bool:
    return each.id.startswith("SO:")


def _effect(each: Filter) -> str:
    """A consequence, which the variant that is asked for must have itself."""
    if each.operator is not None or each.similarity != "exact":
        raise _refuse(each, "an ontology filter has neither operator nor similarity here")
    if each.id not in consequences.ACCESSIONS:
        raise _refuse(each, "this Sequence Ontology term is not among the consequences kept")
    return consequences.ACCESSIONS[each.id]


def _filter(each: Filter, filters: list[Filter]) -> ask.Condition:
    if each.operator is None and each.value is None:
        return _ontology_filter(each)
    if each.operator is None or each.value is None:
        raise _refuse(each, "operator and value go together")
    if each.id not in _ALPHANUMERIC:
        raise _refuse(each, f"is not known; known are {', '.join(sorted(_ALPHANUMERIC))}")
    return _ALPHANUMERIC[each.id](each, filters)


def _ontology_filter(each: Filter) -> ask.Condition:
    if not looks_like_curie(each.id):
        raise _refuse(each, "is no term of a code system known here")
    if each.scope not in _PERSON_SCOPES:
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    term = require_known(each.id, source="Beacon request")
    if term in _SEXES:
        return ask.IsOneOf("sex", (_SEXES[term],))
    return ask.HasAnyTerm((term,), each.includeDescendantTerms, _SIMILARITY[each.similarity])


def _of_person(each: Filter) -> None:
    if each.scope not in _PERSON_SCOPES:
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")


def _text(each: Filter) -> str:
    """The value of a filter that can only be equal; ``!`` and wildcards are not honoured."""
    if each.operator != "=" or not isinstance(each.value, str) or "%" in each.value:
        raise _refuse(each, "only = and a text without wildcard can be asked")
    return each.value


def _onset(each: Filter, filters: list[Filter]) -> ask.Condition:
    """Age at onset: of the diseases that the other filters name, of any where none does."""
    _of_person(each)
    if each.operator in (None, "!") or not isinstance(each.value, str):
        raise _refuse(each, "needs one of < <= = >= > and an ISO 8601 period")
    terms = [other for other in filters if other.operator is None and not _is_effect(other)]
    named = tuple(other.id for other in terms if other.id not in _SEXES)
    with_kinds = all(other.includeDescendantTerms for other in terms)
    return ask.HasOnset(each.operator, years_of(each.value), named, with_kinds)  # type: ignore[arg-type]  # "!" is refused above


def _protein_change(each: Filter, filters: list[Filter]) -> ask.Condition:
    """An amino acid change, in the calls or among the markers of the same individual.

    It need not be the variant of ``g_variant``: a request has one only, and the question
    "PTEN mutation and BRAF V600E" is asked so.
    """
    if each.scope not in (None, *_VARIANT_SCOPES, *_PERSON_SCOPES):
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    change = _text(each)
    return ask.Either(
        ask.CarriesVariant(protein_changes=(change,)),
        ask.HasBiomarker(protein_changes=(change,)),
    )


def _gene(each: Filter, filters: list[Filter]) -> ask.Condition:
    if each.scope not in (None, *_VARIANT_SCOPES):
        raise _refuse(each, f"scope {each.scope!r} cannot be asked")
    return ask.CarriesVariant(genes=(_text(each),), is_strict=False)


def _sex(each: Filter, filters: list[Filter]) -> ask.Condition:
    _of_person(each)
    value = _text(each)
    if value not in _SEXES:
        raise _refuse(each, f"{value!r} is no sex; NCIT:C16576 is female, NCIT:C20197 male")
    return ask.IsOneOf("sex", (_SEXES[value],))


def _country(each: Filter, filters: list[Filter]) -> ask.Condition:
    _of_person(each)
    return ask.IsOneOf("country_of_origin", (_text(each).removeprefix("ISO3166:"),))


def _term_of(table: ask.TermTable) -> Callable[[Filter, list[Filter]], ask.Condition]:
    def condition(each: Filter, filters: list[Filter]) -> ask.Condition:
        _of_person(each)
        term = require_known(_text(each), source="Beacon request")
        return ask.HasTerm(table, (term,), each.includeDescendantTerms)

    return condition


# TRUST: the alphanumeric filters that are understood; any other is refused.
_ALPHANUMERIC: dict[str, Callable[[Filter, list[Filter]], ask.Condition]] = {
    "diseases.ageOfOnset.iso8601duration": _onset,
    "diseases.diseaseCode.id": _term_of("diagnoses"),
    "exposures.exposureCode.id": _term_of("exposures"),
    "geographicOrigin.id": _country,
    "molecularAttributes.aminoacidChanges": _protein_change,
    "molecularAttributes.geneIds": _gene,
    "phenotypicFeatures.featureType.id": _term_of("phenotypic_features"),
    "sex": _sex,
    "sex.id": _sex,
    "treatments.treatmentCode.id": _term_of("treatments"),
}


def _carries(variant: Variant, effects: tuple[str, ...], assembly: str) -> ask.CarriesVariant:
    if variant.assemblyId is not None:
        asked = _ASSEMBLIES.get(variant.assemblyId.split(".")[0].lower())
        if asked != assembly:
            raise BeaconNotUnderstood(
                f"assemblyId {variant.assemblyId!r}: the data are in {assembly}"
            )
    if variant.variantType is not None and variant.variantType not in KINDS:
        raise BeaconNotUnderstood(
            f"variantType {variant.variantType!r} cannot be asked; known are {', '.join(KINDS)}"
        )
    return ask.CarriesVariant(
        genes=() if variant.geneId is None else (variant.geneId,),
        spans=_spans(variant),
        consequences=effects,
        protein_changes=() if variant.aminoacidChange is None else (variant.aminoacidChange,),
        reference=variant.referenceBases,
        alternate=variant.alternateBases,
        kind=variant.variantType,
        is_strict=False,
    )


def _spans(variant: Variant) -> tuple[Span, ...]:
    """Beacon's sequence, range and bracket queries (positions are 0-based there)."""
    start, end = variant.start, variant.end
    if variant.referenceName is None:
        if start or end:
            raise BeaconNotUnderstood("start or end without referenceName")
        return ()
    chromosome = chromosome_of(variant.referenceName)
    match start, end:
        case None, None:
            return (Span(chromosome),)
        case [first], None:
            return (Span.starting_at(chromosome, first),)
        case [first], [last] if first < last:
            return (Span.overlapping(chromosome, first, last),)
        case [low, high], [end_low, end_high] if low < high and end_low < end_high:
            return (Span(chromosome, low, high, end_low, end_high),)
    raise BeaconNotUnderstood(f"start {start} and end {end} make no query that Beacon knows")

"""Read Beacon v2 requests and select individuals by them.

The request is hostile or mistaken until it is understood in full: a part that is not known is
an error, since leaving it out would select people whom nobody asked for. Sources: Beacon v2.1.1
framework (requests, filters) and the ``g_variant`` request parameters. Both the nested form of
the schema and the flat one that GDI's portal sends are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gdi_spe.query import conditions as ask
from gdi_spe.query.beacon.filters import Context, condition_of, effect, is_effect
from gdi_spe.query.beacon.request import BeaconNotUnderstood, Datasets, Request, Variant, validated
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.genotypes import KINDS
from gdi_spe.query.places import Allele, Span, chromosome_of, refseq_chromosome
from gdi_spe.store.chromosomes import LENGTHS
from gdi_spe.store.folder import Folder
from gdi_spe.terms.references import Hierarchies

__all__ = ["BeaconNotUnderstood", "parse", "select"]

# Spellings of the assemblies that datasets may have.
_ASSEMBLIES = {"grch38": "GRCh38", "hg38": "GRCh38", "grch37": "GRCh37", "hg19": "GRCh37"}
# HGVS of one substituted base on a chromosome, and of a transcript or protein.
_SUBSTITUTION = re.compile(r"(NC_\d{6}\.\d+):g\.(\d+)([ACGT])>([ACGT])")
_TRANSCRIPT = re.compile(r"[A-Z]+_?\d+(?:\.\d+)?:c\.\S+")
_PROTEIN = re.compile(r"[A-Z]+_?\d+(?:\.\d+)?:p\.\S+")


def select(
    folder: Folder,
    query: Mapping[str, Any],
    hierarchies: Hierarchies | None = None,
    is_strict: bool = False,
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
    is_strict
        Refuse a gene that no variant of the folder is annotated with, since it may be mistyped.

    Returns
    -------
    Individual identifiers of the folder; empty where nobody is meant.

    Raises
    ------
    BeaconNotUnderstood
        If any part of the request is not known or cannot be honoured.
    HierarchyMissing, UnknownTerm
        If a filter's ontology is not here, or lacks the term.
    UnknownGene
        If it is strict, and nothing here is annotated with a gene that is asked for.
    """
    asked = parse(query, folder.assembly, is_strict)
    return Evaluator(folder, hierarchies).outcome(asked).present


def parse(query: Mapping[str, Any], assembly: str, is_strict: bool = False) -> ask.Condition:
    """Turn a Beacon v2 request into a condition on individuals."""
    body = validated(Request, query if "query" in query else {"query": dict(query)}).query
    parameters = dict(body.requestParameters)
    datasets = parameters.pop("datasets", None)
    nested = parameters.pop("g_variant", None)
    if nested is not None and parameters:
        raise BeaconNotUnderstood(
            f"requestParameters has {', '.join(sorted(parameters))} besides g_variant"
        )
    context = Context(tuple(body.filters), is_strict)
    conditions = [condition_of(each, context) for each in body.filters if not is_effect(each)]
    variant = validated(Variant, parameters if nested is None else nested)
    effects = tuple(effect(each) for each in body.filters if is_effect(each))
    if variant != Variant() or effects:
        conditions.append(_carries(variant, effects, assembly, is_strict))
    if datasets is not None:
        ids = tuple(validated(Datasets, datasets).datasetIds)
        conditions.append(ask.IsOneOf("dataset_id", ids))
    return ask.all_of(conditions)


def _carries(
    variant: Variant, effects: tuple[str, ...], assembly: str, is_strict: bool
) -> ask.CarriesVariant:
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
    short = _short_form(variant, assembly)
    changes = [variant.aminoacidChange, short.get("p")]
    return ask.CarriesVariant(
        genes=() if variant.geneId is None else (variant.geneId,),
        spans=_spans(variant, assembly),
        alleles=short.get("g", ()),
        consequences=effects,
        protein_changes=tuple(change for change in changes if change is not None),
        hgvs_c=short.get("c", ()),
        reference=variant.referenceBases,
        alternate=variant.alternateBases,
        kind=variant.variantType,
        is_strict=is_strict,
    )


def _short_form(variant: Variant, assembly: str) -> dict[str, Any]:
    """Read ``genomicAlleleShortForm``: one base of a chromosome, a transcript, a protein."""
    text = variant.genomicAlleleShortForm
    if text is None:
        return {}
    if variant.aminoacidChange is not None:
        raise BeaconNotUnderstood("aminoacidChange besides genomicAlleleShortForm")
    if found := _SUBSTITUTION.fullmatch(text):
        name, position, reference, alternate = found.groups()
        place = refseq_chromosome(name, assembly)
        return {"g": (Allele(place, int(position), reference, alternate),)}
    if _TRANSCRIPT.fullmatch(text):
        return {"c": (text,)}
    if _PROTEIN.fullmatch(text):
        return {"p": text}
    raise BeaconNotUnderstood(
        f"genomicAlleleShortForm {text!r} cannot be asked",
        remedy="Give a place and bases, as in start and alternateBases",
    )


def _spans(variant: Variant, assembly: str) -> tuple[Span, ...]:
    """Beacon's sequence, range and bracket queries (0-based; of two values the last is not in)."""
    start, end = variant.start, variant.end
    if variant.referenceName is None:
        if start or end:
            raise BeaconNotUnderstood("start or end without referenceName")
        return ()
    is_refseq = variant.referenceName.startswith("NC_")
    read = refseq_chromosome if is_refseq else _named
    chromosome = read(variant.referenceName, assembly)
    _within(chromosome, [*(start or ()), *(each - 1 for each in end or ())], assembly)
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


def _named(name: str, assembly: str) -> str:
    return chromosome_of(name)


def _within(chromosome: str, places: list[int], assembly: str) -> None:
    length = LENGTHS[assembly].get(chromosome)
    if length is not None and any(place >= length for place in places):
        raise BeaconNotUnderstood(f"{chromosome} of {assembly} ends at {length:,}")

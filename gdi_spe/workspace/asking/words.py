"""Turn what a researcher writes into conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, TypedDict

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import conditions as ask
from gdi_spe.query.consequences import expand
from gdi_spe.query.places import allele_of, region_of
from gdi_spe.query.records import Records
from gdi_spe.terms import hpo
from gdi_spe.terms.references import Hierarchies
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.arguments.reading import Names, names, require_among
from gdi_spe.workspace.asking import order
from gdi_spe.workspace.asking.nobody import (
    TERM_TABLES,
    tell_of_markers,
    tell_of_places,
    tell_of_terms,
)
from gdi_spe.workspace.asking.selection import Selection

_AT_LEAST = 0.6
_NO_CHANGE = re.compile(r"(p\.)?([A-Z]|[A-Z][a-z]{2})\d+")


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
    procedure: Names
    progression: Names
    biomarker: Names
    measurement: tuple[Any, ...]
    after: Selection | str | date
    before: Selection | str | date
    around: Selection | str | date
    within: str | float
    sex: Names
    age: tuple[float | str | None, float | str | None]
    age_at: str
    population: Names
    country_of_origin: Names
    vital_status: Names
    dataset: Names
    similar_to: Names
    at_least: float
    descendants: bool


WORDS = tuple(Asked.__annotations__)
_VARIANT_WORDS = ("gene", "region", "variant", "consequence", "max_frequency", "zygosity",
                  "origin", "protein_change")  # fmt: skip
# A word, and the column of the individuals that it asks.
_COLUMNS: dict[str, ask.Column] = {
    "sex": "sex",
    "population": "population",
    "country_of_origin": "country_of_origin",
    "vital_status": "vital_status",
    "dataset": "dataset_id",
}
_KNOWN = {"sex": ("female", "male"), "vital_status": ("alive", "deceased")}
_ZYGOSITIES = ("heterozygous", "homozygous", "hemizygous")
_SIGNS = ("<", "<=", "=", ">=", ">", "!=")
# What says nothing without another word.
_NEEDS = (
    ("at_least", ("similar_to",)),
    ("treated_from", ("treatment",)),
    ("treated_until", ("treatment",)),
    ("within", ("after", "before", "around")),
    ("age_at", ("age",)),
)


def condition_of(asked: Mapping[str, Any], records: Records) -> ask.Condition:
    """Return the condition that all arguments make together.

    Raises
    ------
    BadInput
        If an argument is unknown, cannot be read, or means nothing without another.
    """
    _refuse_unknown(asked)
    given = {word: value for word, value in asked.items() if value is not None}
    _refuse_alone(given)
    descendants = reading.flag(given.get("descendants", True), "descendants")
    events = _events(given, records, descendants)
    parts = order.ordered(given, events, records)
    parts += [_one_of(word, column, names(given[word], word), records)
              for word, column in _COLUMNS.items() if word in given]  # fmt: skip
    if "age" in given:
        parts.append(order.aged(given, events))
    if "similar_to" in given:
        at_least = reading.number(given.get("at_least", _AT_LEAST), "at_least", 0, 1)
        parts.append(ask.Resembles(features(given["similar_to"], records), at_least))
    return ask.all_of(parts)


def _events(
    given: Mapping[str, Any], records: Records, descendants: bool
) -> dict[str, ask.Condition]:
    """Return what is asked for that is carried, found, done or measured, by its word."""
    found: dict[str, ask.Condition] = {}
    if any(word in given for word in _VARIANT_WORDS):
        carried = _carries(given, records.folder.assembly)
        tell_of_places(carried, records)
        found["variant"] = carried
    for word in TERM_TABLES:
        if word in given:
            has = _has(given, word, records, descendants)
            tell_of_terms(word, has, records)
            found[word] = has
    if "progression" in given:
        terms = _terms(given["progression"], "progression", records)
        found["progression"] = ask.SampleHas("progression", terms, descendants)
    if "biomarker" in given:
        markers = ask.HasBiomarker(names(given["biomarker"], "biomarker"))
        tell_of_markers(markers, records)
        found["biomarker"] = markers
    if "measurement" in given:
        found["measurement"] = _measured(given["measurement"], records, descendants)
    return found


# What others call what can be asked here.
_OTHERWISE = {
    "disease": "diagnosis", "disorder": "diagnosis", "condition": "diagnosis",
    "feature": "phenotype", "hpo": "phenotype", "symptom": "phenotype", "trait": "measurement",
    "drug": "treatment", "medication": "treatment", "therapy": "treatment",
    "symbol": "gene", "position": "region", "chromosome": "region", "snp": "variant",
    "rsid": "variant", "effect": "consequence", "impact": "consequence", "mask": "consequence",
    "af": "max_frequency", "maf": "max_frequency", "frequency": "max_frequency",
    "max_af": "max_frequency", "max_maf": "max_frequency", "genotype": "zygosity",
    "hgvs": "protein_change", "mutation": "protein_change", "ancestry": "population",
    "ethnicity": "population", "gender": "sex", "country": "country_of_origin",
    "marker": "biomarker", "min_similarity": "at_least", "exact": "descendants",
}  # fmt: skip


def _refuse_unknown(asked: Mapping[str, Any]) -> None:
    for word in asked:
        if word not in WORDS:
            same = _OTHERWISE.get(word.removesuffix("s"))
            near = [same] if same else get_close_matches(word, WORDS, n=2, cutoff=0.6)
            hint = f"Did you mean {' or '.join(near)}? " if near else ""
            raise BadInput(
                f"{shown(word)} cannot be asked", remedy=f"{hint}One can ask {', '.join(WORDS)}"
            )


def _refuse_alone(asked: Mapping[str, Any]) -> None:
    for word, others in _NEEDS:
        if word in asked and not any(other in asked for other in others):
            raise BadInput(
                f"{word} says nothing without {' or '.join(others)}",
                remedy=f"Give {' or '.join(others)} too, or leave {word} out",
            )


def features(asked: Names, records: Records) -> tuple[str, ...]:
    """Return the features to compare with: HPO terms as they are, a disease's profile for it."""
    found: list[str] = []
    for name in names(asked, "similar_to"):
        # A label that a feature and a disease share means the feature.
        own = records.hierarchies.get(hpo.PREFIX).by_label.get(name.casefold(), ())
        term = own[0] if len(own) == 1 else records.term_named(name)
        is_feature = term.startswith(f"{hpo.PREFIX}:")
        found += [term] if is_feature else _profile(term, records.hierarchies)
    return tuple(dict.fromkeys(found))


def _profile(disease: str, hierarchies: Hierarchies) -> list[str]:
    profiles = [hpo.profile(same) for same in sorted(hierarchies.equivalents(disease))]
    profile = max(profiles, key=len)
    if not profile:
        raise BadInput(f"HPO annotates no features of {disease}", remedy="Ask by HPO terms")
    return sorted(profile)


def _carries(asked: Mapping[str, Any], assembly: str) -> ask.CarriesVariant:
    def words(word: str) -> tuple[str, ...]:
        return names(asked[word], word) if word in asked else ()

    require_among("zygosity", words("zygosity"), _ZYGOSITIES)
    require_among("origin", words("origin"), ("germline", "tumour"))
    expand(words("consequence"))
    changes = words("protein_change")
    _require_changes(changes)
    frequency = asked.get("max_frequency")
    return ask.CarriesVariant(
        genes=words("gene"),
        spans=tuple(region_of(text, assembly) for text in words("region")),
        alleles=tuple(allele_of(text, assembly) for text in words("variant")),
        consequences=words("consequence"),
        max_frequency=None if frequency is None else _frequency(frequency),
        zygosity=words("zygosity"),  # type: ignore[arg-type]  # checked above
        origin=asked.get("origin"),
        protein_changes=changes,
    )


def _require_changes(changes: tuple[str, ...]) -> None:
    """Refuse a change together with its gene, and a place without its change."""
    for change in changes:
        gene, _, rest = change.partition(" ")
        if rest:
            raise BadInput(
                f"{shown(change)} is a gene and a change",
                remedy=f"Write gene={gene!r}, protein_change={rest.strip()!r}",
            )
        if _NO_CHANGE.fullmatch(change):
            raise BadInput(
                f"{shown(change)} says not what it changes to", remedy=f"Write it as in {change}E"
            )


def _frequency(value: Any) -> float:
    return reading.number(value, "max_frequency", 0, 1)


def _terms(value: Any, word: str, records: Records) -> tuple[str, ...]:
    table, column = _RECORDED[word]
    return tuple(records.term_named(name, table, column) for name in names(value, word))


# Where the labels of a word's terms are recorded.
_RECORDED = {
    **{word: (table, "term") for word, table in TERM_TABLES.items()},
    "progression": ("samples", "progression"),
    "measurement": ("measurements", "term"),
}


def _has(asked: Mapping[str, Any], word: str, records: Records, descendants: bool) -> ask.HasTerm:
    bounds = ("treated_from", "treated_until") if word == "treatment" else ()
    began = [reading.day(asked[name], name) if name in asked else None for name in bounds]
    first, last = began or (None, None)
    terms = _terms(asked[word], word, records)
    return ask.HasTerm(TERM_TABLES[word], terms, descendants, from_date=first, to_date=last)


def _one_of(
    word: str, column: ask.Column, values: tuple[str, ...], records: Records
) -> ask.IsOneOf:
    if word in _KNOWN:
        require_among(word, values, _KNOWN[word])
    elif column in ("population", "country_of_origin", "dataset_id"):
        told = set(records.table("individuals")[column].to_pylist()) - {None}
        require_among(word, values, sorted(told))
    return ask.IsOneOf(column, values)


def _measured(asked: Any, records: Records, descendants: bool) -> ask.Measured:
    is_row = isinstance(asked, tuple | list) and len(asked) in (3, 4)
    if not is_row or asked[1] not in _SIGNS or not isinstance(asked[0], str):
        raise BadInput(
            f"measurement {shown(asked)} cannot be read",
            remedy='Write ("LOINC:8302-2", ">=", 180) and, where units differ, the unit',
        )
    term = _terms(asked[0], "measurement", records)[0]
    value = reading.number(asked[2], "measurement")
    # Code systems of assays have no hierarchy as a rule: exactly the term unless one is known.
    is_flat = term.split(":")[0] in ("LOINC", "UCUM")
    unit = names(asked[3], "unit")[0] if len(asked) == 4 else None
    return ask.Measured(term, asked[1], value, unit, descendants and not is_flat)

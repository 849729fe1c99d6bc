"""X, Y and mitochondria against a slow model that shares no code with the store.

The model counts one call after the other from the text of the VCF, by the assembly's
pseudoautosomal regions and the genetic (else birth) sex.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gdi_spe.store.chromosomes import canonical, last_position
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.schemas import COUNT_COLUMNS

MakeFolder = Callable[..., DatasetFolder]
WriteVcf = Callable[..., Path]

# Ensembl and the Genome Reference Consortium give these; first and last base, counted from 1.
PAR = {
    ("GRCh37", "X"): [(60001, 2699520), (154931044, 155260560)],
    ("GRCh37", "Y"): [(10001, 2649520), (59034050, 59363566)],
    ("GRCh38", "X"): [(10001, 2781479), (155701383, 156030895)],
    ("GRCh38", "Y"): [(10001, 2781479), (56887903, 57217415)],
}
EDGES = sorted(
    {
        edge + shift
        for regions in PAR.values()
        for region in regions
        for edge in region
        for shift in (-1, 0, 1)
    }
)
SEXES = ("female", "male", "unknown")
CALLS = ("0/0", "0/1", "1|0", "1/1", "./.", "./1", "0/.", "0", "1", ".", "0/0/1", "1/1/1", "./1/1")


@dataclass(frozen=True)
class Site:
    """A record: where it is and what each sample has there."""

    chromosome: str
    position: int
    calls: tuple[str, ...]


def alleles_here(assembly: str, site: Site, sex: str) -> int | None:
    """How many alleles the person has: 0, 1, or None where what is written counts."""
    if site.chromosome == "MT":
        return 1
    if site.chromosome in ("X", "Y"):
        for first, last in PAR[assembly, site.chromosome]:
            if first <= site.position <= last:
                return None
        if sex == "male":
            return 1
        if site.chromosome == "Y" and sex == "female":
            return 0
    return None


def model(assembly: str, site: Site, sexes: tuple[str, ...]) -> tuple[int, ...]:
    """AC, AN, heterozygous, homozygous, one alternate allele, not complete."""
    told: Counter[str] = Counter()
    for call, sex in zip(site.calls, sexes, strict=True):
        here = alleles_here(assembly, site, sex)
        if here == 0:
            continue
        told.update(_one(call.replace("|", "/").split("/"), here))
    return tuple(told[name] for name in ("ac", "an", "het", "hom", "hemi", "missing"))


def _one(alleles: list[str], here: int | None) -> dict[str, int]:
    """What one call adds."""
    known = [allele for allele in alleles if allele != "."]
    is_complete = len(known) == len(alleles)
    if here == 1:
        # One allele: written once, or the same each time; anything else is no call.
        if not is_complete or len(set(known)) != 1:
            return {"missing": 1}
        is_alternate = int(known[0] == "1")
        return {"ac": is_alternate, "an": 1, "hemi": is_alternate}
    adds = {"ac": known.count("1"), "an": len(known), "missing": int(not is_complete)}
    if is_complete and len(alleles) == 1:
        adds["hemi"] = adds["ac"]
    elif is_complete and len(set(known)) > 1:
        adds["het"] = 1
    elif is_complete and known[0] == "1":
        adds["hom"] = 1
    return adds


@st.composite
def sites(draw: st.DrawFn, n_samples: int) -> list[Site]:
    """Draw places at and beside the edges of the regions, and elsewhere."""
    chosen = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["X", "Y", "MT", "7"]),
                st.one_of(st.sampled_from(EDGES), st.integers(1, 150_000_000)),
            ),
            min_size=1,
            max_size=12,
            unique=True,
        )
    )
    calls = st.lists(st.sampled_from(CALLS), min_size=n_samples, max_size=n_samples).map(tuple)
    return [Site(chromosome, position, draw(calls)) for chromosome, position in chosen]


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, tuple[str, ...], list[Site]]:
    sexes = tuple(draw(st.lists(st.sampled_from(SEXES), min_size=1, max_size=40)))
    assembly = draw(st.sampled_from(["GRCh37", "GRCh38"]))
    return assembly, sexes, there(assembly, draw(sites(len(sexes))))


def there(assembly: str, sites: list[Site]) -> list[Site]:
    """Leave out what is beyond a chromosome's end, which no file may have."""
    return [
        site
        for site in sites
        if site.position <= last_position(str(canonical(site.chromosome)), assembly)
    ]


def every_edge(assembly: str) -> tuple[str, tuple[str, ...], list[Site]]:
    """Every sex with every call at every edge of one assembly."""
    sexes = tuple(sex for sex in SEXES for _ in CALLS)
    edges = [Site(chromosome, position, CALLS * 3) for chromosome in "XY" for position in EDGES]
    return assembly, sexes, there(assembly, edges)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=cases())
@example(case=every_edge("GRCh37"))
@example(case=every_edge("GRCh38"))
def test_counts_are_those_of_the_model(
    case: tuple[str, tuple[str, ...], list[Site]], write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    assembly, sexes, given_sites = case
    names = [f"S{number}" for number in range(len(sexes))]
    lines = [f"{s.chromosome} {s.position} . A C . . . GT {' '.join(s.calls)}" for s in given_sites]

    folder = make_folder(
        [write_vcf(lines, names)], dict(zip(names, sexes, strict=True)), assembly=assembly
    )

    expected = {
        (f"chr{s.chromosome}".replace("MT", "M"), s.position): model(assembly, s, sexes)
        for s in given_sites
    }
    stored, counted = {}, {}
    for chromosome in folder.chromosomes:
        again = folder.counts(chromosome)[0]
        for row, anew in zip(folder.variants(chromosome).to_pylist(), again, strict=True):
            stored[chromosome, row["position"]] = tuple(row[name] for name in COUNT_COLUMNS)
            counted[chromosome, row["position"]] = tuple(anew[name] for name in COUNT_COLUMNS)
    assert stored == expected
    assert counted == expected

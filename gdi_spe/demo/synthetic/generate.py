"""Write a synthetic node: ``python -m gdi_spe.demo.synthetic.generate OUT [--seed 1] ...``.

The files depend on the seed and the number of individuals alone, byte for byte::

    OUT/GDI-XX-DATASET-001/variants.vcf.gz  phenopackets/*.json  consent.csv
    OUT/GDI-XX-DATASET-001/tables/individuals.tsv  pedigree.tsv
    OUT/GDI-XX-DATASET-002/...
    OUT/references/MONDO.obo  NCIT.obo  ORPHA.obo
    OUT/cohorts/GDI-XX-COHORT-002.json      the Beacon query that defines it
    OUT/truth.json                          what a right analysis must find
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.demo.synthetic import (
    consent,
    genomes,
    people,
    phenopackets,
    sites,
    terms,
    truth,
    vcf,
)
from gdi_spe.demo.synthetic.genomes import Genomes, Sample
from gdi_spe.demo.synthetic.people import DATASETS, Person
from gdi_spe.demo.synthetic.planted import families, planting, tumours
from gdi_spe.demo.synthetic.planted.questions import PLANTS, TITLE, Question
from gdi_spe.demo.synthetic.planted.tumours import Tumour
from gdi_spe.demo.synthetic.truth import COHORTS, Truth

INDIVIDUALS = 2_600
_EFFECT_CM = 2.5


def generate(out: Path, seed: int = 1, n_individuals: int = INDIVIDUALS) -> Truth:
    """Write a synthetic node into an empty or absent folder, and return what is planted in it.

    Parameters
    ----------
    out
        The folder to write.
    seed
        Whom to draw: the same seed gives the same bytes.
    n_individuals
        How many people, over both datasets; at least 1,000.

    Raises
    ------
    BadInput
        If the folder holds something, or the people are too few for the planted answers.
    """
    if out.exists() and any(out.iterdir()):
        raise BadInput("the folder is not empty", source=str(out), remedy="Name another one")
    if n_individuals < 1000:
        raise BadInput("too few people", remedy="Ask for at least 1,000 individuals")
    # A stream each, so that a change to one part leaves the others' draws alone.
    streams = [np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(7)]
    drawn_sites = sites.draw(streams[0], DATASETS[0])
    drawn = people.draw(streams[1], n_individuals)
    calls = genomes.draw(streams[2], drawn_sites, drawn)
    planted = planting.plant(streams[3], drawn, calls)
    related, trios = families.plant(streams[5], planted, calls)
    measured, trait = _measure(streams[4], tumours.sampled(related), calls)
    sampled, samples = tumours.draw(streams[6], measured, calls)
    found = _truth(seed, measured, calls, trait)
    found = replace(found, families=tuple(trios), tumours=tuple(samples))
    _write(out, measured, sampled, found)
    return found


def _measure(
    rng: np.random.Generator, everybody: list[Person], calls: Genomes
) -> tuple[list[Person], dict[str, object]]:
    """Give adults a height that grows with the copies of one allele."""
    number = next(n for n, site in enumerate(calls.sites) if site.role.tag == sites.TRAIT)
    site = calls.sites[number]
    copies = (calls.first[number] == 1).astype(int) + (calls.second[number] == 1)
    noise = rng.normal(0, 6.0, len(everybody))
    measured = [
        replace(
            person,
            height_cm=round(
                164.0
                + 13 * (person.sex == "MALE")
                + _EFFECT_CM * float(copies[person.row])
                + float(noise[person.row]),
                1,
            ),
        )
        if person.age_years >= 20
        else person
        for person in everybody
    ]
    return measured, {
        "chromosome": site.chromosome,
        "position": site.position,
        "reference": site.reference,
        "alternate": site.alternates[0],
        "effect": _EFFECT_CM,
        "unit": "cm",
    }


def _truth(seed: int, everybody: list[Person], calls: Genomes, trait: dict[str, object]) -> Truth:
    answers = {each.id: truth.answers(each, everybody, calls) for each in COHORTS}
    _check_planted(everybody, answers[COHORTS[0].id])
    return Truth(
        seed=seed,
        n_individuals=len(everybody),
        cohorts={each.id: truth.summary(each, everybody) for each in COHORTS},
        questions=dict(TITLE.items()),
        answers={q: {c: answers[c][q] for c in answers} for q in truth.CONDITIONS},
        near_misses=_near_misses(everybody),
        alleles=tuple(truth.planted_alleles(everybody, calls)),
        families=(),
        tumours=(),
        trait=trait,
    )


def _check_planted(everybody: list[Person], found: dict[Question, tuple[str, ...]]) -> None:
    """Refuse to write a node whose answers are not the planted ones."""
    for question, ids in found.items():
        planted = {p.id for p in everybody if p.plants[:1] == (question,) and "answer" in p.plants}
        if set(ids) != planted:
            odd = sorted(set(ids) ^ planted)
            raise BadInput(f"{question}: the answers are not the planted ones: {odd}")


def _near_misses(everybody: list[Person]) -> dict[str, tuple[dict[str, str], ...]]:
    return {
        question: tuple(
            {"individual": person.id, "why": person.plants[2]}
            for person in everybody
            if person.plants[:2] == (question, "near miss")
        )
        for question in dict.fromkeys(group.question for group in PLANTS)
    }


def _write(out: Path, everybody: list[Person], calls: Genomes, found: Truth) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for number, dataset in enumerate(DATASETS):
        folder = out / dataset
        folder.mkdir()
        own = [person for person in everybody if person.dataset == dataset]
        columns = [*_samples(own), *_of_tumours(found.tumours, dataset, len(everybody))]
        path = folder / "variants.vcf.gz"
        vcf.write(path, calls, columns, dataset, writes_men_diploid=number == 1)
        phenopackets.write_all(folder / "phenopackets", own)
        phenopackets.write_table(folder / "tables" / "individuals.tsv", own)
        trios = [each for each in found.families if each.dataset == dataset]
        phenopackets.write_pedigree(folder / "tables" / "pedigree.tsv", trios)
        rows = [row for p in own for row in consent.statements(p.id, p.country, p.consent)]
        consent.write(folder / "consent.csv", rows)
    terms.write_slices(out / "references")
    (out / "cohorts").mkdir()
    for cohort in COHORTS:
        if query := cohort.beacon_query():
            text = json.dumps(query, indent=1) + "\n"
            (out / "cohorts" / f"{cohort.id}.json").write_text(text, encoding="utf-8", newline="\n")
    found.write(out / "truth.json")


def _samples(people: list[Person]) -> list[Sample]:
    return [Sample(person.id, person.row) for person in people]


def _of_tumours(every: tuple[Tumour, ...], dataset: str, n_people: int) -> list[Sample]:
    """Return a dataset's samples of tumours: their columns stand behind the people's."""
    return [
        Sample(each.id, n_people + place)
        for place, each in enumerate(every)
        if each.dataset == dataset
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m gdi_spe.demo.synthetic.generate", description=__doc__
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--individuals", type=int, default=INDIVIDUALS)
    chosen = parser.parse_args(arguments)
    try:
        found = generate(chosen.out, chosen.seed, chosen.individuals)
    except SpeError as error:
        print(f"generate: {error.code}: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)
    print(f"{found.n_individuals} synthetic individuals in {chosen.out}")
    for question, by_cohort in found.answers.items():
        counts = ", ".join(f"{cohort}: {len(ids)}" for cohort, ids in by_cohort.items())
        print(f"  {question}: {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

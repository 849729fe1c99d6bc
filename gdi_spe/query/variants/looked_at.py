"""Where it was looked for variants: who without one is known to have none.

A cohort keeps the alleles that somebody in it carries, and the regions that a dataset declared to
have assessed. Inside those, an allele that is not there is not carried; elsewhere its absence
says nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.records import Records
from gdi_spe.store import compute as pc
from gdi_spe.store.chromosomes import length_of
from gdi_spe.store.columns import flags, text

Place = tuple[str, int, int]


def looked_at(
    records: Records, condition: CarriesVariant, n_matched: int, n_alleles_found: int
) -> NDArray[np.bool_]:
    """Say of each individual whether their dataset looked for all that is asked.

    Parameters
    ----------
    n_matched, n_alleles_found
        How many variants here are meant, and how many of the asked alleles are among them.

    Returns
    -------
    True where each asked place lies in regions that the individual's dataset declared. Of a
    dataset without declared regions, and where genes or effects are asked for, the variants that
    are here decide: one at least is meant, and each allele that is asked for by its bases.
    """
    by_rows = n_matched > 0 and n_alleles_found == len(condition.alleles)
    answer = np.full(len(records.people), by_rows)
    if not _is_of_places(condition):
        return answer
    places = [_of_span(span, records.folder.assembly) for span in condition.spans]
    places += [_of_allele(allele) for allele in condition.alleles]
    datasets = records.table("individuals")["dataset_id"]
    for dataset, regions in records.declared.items():
        inside = all(name in regions and regions[name].contain(*place) for name, *place in places)
        answer[flags(pc.equal(datasets, text(dataset)))] = inside
    return answer


def _is_of_places(condition: CarriesVariant) -> bool:
    effects = (
        condition.genes, condition.consequences, condition.protein_changes, condition.hgvs_c
    )  # fmt: skip
    return bool(condition.spans or condition.alleles) and not any(effects)


def _of_span(span: Span, assembly: str) -> Place:
    end = min(span.start_to, length_of(span.chromosome, assembly))
    return span.chromosome, max(span.start_from, span.end_from - 1), end


def _of_allele(allele: Allele) -> Place:
    start = allele.position - 1
    return allele.chromosome, start, start + len(allele.reference)

"""A dataset's counts on X follow the genetic sex, and what cannot be is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gdi_spe.node.cohorts.versions import dataset_path
from gdi_spe.store.folder import DatasetFolder


def test_a_heterozygous_call_of_a_genetic_man_is_missing_in_counts_and_reported(
    node: Any, packet: Callable[..., dict[str, Any]]
) -> None:
    path = node.vcf(["X 5000000 . A C . . . GT 0/1 0/1 0/1"], ("A", "B", "C"))
    woman = {"gender": {"id": "GSSO:000123", "label": "woman"}}
    packets = node.packets(
        packet("A", subject={"sex": "FEMALE", "karyotypicSex": "XY", **woman}),
        packet("B", subject={"sex": "MALE", **woman}),
        packet("C", subject={"sex": "FEMALE"}),
    )

    report = node.ingest(vcf=(path,), phenopackets=packets)

    assert report.n_torn_calls == 2
    folder = DatasetFolder(dataset_path(node.home, "D1", 1))
    row = folder.variants("chrX").to_pylist()[0]
    assert (row["allele_count"], row["allele_number"], row["n_missing"]) == (1, 2, 2)
    assert folder.genotypes("chrX")[0].tolist() == [[0, 1]] * 3

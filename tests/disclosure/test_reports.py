"""Reports, logs and lists of programs pass; the nearest that tell of people do not."""

# Lines of programs are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from tests.disclosure.reports_written import REPORTS

Report = Callable[..., FileReport]


@pytest.mark.parametrize("name", REPORTS)
def test_what_a_program_reports_of_many_people_passes(name: str, report: Report) -> None:
    written, file, n = REPORTS[name]

    told = report(written, file, n=n)

    assert told.verdict is Verdict.PASS, [f.why for f in told.findings]


def _grown(name: str, old: str, new: str) -> tuple[str, str, int]:
    written, file, n = REPORTS[name]
    assert old in written
    return written.replace(old, new), file, n


_PER_SAMPLE = "".join(
    f"PSC\t0\tNA{12800 + i}\t{100 + i}\t{50 + i}\t{70 + i}\t10\t20\t30\t31.{i}\t1{i}\t0\t0\t0\n"
    for i in range(20)
)
_PSC = (
    "# PSC\t[2]id\t[3]sample\t[4]nRefHom\t[5]nNonRefHom\t[6]nHets\t[7]nTransitions"
    "\t[8]nTransversions\t[9]nIndels\t[10]average depth\t[11]nSingletons\t[12]nHapRef"
    "\t[13]nHapAlt\t[14]nMissing\n"
)
_PAYLOAD = base64.b64encode(np.random.default_rng(5).bytes(3000)).decode()

NEIGHBOURS: dict[str, tuple[str, str, int]] = {
    "statistics with a line a sample": (
        REPORTS["bcftools stats"][0] + _PSC + _PER_SAMPLE, "cohort.stats", 5_210
    ),
    "statistics of three samples": _grown("bcftools stats", "samples:\t5210", "samples:\t3"),
    "phenotypes of few cases": (
        "phecode\tphenotype\tn_cases\tn_controls\tbeta\tse\tp_value\n"
        "250.2\tType 2 diabetes\t4\t22000\t0.1\t0.05\t0.04\n"
        "401.1\tHypertension\t3021\t22000\t0.1\t0.05\t0.04\n", "phewas.tsv", 26_000,
    ),
    "components of the variance of few": _grown("GCTA REML", "n\t10040", "n\t40"),
    "pseudonyms among genes": (
        REPORTS["list of genes"][0] + "".join(f"P{i:04d}\n" for i in range(1, 9)), "genes.txt", 3_300
    ),
    "numbered people instead of genes": (
        "".join(f"AB{i}\n" for i in range(1, 60)), "genes.txt", 3_300
    ),
    "names of people instead of genes": (
        "ANNA\nMARIA\nOLAVI\nPETRA\nJONAS\nSOFIA\nELENA\nMARCO\nLUCIA\nNICOLA\n", "genes.txt", 3_300
    ),
    "pins that carry a payload": (
        REPORTS["pins of packages"][0] + f"numpy=={_PAYLOAD}\n", "requirements.txt", 1_200
    ),
    "pins that number people": (
        "".join(f"p{1000 + i}=={30 + i}.{i % 2}.{i * 7 % 10}\n" for i in range(60)), "requirements.txt", 1_200
    ),
    "a structure of few": ("Struct(n_called=3, call_rate=Struct(mean=0.991, stdev=0.004))\n", "hail.txt", 7_938),
    "a structure of one person": ("Struct(s=12, age=41.5, bmi=22.4, sex=1)\n", "hail.txt", 7_938),
    "a box of few": _grown("Hail box", "733 |", "  3 |"),
    "own weights under the header of a public score": _grown(
        "scores of the PGS Catalog", "pgs_id=PGS000018", "pgs_id="
    ),
    "own weights appended to a public score": (
        REPORTS["scores of the PGS Catalog"][0] + "rs999\t1\t99\tA\tG\t0.123\n", "PGS000018.txt", 3_000
    ),
    "a public score with frequencies of the cohort's people": (
        "\n".join(
            line if line.startswith("#") else f"{line}\t{'carrier' if 'rsID' in line else f'P{i:05d}'}"
            for i, line in enumerate(REPORTS["scores of the PGS Catalog"][0].splitlines())
        ), "PGS000018.txt", 3_000,
    ),
    "ages in falling order": ("\n".join(str(90 - i) for i in range(15)) + "\n", "eigen.txt", 3_300),
    "variants that are present in few people": (
        "".join(f"1:{10_000 + 37 * i}:A:G\n" for i in range(3000)), "seen.txt", 60
    ),
    "Hail's regression at few copies": (
        "locus\talleles\trsid\tn\tsum_x\ty_transpose_x\tbeta\tstandard_error\tt_stat\tp_value\n"
        + "".join(
            f'chr1:{1000 + i}\t["A","G"]\trs{i}\t7938\t{3 if i == 4 else 900}.0\t1.2\t0.1\t0.05\t2.0\t0.04\n'
            for i in range(40)
        ), "gwas.tsv", 7_938,
    ),
    "a gene test of few carriers": (
        "gene,chr,n_carriers,beta,se,p\nLDLR,19,3,0.2,0.1,0.04\nAPOB,2,812,0.1,0.1,0.3\n", "genes.csv", 3_300
    ),
    "masks over people": (
        "gene,pLoF,missense\n" + "".join(f"P{i:04d},{i % 2},{i % 3 % 2}\n" for i in range(40)), "masks.csv", 3_300
    ),
    "a date of birth among metadata": (
        REPORTS["metadata of GWAS-SSF"][0] + "date_of_birth: 1961-04-02\n", "meta.yaml", 12_480
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_the_nearest_that_tells_of_people_does_not_pass(name: str, report: Report) -> None:
    written, file, n = NEIGHBOURS[name]

    assert report(written, file, n=n).verdict > Verdict.PASS


def _archive(counts: list[int], edges: list[float]) -> bytes:
    sink = io.BytesIO()
    np.savez(sink, counts=np.array(counts), edges=np.array(edges))
    return sink.getvalue()


_BODY_MASS = [15.0, 20.0, 22.5, 25.0, 27.5, 32.5, 40.0, 50.0]


def test_counts_between_round_edges_pass_as_arrays(report: Report) -> None:
    told = report(_archive([31, 180, 620, 910, 455, 141, 28], _BODY_MASS), "hist.npz", n=2365)

    assert told.verdict is Verdict.PASS, [f.why for f in told.findings]


def test_a_tail_of_few_people_is_blocked_in_arrays(report: Report) -> None:
    told = report(_archive([31, 180, 620, 910, 455, 141, 2], _BODY_MASS), "hist.npz", n=2365)

    assert told.verdict is Verdict.BLOCK


def test_edges_that_are_peoples_values_do_not_pass(report: Report) -> None:
    edges = [15.37, 20.0, 22.5, 25.0, 27.5, 32.5, 40.0, 51.93]

    told = report(_archive([31, 180, 620, 910, 455, 141, 28], edges), "hist.npz", n=2365)

    assert told.verdict > Verdict.PASS


def _genotypes(hom: int, het: int, more: str = "") -> str:
    rows = "".join(
        f"1\trs{i}\tT\tG\t{hom}\t{het}\t{4000 - hom - het}\t0.07\t0.07\t0.5{more}\n"
        for i in range(30)
    )
    extra = "\tDIAGNOSIS" if more else ""
    return f"#CHROM\tID\tA1\tAX\tHOM_A1_CT\tHET_A1_CT\tTWO_AX_CT\tO(HET_A1)\tE(HET_A1)\tP{extra}\n{rows}"


def test_few_homozygotes_of_a_common_allele_go_to_a_person(report: Report) -> None:
    assert report(_genotypes(5, 280), "c.hardy", n=4000).verdict is Verdict.REVIEW


def test_few_carriers_of_an_allele_are_blocked_in_counts_of_genotypes(report: Report) -> None:
    assert report(_genotypes(1, 4), "c.hardy", n=4000).verdict is Verdict.BLOCK


def test_few_homozygotes_by_diagnosis_are_blocked(report: Report) -> None:
    rows = _genotypes(5, 280, "\tG71").replace("rs7\t", "rs7x\t").replace("G71", "G70", 4)

    assert report(rows, "c.hardy", n=4000).verdict is Verdict.BLOCK


@pytest.mark.parametrize("written", ["Counter({})\n", "frozendict({})\n", "{}\n"])
@pytest.mark.parametrize(("fewest", "verdict"), [(733, Verdict.PASS), (3, Verdict.BLOCK)])
def test_counts_that_python_prints_are_counts(
    written: str, fewest: int, verdict: Verdict, report: Report
) -> None:
    printed = written.replace("{}", f"{{'EUR': 6120, 'SAS': 1085, 'AFR': {fewest}}}")

    told = report(printed, "counts.txt", n=7_938)

    assert told.verdict is verdict, [f.why for f in told.findings]


def test_eigenvalues_under_their_name_pass_and_ages_under_it_do_not(report: Report) -> None:
    spectrum = "eigenvalue\n22.1\n14.3\n6.2\n5.1\n4.0\n3.9\n3.5\n3.4\n"
    ages = "eigenvalue\n" + "".join(f"{90 - i}\n" for i in range(20))

    assert report(spectrum, "evals.csv", n=4_000).verdict is Verdict.PASS
    assert report(ages, "evals.csv", n=4_000).verdict > Verdict.PASS


def test_shares_of_variants_that_are_of_something_else_do_not_pass(report: Report) -> None:
    sorts = "consequence,n_variants,percent\nintron,400,80\nmissense,80,16\nstop,20,{}\n"

    assert report(sorts.format(4), "vep.csv").verdict is Verdict.PASS
    assert report(sorts.format(37), "vep.csv").verdict > Verdict.PASS


def test_a_day_that_no_program_tells_of_itself_goes_to_a_person(report: Report) -> None:
    said = "Analysis {} 2026-03-02 10:11:12 with all markers in the file of the cohort.\n"

    assert report(said.format("started at"), "saige.log").verdict is Verdict.PASS
    assert report(said.format("of the patient of"), "saige.log").verdict > Verdict.PASS


@pytest.mark.parametrize("copies", ["{i}", "{i}.03"])
def test_copies_beside_places_without_a_header_are_somebodys(copies: str, report: Report) -> None:
    rows = (f"chr1\t{10_000 + 37 * i}\tA\tG\t{copies.format(i=i % 3)}\n" for i in range(60))

    assert report("".join(rows), "x.tsv", n=900).verdict is Verdict.BLOCK


def test_several_days_of_events_are_not_the_day_of_a_file(report: Report) -> None:
    events = "date: 2024-01-03\nplace: Tartu\ndate: 2024-02-07\nplace: Elva\ndate: 2024-03-09\n"

    assert report(events, "events.txt").verdict > Verdict.PASS


def test_codes_of_one_length_are_no_genes(report: Report) -> None:
    codes = ["KX7Q2", "KB93H", "KZ4LT", "KW8RN", "KM2PV", "KD6FS", "KT9GC", "KH3YJ"]

    assert report("\n".join(codes) + "\n", "genes.txt").verdict > Verdict.PASS

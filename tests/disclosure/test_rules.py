from __future__ import annotations

import gzip
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.engine import check_files, judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.inference.membership import membership_power
from gdi_spe.disclosure.intake.sniff import Kind, sniff
from gdi_spe.disclosure.presets import policy_named, preset_names
from gdi_spe.disclosure.rules import RULES
from gdi_spe.disclosure.rules.rule import Judging

VCF = b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"


def bgzf(data: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    size = (len(body) + 25).to_bytes(2, "little")
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + size
    return head + body + zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (VCF, Kind.VCF),
        (b"\n\n" + VCF, Kind.VCF),
        (gzip.compress(VCF), Kind.VCF),
        (bgzf(VCF), Kind.VCF),
        (bgzf(b"BCF\x02\x02"), Kind.BCF),
        (bgzf(b"BAM\x01"), Kind.BAM),
        (b"CRAM\x03\0", Kind.CRAM),
        (b"\x6c\x1b\x01" + b"\0" * 20, Kind.PLINK1),
        (b"\x6c\x1b\x10" + b"\0" * 20, Kind.PLINK2),
        (b"\x14\0\0\0" + b"\x01\0\0\0" * 3 + b"bgen", Kind.BGEN),
        (b"@HD\tVN:1.6\n@SQ\tSN:1\tLN:9\n", Kind.SAM),
        (b"@r1\nACGTACGTACGT\n+\nIIIIIIIIIIII\n", Kind.FASTQ),
        (b">chr1\n" + b"ACGT" * 20, Kind.FASTA),
        (b"\x89HDF\r\n\x1a\n", Kind.HDF5),
        (b"\x93NUMPY\x01\0", Kind.NUMPY),
        (b"\x80\x04\x95\0", Kind.PICKLE),
        (b"SQLite format 3\0", Kind.SQLITE),
        (b"PK\x03\x04", Kind.ZIP),
        (b"PAR1", Kind.PARQUET),
    ],
)
def test_what_never_leaves_is_known_by_its_bytes_under_any_name(data, kind, report):
    assert sniff(data) is kind
    if kind is not Kind.PARQUET:
        assert report(data, "figure.png").verdict is Verdict.BLOCK


def test_every_rule_has_an_id_of_its_own_and_a_way_out():
    ids = [rule.id for rule in RULES]

    assert len(set(ids)) == len(ids)
    assert all(rule.fix and rule.title for rule in RULES)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_whole_policy(name):
    assert policy_named(name).name == name


def matrix(rows: int, columns: int, letters: list[str]) -> str:
    pick = random.Random(7)
    names = ",".join(f"v{i}" for i in range(columns))
    lines = [",".join(pick.choice(letters) for _ in range(columns)) for _ in range(rows)]
    return "\n".join([names, *lines]) + "\n"


@pytest.mark.parametrize(
    "letters",
    [["0", "1", "2"], ["AA", "AG", "GG"], ["0/0", "0/1", "1/1"], ["0|1", "1|1", "0|0"],
     ["-0.71", "0.62", "1.95"], ["0.01", "1.02", "1.97", "0.98"]],
)  # fmt: skip
@pytest.mark.parametrize(("rows", "columns"), [(60, 30), (30, 60)])
def test_a_genotype_matrix_is_blocked_however_coded_and_turned(
    letters, rows, columns, report, rules_of
):
    found = report(matrix(rows, columns, letters))

    assert found.verdict is Verdict.BLOCK
    assert "GEN101" in rules_of(found)


def test_a_genotype_matrix_in_a_list_of_lists_is_blocked(report):
    import json

    values = [[random.Random(i * j).choice([0, 1, 2]) for i in range(40)] for j in range(40)]

    assert report(json.dumps({"weights": values}), "model.json").verdict is Verdict.BLOCK


def test_a_list_of_genotypes_is_blocked(report, rules_of):
    lines = [f"rs{i}\t1\t{i}\t{random.Random(i).choice(['AA', 'AG', 'GG'])}" for i in range(30)]
    table = "# rsid\tchromosome\tposition\tgenotype\n" + "\n".join(lines)

    found = report(table, "mine.txt")

    assert found.verdict is Verdict.BLOCK
    assert "GEN102" in rules_of(found)


def test_as_many_rows_as_people_is_blocked(report, rules_of):
    table = "score,other\n" + "\n".join(f"{i / 7},{i / 3}" for i in range(1, 2000)) + "\n"

    found = report(table, n=2000)

    assert "PII103" in rules_of(found)
    assert found.verdict is Verdict.BLOCK


def test_the_cohorts_own_identifiers_are_found_inside_words(report):
    found = report("We saw patient HG00096 twice.", "t.md", identifiers=frozenset({"HG00096"}))

    assert found.verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "public",
    ["rs123456789", "ENSG00000196218", "HGNC:1097", "HP:0003473", "GCST90012345", "NCT01234567"],
)
def test_public_accessions_are_no_peoples_numbers(public, report):
    found = report(f"marker,n_individuals\n{public},400\nother,500\n", kind="counts")

    assert found.verdict is Verdict.PASS, found.findings


def test_a_declaration_does_not_excuse_small_cells(report):
    for kind in ("counts", "allele-frequencies", "public-annotation", "figure", "anything"):
        found = report("group,n_individuals\nA,40\nB,7\n", kind=kind)
        assert found.verdict is Verdict.BLOCK


def test_a_column_can_be_declared_to_count_people(report):
    table = "group,effort\nA,40\nB,7\n"

    assert report(table, count_columns=("effort",)).verdict is Verdict.BLOCK


def test_zero_is_what_the_policy_says(report, policy):
    assert (
        report("group,n_individuals\nA,40\nB,0\n", kind="counts").verdict.word == policy.counts.zero
    )


def test_plain_words_about_many_people_pass(report):
    text = "We fitted Cox models in 1,200 participants of five sites. HR 1.21 (1.08 to 1.36).\n"

    assert report(text, "methods.md").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text",
    ["We saw the phenotype in three patients of the second site.",
     "Carriers were found at one site only (n = 4), and nowhere else.",
     "The proband was a 34 year old woman from the north of the country.",
     "All carriers of rs1234567 were heterozygous in this cohort of ours.",
     "They came to the clinic on 2024-03-14, all on one and the same day.",
     "age=44 bmi=31.2 case=1 and then some more words that say nothing",
     "qzxv bbkrt wwpqz mnbvc xkcd plmkn qwrt zxcvb hjkl dfgh sdfg",
     "& 12 & 3 & 400 in a table of some groups with names of sites"],
)  # fmt: skip
def test_words_about_few_people_are_read(text, report):
    assert report(text + "\n", "methods.md").verdict is Verdict.REVIEW


def test_a_stretch_of_bases_is_blocked(report):
    assert report("see " + "ACGT" * 20, "t.txt").verdict is Verdict.BLOCK


def test_base64_is_blocked(report):
    assert report("x " + "QUJD" * 500, "t.txt").verdict is Verdict.BLOCK


def test_a_variant_table_of_few_people_is_blocked_whatever_it_is_declared_as(report, rules_of):
    lines = [f"rs{i},{0.1 + i % 40 / 100:.2f},300" for i in range(20_000)]
    table = "SNP,AF,N\n" + "\n".join(lines) + "\n"

    for kind in ("", "counts", "public-annotation", "regions"):
        found = report(table, kind=kind, n=300)
        assert found.verdict is Verdict.BLOCK
        assert "GEN202" in rules_of(found)


def test_summary_statistics_of_many_people_pass_and_rare_alleles_do_not(report):
    lines = [f"1,{1000 * i},rs{i},A,G,{0.2 + i / 1000:.3f},0.01,0.02,0.6,90000" for i in range(200)]
    header = "CHR,POS,SNP,A1,A2,EAF,BETA,SE,P,N\n"

    assert report(header + "\n".join(lines), n=100_000).verdict is Verdict.PASS
    rare = [line.replace(",0.200,", ",0.0001,") for line in lines]
    assert report(header + "\n".join(rare), n=100_000).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("site,F,M,All\nA,193,180,373\nF,<10,<10,11\nAll,198,186,384\n", "TAB109"),
        ("site,F,M\nA,40.0,30.0\nB,19.5,10.0\nC,0.3,0.2\n", "TAB106"),
        ("term,beta,n\nconst,1.0,12\nage,0.1,12\nbmi,0.2,12\n", "TAB108"),
        ("site,n,top_share\nA,300,0.2\nB,200,0.95\n", "TAB107"),
        ("fpr,tpr\n" + "\n".join(f"{i * i / 40000:.5f},{i / 200}" for i in range(201)), "PII107"),
        ("PC1,PC2\n" + "\n".join(f"{i / 7:.4f},{i / 3:.4f}" for i in range(30)), "PII105"),
        ("a,b,kinship\n" + "\n".join(f"x{i},y{i},0.{i}" for i in range(10, 20)), "PII106"),
    ],
)  # fmt: skip
def test_what_numbers_imply_is_found(table, rule, report, rules_of):
    assert rule in rules_of(report(table + "\n", n=1000))


def test_two_releases_of_frequencies_whose_difference_is_a_person_are_blocked(tmp_path, policy):
    before = [(f"rs{i}", 300 + i) for i in range(50)]
    after = [(name, count - 1) for name, count in before]
    for name, rows, n in (("then.csv", before, 1200), ("now.csv", after, 1199)):
        lines = [f"{snp},{count / (2 * n):.6f},{n}" for snp, count in rows]
        (tmp_path / name).write_text("SNP,AF,N\n" + "\n".join(lines) + "\n")
    context = CheckContext(n_individuals=1199, prior=(tmp_path / "then.csv",))

    found = check_files([tmp_path / "now.csv"], policy, context)

    assert found.verdict is Verdict.BLOCK
    assert "TAB202" in {finding.rule for finding in found.files[0].findings}


def test_small_releases_of_variants_add_up(tmp_path, policy):
    def write(name: str, start: int) -> None:
        lines = [f"rs{i},{0.2 + i % 50 / 100:.2f},500" for i in range(start, start + 400)]
        (tmp_path / name).write_text("SNP,AF,N\n" + "\n".join(lines) + "\n")

    for i in range(10):
        write(f"{i}.csv", 1000 + 400 * i)
    files = [tmp_path / f"{i}.csv" for i in range(10)]

    alone = check_files(files[:1], policy, CheckContext(n_individuals=500))
    last = check_files(files[9:], policy, CheckContext(n_individuals=500, prior=tuple(files[:9])))

    powers = [f.evidence["power_ld_aware"] for f in last.files[0].findings if f.rule == "GEN202"]
    assert alone.verdict < Verdict.BLOCK
    assert last.files[0].findings[0].evidence["n_variants"] == 4000
    assert powers[0] == pytest.approx(membership_power(500, 4000, 0.001), abs=1e-3)
    assert all("power_naive" in f.evidence for f in last.files[0].findings if f.rule == "GEN202")


COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=12)


def judged_counts(numbers: list[int], *, delimiter: str = ",", more: str = "") -> Verdict:
    lines = [f"g{i}{delimiter}{n}" for i, n in enumerate(numbers)]
    data = f"group{delimiter}n_individuals\n" + "\n".join(lines) + "\n" + more
    context = CheckContext(n_individuals=5000, side_cars={"t.csv": SideCar(kind="counts")})
    judging = Judging("t.csv", policy_named("gdi-default"), context)
    return judge_bytes(data.encode(), judging).report.verdict


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, 60))
def test_one_more_row_never_lowers_the_verdict(numbers, another):
    assert judged_counts([*numbers, another]) >= judged_counts(numbers)


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.randoms())
def test_order_and_delimiters_never_change_the_verdict(numbers, random_source):
    shuffled = numbers[:]
    random_source.shuffle(shuffled)

    assert judged_counts(shuffled) == judged_counts(numbers)
    for delimiter in ";\t|":
        assert judged_counts(numbers, delimiter=delimiter) == judged_counts(numbers)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_a_count_below_the_minimum_never_passes(numbers):
    verdict = judged_counts(numbers)

    assert (verdict is Verdict.BLOCK) == any(0 < n < 10 for n in numbers)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.png", "a.json", "a.parquet"]))
def test_random_bytes_never_pass_and_never_raise(data, name):
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=100))

    assert judge_bytes(data, judging).report.verdict is not Verdict.PASS


def test_a_link_is_not_followed(tmp_path, policy):
    (tmp_path / "real.csv").write_text("group,n_individuals\nA,40\nB,50\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")

    assert check_files([tmp_path / "link.csv"], policy, CheckContext()).verdict is Verdict.BLOCK


def test_a_check_that_fails_means_review(tmp_path, policy, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("group,n_individuals\nA,40\nB,50\n")
    monkeypatch.setattr("gdi_spe.disclosure.engine.judge_bytes", lambda *_: 1 / 0)

    found = check_files([path], policy, CheckContext(n_individuals=100, declared={"*": "counts"}))

    assert found.verdict is Verdict.REVIEW
    assert found.files[0].findings[0].rule == "FMT108"


def test_the_same_table_minus_one_person_is_blocked(tmp_path, policy):
    (tmp_path / "then.csv").write_text("site,n_individuals\nA,58\nB,70\n")
    (tmp_path / "now.csv").write_text("site,n_individuals\nA,58\nB,69\n")
    context = CheckContext(
        n_individuals=200, declared={"*": "counts"}, prior=(tmp_path / "then.csv",)
    )

    found = check_files([tmp_path / "now.csv"], policy, context)

    assert found.verdict is Verdict.BLOCK
    assert "TAB201" in {finding.rule for finding in found.files[0].findings}


def test_frequencies_beside_the_individuals_of_each_group_need_enough_of_them(report):
    head = "chromosome,position,rsid,reference,alternate,"
    head += "allele_frequency_north,individuals_north,"
    head += "allele_frequency_south,individuals_south\n"

    def table(smaller: int) -> str:
        rows = (
            f"1,{1000 + 90_000 * i},rs{i},A,G,0.{200 + i},8800,0.{210 + i},{smaller}"
            for i in range(60)
        )
        return head + "\n".join(rows) + "\n"

    assert report(table(6100), n=17_200).verdict is Verdict.PASS
    assert report(table(6), n=17_200).verdict is Verdict.BLOCK

"""The commands work on an empty folder, print JSON, and end with their documented exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import BadInput, ExitCode, NotFound, SpeError
from gdi_spe.node.cli.main import gdi_spe

GOOD = "1 100 . A C . . . GT 0/1 1/1"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Run a command on an empty home; return what it printed as JSON, or raise its error."""

    def command(*words: str) -> Any:
        home = str(tmp_path / "fresh")
        done = CliRunner().invoke(gdi_spe, ["--home", home, "--json", *words])
        if done.exception is not None:
            raise done.exception
        return json.loads(done.stdout)

    return command


def test_ingest_works_on_an_empty_folder_and_needs_nothing_else(node: Any, run: Any) -> None:
    path = str(node.vcf([GOOD], "AB"))

    report = run("dataset", "ingest", "D1", "--vcf", path, "--consent-waived", "synthetic")

    assert (report["version"], report["n_variants"]) == (1, 1)
    assert run("dataset", "list")[0]["id"] == "D1"
    assert run("dataset", "verify", "D1")["verified"] is True
    exported = run("dataset", "export", "D1", "--vcf", str(node.files / "out.vcf"))
    assert exported["n_records"] == 1


def test_an_export_says_what_the_format_cannot_hold_and_is_in_the_log(node: Any, run: Any) -> None:
    path = str(node.vcf(["1 9 . A C . . . GT ./1 1"], "AB"))
    run("dataset", "ingest", "D1", "--vcf", path, "--consent-waived", "synthetic")
    prefix = str(node.files / "out")

    exported = run("dataset", "export", "D1", "--pgen", prefix)

    assert exported["written_missing"] == {
        "half-missing": 1,
        "of one allele where plink2 counts two": 1,
    }
    assert {p.name for p in node.files.glob("out.*")} == {"out.pgen", "out.pvar", "out.psam"}
    assert run("audit", "show")[-1]["kind"] == "dataset.exported"
    with pytest.raises(BadInput, match="one format to write"):
        run("dataset", "export", "D1", "--pgen", prefix, "--vcf", f"{prefix}.vcf")
    with pytest.raises(BadInput, match="must end with"):
        run("dataset", "export", "D1", "--vcf", f"{prefix}.txt")


def test_a_cohort_is_made_by_three_commands(node: Any, run: Any) -> None:
    run("dataset", "ingest", "D1", "--vcf", str(node.vcf([GOOD], "AB")), "--consent-waived", "x")
    defined = run("cohort", "define", "GDI-XX-1", "--dataset", "D1", "--purpose", "DUO:0000042")
    made = run("cohort", "materialise", "GDI-XX-1")

    assert defined["project"] == "gdi-xx-1"
    assert made["n_individuals"] == 2
    assert run("cohort", "show", "GDI-XX-1")["current"]["version"] == 1
    assert run("cohort", "verify", "GDI-XX-1")["verified"] is True
    run("cohort", "retire", "GDI-XX-1")
    assert run("cohort", "list")[0]["current"] is None


def test_a_dataset_of_sites_is_ingested_and_gives_no_cohort(node: Any, run: Any) -> None:
    path = node.files / "sites.vcf"
    columns = "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"])
    record = "\t".join(["1", "100", ".", "A", "C", ".", ".", "AC=3"])
    path.write_text(f"##fileformat=VCFv4.3\n{columns}\n{record}\n")

    report = run("dataset", "ingest", "D1", "--vcf", str(path), "--consent-waived", "x")

    assert (report["n_individuals"], report["n_variants"]) == (0, 1)
    assert any("only sites" in text for text in report["warnings"])
    with pytest.raises(SpeError, match="sites and no samples"):
        run("cohort", "define", "GDI-XX-1", "--dataset", "D1", "--purpose", "DUO:0000042")


def test_a_reference_is_added_once_and_listed(node: Any, run: Any) -> None:
    path = node.files / "MONDO.obo"
    path.write_text("format-version: 1.2\ndata-version: 7\n\n[Term]\nid: MONDO:0000001\nname: d\n")

    for _ in range(2):
        run("reference", "add", "ontology", str(path))

    found = run("reference", "list")
    assert [(r["name"], r["release"]) for r in found] == [("MONDO", "7")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("dataset", "show", "D9"), ExitCode.NOT_FOUND),
        (("cohort", "materialise", "C9"), ExitCode.NOT_FOUND),
        (
            ("dataset", "ingest", "D1", "--vcf", "no.vcf", "--consent-waived", "x"),
            ExitCode.BAD_INPUT,
        ),
        (("dataset", "ingest", "D1", "--vcf", "no.vcf"), ExitCode.BAD_INPUT),
        (("consent", "apply", "no.csv"), ExitCode.BAD_INPUT),
        (("reference", "add", "ontology", "no.obo"), ExitCode.BAD_INPUT),
    ],
)
def test_an_error_has_its_exit_code(words: tuple[str, ...], code: ExitCode, run: Any) -> None:
    with pytest.raises(SpeError) as failed:
        run(*words)

    assert failed.value.exit_code is code


def test_a_retired_dataset_is_called_retired(node: Any, run: Any) -> None:
    path = str(node.vcf([GOOD], "AB"))
    run("dataset", "ingest", "D1", "--vcf", path, "--consent-waived", "synthetic")
    run("dataset", "retire", "D1", "--why", "a sample swap")

    with pytest.raises(NotFound) as told:
        run("dataset", "export", "D1", "--vcf", str(node.files / "out.vcf"))

    assert told.value.code == "dataset-retired"
    assert "retired on" in told.value.public_message
    assert "a sample swap" in told.value.public_message


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5_000, "\udcff"])
def test_a_query_that_no_parser_takes_is_refused(node: Any, run: Any, text: str) -> None:
    path = node.files / "query.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(BadInput) as told:
        run("cohort", "define", "C1", "--dataset", "D1", "--query", str(path))

    assert told.value.exit_code == ExitCode.BAD_INPUT
    assert "query.json" in str(told.value)


def test_assessed_regions_lie_inside_their_chromosome(node: Any, run: Any) -> None:
    path, bed = str(node.vcf([GOOD], "AB")), node.files / "looked.bed"
    bed.write_text("chr1\t0\t500\nchr1\t600\t999999999\n")
    words = ("--vcf", path, "--consent-waived", "synthetic", "--assessed", str(bed))

    with pytest.raises(BadInput, match=r"looked.bed, line 2: .*behind the end of chr1"):
        run("dataset", "ingest", "D1", *words)

"""A cohort in the forms of other tools has the same calls, people and counts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.bridges import arrays, parts, programs
from gdi_spe.workspace.bridges.files import CallsLeftOut
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.cohorts import open_cohort

KEYS = ["chromosome", "position", "reference", "alternate"]
needs_plink2 = pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not here")
needs_bcftools = pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not here")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.setenv("GDI_SPE_OUTBOX", str(place / "outbox"))
    monkeypatch.chdir(place)
    return place


@pytest.fixture(scope="module")
def demo(planted: DemoCohort) -> Cohort:
    return open_cohort(planted.path)


def test_the_array_has_the_alleles_as_written(cohort: Cohort) -> None:
    calls = cohort.to_numpy(region="chr19:38500000-38500000")

    assert calls.call_genotype is not None
    assert calls.call_genotype.shape == (1, 12, 2)
    half = calls.samples.index[calls.samples["individual_id"] == "P02"]
    assert calls.call_genotype[0, half].tolist() == [[-1, 1]] or (calls.call_genotype == -1).any()
    assert calls.variants.loc[0, KEYS].tolist()[:2] == ["chr19", 38500000]


def test_dosages_count_one_allele_where_men_have_one(cohort: Cohort) -> None:
    calls = cohort.to_numpy(region="chrX", dosages=True)

    assert calls.call_dosage is not None
    assert calls.call_genotype is None
    sex = cohort.to_pandas()["sex"].reindex(calls.samples["individual_id"]).to_numpy()
    place = calls.variants["position"].to_numpy() == 12885361
    assert set(np.unique(calls.call_dosage[place][:, sex == "male"])) <= {-1, 0, 1}
    assert calls.call_dosage[place][:, sex == "female"].max() == 2


def test_a_table_of_calls_counts_what_the_library_counts(demo: Cohort) -> None:
    table = demo.to_pandas(gene="RYR1")
    counted = demo.allele_frequencies(gene="RYR1")

    names = ["-".join(map(str, row)) for row in counted[KEYS].itertuples(index=False)]
    half_missing = half_missing_somewhere(demo, gene="RYR1")
    ours = np.nansum(table[names].to_numpy(), axis=0)
    assert table.shape == (demo.individuals().count(), len(counted))
    assert (ours[~half_missing] == counted["allele_count"].to_numpy()[~half_missing]).all()
    assert list(table.index) == list(demo.to_pandas().reindex(table.index).index)


def test_only_the_asked_individuals_are_in_a_table(cohort: Cohort) -> None:
    women = cohort.individuals(sex="female")

    people, calls = cohort.to_pandas(individuals=women), cohort.to_numpy(individuals=women)

    assert sorted(people.index) == women.ids
    assert set(calls.samples["individual_id"]) == set(women.ids)


def test_a_table_too_large_says_its_size_before_it_is_made(cohort: Cohort) -> None:
    with pytest.raises(parts.TooLarge, match=r"would take .* and 0 MiB are free here.*to_pgen"):
        arrays.genotypes(cohort.folder, free_bytes=100)
    with pytest.raises(parts.TooLarge, match="Name a region or gene"):
        arrays.dosage_table(cohort.folder, "chr19", None, None, free_bytes=100)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_workspaces_own_limit_bounds_what_is_free(version: str, tmp_path: Path) -> None:
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal: 9999999 kB\nMemAvailable: 1000000 kB\n")
    names = {
        "v1": ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
        "v2": ("memory.max", "memory.current"),
    }[version]
    for name, value in zip(names, (5000, 2000), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{value}\n")

    assert parts.free_memory_bytes(tmp_path, memory) == 3000
    assert parts.free_memory_bytes(tmp_path / "none", memory) == 1_024_000_000


def test_a_file_that_is_there_stays_unless_it_is_asked_to_go(cohort: Cohort, work: Path) -> None:
    (work / "a.vcf").write_text("mine")

    with pytest.raises(BadInput, match="overwrite=True"):
        cohort.to_vcf("a.vcf")
    with pytest.warns(CallsLeftOut, match="half-missing"):
        cohort.to_pgen("b")
    with pytest.raises(BadInput, match=r"b\.pgen: there is such a file"):
        cohort.to_pgen("b")

    assert (work / "a.vcf").read_text() == "mine"
    assert cohort.to_vcf("a.vcf", overwrite=True).read_text().startswith("##fileformat")
    assert not list(work.glob(".*")), "nothing is left aside"


def test_a_wrong_region_or_ending_is_refused_before_anything_is_written(
    cohort: Cohort, work: Path
) -> None:
    with pytest.raises(BadInput, match="no chromosome"):
        cohort.to_vcf("a.vcf", region="nineteen")
    with pytest.raises(BadInput, match=r"end with \.vcf or"):
        cohort.to_vcf("a.txt")
    with pytest.raises(BadInput, match="no such folder"):
        cohort.to_pgen("there/is/none")

    assert list(work.iterdir()) == []


@needs_bcftools
def test_a_part_is_what_bcftools_takes_of_the_whole(demo: Cohort, work: Path) -> None:
    women = demo.individuals(sex="female", population=sorted(populations(demo))[0])
    region = "chr19:38440000-38500000"
    whole = demo.to_vcf("whole.vcf.gz", annotations=False)
    part = demo.to_vcf("part.vcf", region=region, individuals=women, annotations=False)
    samples = demo.sql("SELECT * FROM samples").df()
    kept = samples[samples["individual_id"].isin(women.ids)]["sample_id"]
    subprocess.run(["bcftools", "index", "-f", str(whole)], check=True)

    command = ["bcftools", "query", "-f", "%CHROM %POS %REF %ALT[ %GT]\n"]
    theirs = subprocess.run(
        [*command, "-r", region, "-s", ",".join(kept), str(whole)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    ours = subprocess.run([*command, str(part)], capture_output=True, text=True, check=True).stdout

    assert len(kept) > 100
    assert ours.count("\n") > 50
    assert ours == theirs


def half_missing_somewhere(cohort: Cohort, gene: str | None = None) -> np.ndarray:
    """Say of which variants somebody's call has one known allele and one missing."""
    calls = cohort.to_numpy(gene=gene).call_genotype
    assert calls is not None
    return ((calls == -1).sum(axis=2) == 1).any(axis=1)


def populations(cohort: Cohort) -> set[str]:
    return set(cohort.to_pandas()["population"].dropna())


@needs_plink2
def test_plink2_counts_the_same_alleles(demo: Cohort, work: Path) -> None:
    result = demo.plink2("--freq counts --output-chr 26 --not-chr X,Y,MT,PAR1,PAR2")

    theirs = result.table.set_index(["chromosome", "id", "reference", "alternate"])
    ours = demo.allele_frequencies()
    autosomal = ~ours["chromosome"].isin(["chrX", "chrY", "chrM"])
    whole = ~half_missing_somewhere(demo)[autosomal]  # plink2 has no half-missing calls
    assert len(theirs) == autosomal.sum()
    for column in ("allele_count", "allele_number"):
        mine = ours[autosomal][column].to_numpy()
        assert (result.table[column].to_numpy()[whole] == mine[whole]).all()
    assert whole.mean() > 0.5
    assert "%" not in result.log
    assert "--freq" in repr(result)


@needs_plink2
def test_plink2_and_the_library_give_one_regression(demo: Cohort, work: Path) -> None:
    people = demo.to_pandas()
    height = demo.sql("SELECT individual_id, value FROM measurements").df()
    trait = dict(zip(height["individual_id"], height["value"], strict=True))
    male = {who: float(sex == "male") for who, sex in people["sex"].items()}

    theirs = demo.plink2(
        "--glm hide-covar --chr 1-22",
        phenotypes={"height": trait},
        covariates={"male": male},
    ).table
    ours = demo.association("Body height", {"male": male})

    keys = ["chromosome", "base_pair_location", "effect_allele", "other_allele"]
    both = ours.drop_duplicates(keys, keep=False).merge(theirs, on=keys, suffixes=("", "_theirs"))
    known = both.dropna(subset=["beta", "beta_theirs"])
    assert len(known) > 500
    np.testing.assert_allclose(known["beta"], known["beta_theirs"], rtol=2e-5, atol=1e-5)
    np.testing.assert_allclose(known["p_value"], known["p_value_theirs"], rtol=1e-4)
    assert (known["n"] == known["n_theirs"]).all()


@needs_plink2
def test_cases_are_one_and_controls_zero_for_plink2_too(demo: Cohort, work: Path) -> None:
    cases = demo.individuals(diagnosis="MONDO:0100096")
    values = dict.fromkeys(demo.individuals().ids, 0) | dict.fromkeys(cases.ids, 1)

    result = demo.plink2("--glm allow-no-covars no-firth --chr 19", phenotypes={"covid": values})

    told = next(line for line in result.log.splitlines() if "phenotype loaded" in line)
    assert f"{cases.count()} cases" in told
    assert {"beta", "standard_error", "p_value"} <= set(result.table.columns)


@needs_plink2
def test_the_message_of_plink2_is_told(cohort: Cohort, work: Path) -> None:
    with pytest.raises(programs.ToolFailed, match=r"plink2 says: .*[Uu]nrecognized flag"):
        cohort.plink2("--no-such-flag")
    with pytest.raises(BadInput, match="--pfile is given already"):
        cohort.plink2("--pfile other --freq")
    with pytest.raises(BadInput, match="wrote no table"):
        cohort.plink2("--validate")


@needs_plink2
def test_only_some_individuals_go_to_plink2(cohort: Cohort, work: Path) -> None:
    women = cohort.individuals(sex="female")

    table = cohort.plink2("--missing", individuals=women).tables["smiss"]

    assert len(table) == women.count()


@needs_bcftools
def test_bcftools_reads_the_cohort(cohort: Cohort, work: Path) -> None:
    told = cohort.bcftools("query -f '%CHROM %POS\\n'")

    assert len(told.splitlines()) == len(cohort.allele_frequencies())
    with pytest.raises(
        programs.ToolFailed, match=r"bcftools says: .*is not defined in the VCF header"
    ):
        cohort.bcftools("query -f '%POS' -i 'INFO/NONE=1'")


@needs_plink2
def test_what_is_kept_is_of_this_version_of_the_cohort(cohort: Cohort, work: Path) -> None:
    old = work / ".kept" / cohort.id / "v0-000000000000"
    old.mkdir(parents=True)
    cohort.plink2("--freq")
    [place] = (work / ".kept" / cohort.id).iterdir()
    written = (place / "cohort.pgen").stat().st_mtime_ns

    cohort.plink2("--freq")

    assert place != old
    assert (place / "cohort.pgen").stat().st_mtime_ns == written
    assert sorted(path.name for path in place.iterdir()) == [
        "cohort.pgen", "cohort.psam", "cohort.pvar",
    ]  # fmt: skip


@pytest.fixture
def is_interruptible() -> Iterator[None]:
    """Hear an interrupt, which who is started in the background does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@needs_plink2
@pytest.mark.usefixtures("is_interruptible")
def test_a_program_ends_with_the_cell_that_is_interrupted(
    cohort: Cohort, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = work / "tools"
    tools.mkdir()
    (tools / "plink2").write_text(
        f"#!/bin/sh\necho $$ > {work}/pid\nkill -INT $PPID\nexec sleep 60\n"
    )
    (tools / "plink2").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(KeyboardInterrupt):
        cohort.plink2("--freq")

    pid = int((work / "pid").read_text())
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    assert not list((work / ".kept").rglob(".staging-*"))


def test_results_of_plink2_have_the_librarys_names() -> None:
    told = pd.DataFrame(
        {
            "#CHROM": ["X", "PAR1"], "POS": [7, 8], "ID": ["rs1", "rs2"], "REF": ["A", "C"],
            "ALT": ["G", "T"], "A1": ["G", "C"], "TEST": ["ADD", "ADD"], "OBS_CT": [10, 10],
            "OR": [2.0, 0.5], "LOG(OR)_SE": [0.1, 0.2], "Z_STAT": [1.0, 2.0],
            "P": [0.3, 0.4], "ERRCODE": [".", "FIRTH_CONVERGE_FAIL"],
        }
    )  # fmt: skip
    from gdi_spe.workspace.bridges import plink_names

    table = plink_names.regression(told)

    assert table["chromosome"].tolist() == [23, 23]
    assert table["other_allele"].tolist() == ["A", "T"]
    assert table["beta"].tolist() == pytest.approx([np.log(2), np.log(0.5)])
    assert list(table.columns[:6]) == [
        "chromosome", "base_pair_location", "effect_allele", "other_allele", "beta",
        "standard_error",
    ]  # fmt: skip

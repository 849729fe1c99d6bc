"""Settings of pipelines and lock files of packages, and records of people that look like them."""

# ruff: noqa: E501  # lines as programs write them

from __future__ import annotations

import hashlib
import json

import pytest

PACKAGES = (("numpy", "2.1.3"), ("pandas", "2.3.3"), ("zlib", "1.3.1"), ("plink2", "2.00a5.12"))
PEOPLE = tuple((f"S{4000 + 7 * i}", "1.0.0") for i in range(12))


def md5(word: str) -> str:
    return hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()


def conda_lock(packages) -> str:
    rows = "".join(
        f"- name: {name}\n  version: {version}\n  platform: linux-64\n"
        f"  category: main\n  dependencies:\n    {name}-base: '>=1.0,<3'\n  hash:\n    md5: {md5(name)}\n"
        f"    sha256: {md5(name) * 2}\n"
        for name, version in packages
    )
    return f"version: 1\nmetadata:\n  content_hash: {md5('all')}\npackage:\n{rows}"


def poetry_lock(packages) -> str:
    return "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\nfiles = [\n'
        f'    {{file = "{name}-{version}.tar.gz", hash = "sha256:{md5(name) * 2}"}},\n]\n\n'
        for name, version in packages
    )


def pip_lock(packages) -> str:
    return "".join(
        f"{name}=={version} \\\n    --hash=sha256:{md5(name) * 2}\n" for name, version in packages
    )


def explicit(packages) -> str:
    base = "https://conda.anaconda.org/conda-forge/linux-64"
    rows = "".join(f"{base}/{n}-{v}-h0a1b2c3_0.conda#{md5(n)}\n" for n, v in packages)
    return f"# $ conda create --name <env> --file <this file>\n@EXPLICIT\n{rows}"


@pytest.mark.parametrize(
    ("write", "name"),
    [(conda_lock, "conda-lock.yml"), (poetry_lock, "poetry.lock"), (pip_lock, "requirements.txt"),
     (explicit, "env.lock.txt")],
)  # fmt: skip
def test_hashes_of_packages_pass_and_those_of_people_do_not(report, write, name):
    assert report(write(PACKAGES), name, n=None).verdict.word == "pass"
    assert report(write(PEOPLE), name, n=None).verdict.word != "pass"


def test_hashes_beside_names_that_are_no_packages_are_looked_at(report):
    names = tuple((name, "1.0.0") for name in ("anna", "juhan", "mari", "toomas", "kadri"))

    assert report(conda_lock(names), "conda-lock.yml", n=None).verdict.word != "pass"


def test_a_word_for_a_person_beside_packages_is_looked_at(report):
    text = conda_lock(PACKAGES).replace("platform: linux-64", "platform: S0412345", 1)

    assert report(text, "conda-lock.yml", n=None).verdict.word != "pass"


SETTINGS = {
    "genome_build": "GRCh38",
    "chroms": [1, 2, 3, 22],
    "covariates": ["age", "sex", "PC1", "PC2"],
    "regenie": {"bsize": 1000, "firth": True, "min_mac": 20, "min_cases": 100},
    "finemap": {"window_kb": 1500, "max_causal": 10, "p_threshold": 5e-8},
}


def test_settings_of_a_pipeline_need_no_number_of_people(report):
    assert report(json.dumps(SETTINGS), "params.json", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "beside",
    [
        {"max_age": 94}, {"bmi": 31}, {"max_causal": 10.3172}, {"carriers": 4},
        {"proband_score": 12}, {"samples": [{"id": "S0412", "age": 54, "sex": "F"}] * 3},
    ],
)  # fmt: skip
def test_what_is_measured_among_settings_is_looked_at(report, beside):
    tree = {**SETTINGS, "more": beside}

    assert report(json.dumps(tree), "params.json", n=5_000).verdict.word != "pass"


def test_round_numbers_of_one_person_are_no_settings(report):
    tree = {"name": "visit", "ferritin": 230, "ck": 420, "urate": 310}

    assert report(json.dumps(tree), "params.json", n=None).verdict.word != "pass"

"""A mounted cohort is opened by a glance at its manifest, and the whole is looked at when told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort

Change = Callable[[dict[str, Any]], object]
# What questions need, and what they do not.
AT_ONCE: dict[str, Change] = {
    "another form": lambda told: told.update(schema="gdi-spe/cohort-manifest/9"),
    "an unknown assembly": lambda told: told.update(assembly="hg19"),
    "no assembly": lambda told: told.pop("assembly"),
    "a number for a name": lambda told: told.update(cohort_id=7),
    "no files": lambda told: told.pop("members"),
    "a number of files": lambda told: told.update(members=3),
}
WHEN_TOLD: dict[str, Change] = {
    "an unknown field": lambda told: told.update(colour="red"),
    "no version": lambda told: told.pop("version"),
    "a file of less than nothing": lambda told: told["members"]["samples.parquet"].update(size=-1),
}


@pytest.fixture
def copy(folder: CohortFolder, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder.path, tmp_path / "copy"))


def rewritten(copy: Path, change: Change) -> str:
    """Change a manifest, and return the words by which the node refuses it."""
    told = json.loads((copy / "manifest.json").read_text())
    change(told)
    (copy / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(BadInput) as refused:
        CohortFolder(copy)
    return str(refused.value)


@pytest.mark.parametrize("change", AT_ONCE.values(), ids=AT_ONCE.keys())
def test_what_questions_need_is_refused_at_once(copy: Path, change: Change) -> None:
    words = rewritten(copy, change)

    with pytest.raises(BadInput) as refused:
        Cohort(copy)

    assert str(refused.value) == words


@pytest.mark.parametrize("change", WHEN_TOLD.values(), ids=WHEN_TOLD.keys())
def test_the_rest_is_refused_when_it_is_told(copy: Path, change: Change) -> None:
    words = rewritten(copy, change)
    cohort = Cohort(copy)

    with pytest.raises(BadInput) as refused:
        _ = cohort.version

    assert str(refused.value) == words


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '"manifest"'])
def test_what_is_no_manifest_is_refused_at_once(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text)

    with pytest.raises(BadInput, match=r"manifest\.json"):
        Cohort(copy)


def test_a_folder_without_a_manifest_is_refused_at_once(copy: Path) -> None:
    (copy / "manifest.json").unlink()

    with pytest.raises(BadInput, match=r"there is no manifest\.json here"):
        Cohort(copy)


def test_a_manifest_that_leaves_its_form_unsaid_is_read(copy: Path) -> None:
    told = json.loads((copy / "manifest.json").read_text())
    del told["schema"]
    (copy / "manifest.json").write_text(json.dumps(told))

    cohort = Cohort(copy)

    assert cohort.individuals().count() == CohortFolder(copy).manifest.n_individuals


def test_a_glance_and_the_whole_say_the_same(folder: CohortFolder) -> None:
    mounted = Cohort(folder.path).folder

    assert (mounted.cohort_id, mounted.assembly) == (folder.cohort_id, folder.assembly)
    assert set(mounted.files) == set(folder.members) == set(mounted.members)
    assert mounted.told == folder.told

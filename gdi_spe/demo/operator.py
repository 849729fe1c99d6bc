"""The operator of the demo node: the commands that an admin or auditor runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import ExitCode
from gdi_spe.demo.synthetic.truth import COHORTS
from gdi_spe.demo.telling import StepFailed, evidence

_WRITER = """
import sys
from datetime import UTC, datetime
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.database.engine import Database
database = Database(sys.argv[1])
for first in range(0, int(sys.argv[3]), 10):
    with database.write() as session:
        for number in range(first, first + 10):
            event = Event("rehearsal", f"writer-{sys.argv[2]}", str(number))
            record(session, event, datetime.now(UTC))
"""


@dataclass(frozen=True)
class Operator:
    """Runs ``gdi-spe`` on one home."""

    home: Path

    def command(
        self, *words: str, expected: int = ExitCode.OK, home: Path | None = None, say: bool = True
    ) -> str:
        """Run the command, show it, and return what it printed."""
        line = [*_gdi_spe(home or self.home), *words]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if say:
            evidence(f"$ gdi-spe {' '.join(_short(word) for word in words)}")
        if done.returncode != expected:
            raise StepFailed(f"exit {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip() or done.stderr.strip()

    def json(self, *words: str) -> Any:
        """Run the command for a program."""
        return json.loads(self.command("--json", *words))

    def make_cohorts(self, synthetic: Path) -> None:
        """Ingest every dataset; define and materialise every cohort."""
        for ontology in sorted((synthetic / "references").glob("*.obo")):
            self.command("reference", "add", "ontology", str(ontology))
        for folder in sorted(synthetic.glob("GDI-XX-DATASET-*")):
            printed = self.command(
                *("dataset", "ingest", folder.name, "--assembly", "GRCh38"),
                *("--vcf", str(folder / "variants.vcf.gz")),
                *("--phenopackets", str(folder / "phenopackets")),
                *("--tables", str(folder / "tables")),
                *("--consent", str(folder / "consent.csv")),
            )
            evidence(printed)
        for definition in COHORTS:
            words = ["cohort", "define", definition.id, "--title", definition.title]
            words += ["--purpose", "DUO:0000042"]
            for dataset in definition.datasets:
                words += ["--dataset", dataset]
            if definition.disease:
                words += ["--query", str(synthetic / "cohorts" / f"{definition.id}.json")]
            self.command(*words)
            evidence(self.command("cohort", "materialise", definition.id))

    def refused_in_production(self, home: Path) -> str:
        """Start a copy of the node set for production; return its refusal."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder)
            shutil.copy(home / "policy.toml", copy)
            settings = (home / "node.toml").read_text()
            (copy / "node.toml").write_text(settings.replace('"development"', '"production"'))
            return self.command("serve", expected=ExitCode.BAD_INPUT, home=copy)

    def pseudonyms(self, cohort_id: str, individuals: Iterable[str]) -> list[str]:
        """Return the cohort's pseudonyms of individuals, as the node alone can."""
        from gdi_spe.node.cohorts.pseudonyms import individual_pseudonyms

        return individual_pseudonyms(self.home, cohort_id.lower(), individuals)

    def seconds_until_gone(self, wid: str, begun: float, patience: float) -> float:
        """Wait until a workspace has ended; return the seconds since a beginning."""
        while time.monotonic() - begun < patience:
            rows = json.loads(self.command("--json", "workspace", "list", say=False))
            if any(row["wid"] == wid and row["status"] == "ended" for row in rows):
                return time.monotonic() - begun
            time.sleep(0.5)
        raise StepFailed(f"{wid} is still there after {patience} s")

    def verify_with_a_changed_byte(self) -> str:
        """Change one byte of one record in a copy of the database; return what verify says."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder)
            with sqlite3.connect(self.home / "node.db") as source:
                target = sqlite3.connect(copy / "node.db")
                source.backup(target)
            row = target.execute(
                "SELECT seq, facts FROM audit_events ORDER BY seq LIMIT 1 OFFSET 7"
            )
            seq, facts = row.fetchone()
            changed = facts[:-2] + chr(ord(facts[-2]) ^ 1) + facts[-1:]
            target.execute("UPDATE audit_events SET facts = ? WHERE seq = ?", (changed, seq))
            target.commit()
            target.close()
            for name in ("keys", "audit"):
                shutil.copytree(self.home / name, copy / name)
            return self.command("audit", "verify", expected=ExitCode.TAMPERED, home=copy)

    def four_writers(self, each: int) -> FourWriters:
        """Let four processes begin to append at once to a log of their own."""
        folder = tempfile.TemporaryDirectory()
        home = Path(folder.name)
        self.command("audit", "verify", home=home, say=False)  # makes the database
        url = f"sqlite:///{home.resolve()}/node.db"
        command = [sys.executable, "-c", _WRITER, url]
        writers = [subprocess.Popen([*command, str(n), str(each)]) for n in range(4)]
        return FourWriters(self, folder, tuple(writers))


@dataclass(frozen=True)
class FourWriters:
    """Four processes at work on one audit log."""

    operator: Operator
    folder: tempfile.TemporaryDirectory[str]
    writers: tuple[subprocess.Popen[bytes], ...]

    def verified(self) -> str:
        """Wait until all have written; return what verify says of the log."""
        with self.folder as home:
            if any(writer.wait() for writer in self.writers):
                raise StepFailed("a writer failed")
            return self.operator.command("audit", "verify", home=Path(home))


def _gdi_spe(home: Path) -> list[str]:
    return [sys.executable, "-m", "gdi_spe.node.cli.main", "--home", str(home)]


def _short(word: str) -> str:
    return Path(word).name if word.startswith("/") else word

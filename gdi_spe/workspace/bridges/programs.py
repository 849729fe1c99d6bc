"""plink2 and bcftools on a cohort, run from a notebook."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.writing.folders import staged
from gdi_spe.workspace.bridges import plink_names
from gdi_spe.workspace.bridges.parts import free_memory_bytes

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.store.folder import Folder

Values = Mapping[str, Mapping[str, Any]]
_LEAST_MIB = 256
# How far it has come, written over itself.
_PERCENT = re.compile(r"(?:\x08*\d{1,2}%)+\x08*")
_OURS = ("--pfile", "--bfile", "--vcf", "--bcf", "--pgen", "--pvar", "--psam", "--out")


class ToolFailed(BadInput):
    """A program that ended with an error; what it said is told."""

    code = "tool-failed"


@dataclass(frozen=True)
class PlinkResult:
    """What plink2 wrote: its tables with this library's names, its log, and the command."""

    tables: dict[str, pd.DataFrame]
    log: str
    command: str

    @property
    def table(self) -> pd.DataFrame:
        """The one table, where there is one."""
        if len(self.tables) != 1:
            names = ", ".join(self.tables)
            raise BadInput("there are several tables", remedy=f'Take .tables["..."]: {names}')
        return next(iter(self.tables.values()))

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def __repr__(self) -> str:
        rows = [f"  {name}: {len(table):,} rows" for name, table in self.tables.items()]
        return "\n".join([f"<plink2 {self.command}>", *rows])


def plink2(
    folder: Folder,
    prefix: Path,
    arguments: str | Sequence[str],
    *,
    individuals: Collection[str] | None = None,
    phenotypes: Values | None = None,
    covariates: Values | None = None,
) -> PlinkResult:
    """Run plink2 on the PGEN of a cohort, in a folder of its own that is gone afterwards.

    Raises
    ------
    ToolFailed
        If plink2 ends with an error; its own message is told.
    BadInput
        If it is not here, or an argument names files that are given already.
    """
    words = _words(arguments)
    for word in words:
        if word in _OURS:
            raise BadInput(f"{word} is given already", remedy="The cohort is what plink2 reads")
    with staged(prefix.parent) as scratch:
        out = scratch / "result"
        command = [_program("plink2"), "--pfile", str(prefix), "--out", str(out)]
        command += _within_bounds(words)
        command += _inputs(folder, scratch, individuals, phenotypes, covariates)
        done = _run([*command, *words])
        if done.returncode:
            raise ToolFailed(f"plink2 says: {_error_of(done)}")
        tables = dict(_tables(scratch))
    plink_names.require_some(tables, shlex.join(words))
    return PlinkResult(tables, _PERCENT.sub("", done.stdout), shlex.join(words))


def bcftools(path: Path, arguments: str | Sequence[str]) -> str:
    """Run bcftools on the VCF of a cohort; return what it printed.

    Raises
    ------
    ToolFailed
        If bcftools ends with an error; its own message is told.
    BadInput
        If it is not here.
    """
    words = _words(arguments)
    program = _program("bcftools")
    if not path.with_name(f"{path.name}.tbi").exists():
        _run([program, "index", "--tbi", str(path)])
    done = _run([program, *words, str(path)])
    if done.returncode:
        raise ToolFailed(f"bcftools says: {_error_of(done)}")
    return done.stdout


def _words(arguments: str | Sequence[str]) -> list[str]:
    words = shlex.split(arguments) if isinstance(arguments, str) else list(arguments)
    if not words:
        raise BadInput("nothing is asked", remedy='Give the arguments, as in "--freq"')
    return words


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BadInput(f"{name} is not in this environment", remedy="It is in every workspace")
    return found


def _within_bounds(words: Sequence[str]) -> list[str]:
    """Say how much plink2 may take: it would look at the machine, not at the workspace's limit."""
    bounds = {
        "--threads": str(len(os.sched_getaffinity(0))),
        "--memory": str(max(_LEAST_MIB, free_memory_bytes() // 2 >> 20)),
    }
    return [each for pair in bounds.items() if pair[0] not in words for each in pair]


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program; it ends with the cell that is interrupted."""
    begun: list[subprocess.Popen[str]] = []
    # Interrupts reach the main thread alone: begun in another, no program is without its handle.
    starter = Thread(target=_begin, args=(command, begun))
    try:
        starter.start()
        starter.join()
        if not begun:
            raise ToolFailed(f"{command[0]} cannot be started")
        out, errors = begun[0].communicate()
    except BaseException:
        starter.join()
        for program in begun:
            with program:
                program.kill()
        raise
    return subprocess.CompletedProcess(command, begun[0].returncode, out, errors)


def _begin(command: Sequence[str], begun: list[subprocess.Popen[str]]) -> None:
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    with suppress(OSError):
        begun.append(subprocess.Popen(command, stdin=none, stdout=pipe, stderr=pipe, text=True))


def _error_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return the program's own words: from the line that says error, else the last ones."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if line.startswith("Error")), -3)
    return " ".join(lines[start:][:6]).rstrip(".") or f"exit {done.returncode}"


def _inputs(
    folder: Folder,
    scratch: Path,
    individuals: Collection[str] | None,
    phenotypes: Values | None,
    covariates: Values | None,
) -> Iterator[str]:
    samples = folder.samples
    people, names = samples["individual_id"].to_pylist(), samples["sample_id"].to_pylist()
    # One germline sample stands for each individual, as everywhere in the library.
    of = {people[n]: names[n] for n in folder.germline}
    wanted = of if individuals is None else {who: of[who] for who in individuals if who in of}
    if individuals is not None or len(of) != len(names):
        kept = scratch / "keep.in"
        kept.write_text("\n".join(["#IID", *wanted.values()]) + "\n")
        yield from ("--keep", str(kept))
    for word, values in (("--pheno", phenotypes), ("--covar", covariates)):
        if values is not None:
            path = scratch / f"{word.strip('-')}.in"
            columns = {str(name).replace(" ", "_"): dict(values[name]) for name in values}
            if word == "--pheno":
                columns = {name: _cases(column) for name, column in columns.items()}
            path.write_text(_text(columns, of))
            yield from (word, str(path))


def _cases(column: dict[str, Any]) -> dict[str, Any]:
    """Write cases and controls, 1 and 0 here, as plink2 does: 2 and 1."""
    known = {value for value in column.values() if _cell(value) != "NA"}
    if not known <= {0, 1}:
        return column
    return {who: value if _cell(value) == "NA" else int(value) + 1 for who, value in column.items()}


def _text(columns: Mapping[str, Mapping[str, Any]], of: Mapping[str, str]) -> str:
    """Return a table for plink2: a line a sample, ``NA`` for what is not known."""
    lines = ["\t".join(["#IID", *columns])]
    for who, sample in of.items():
        cells = [_cell(column.get(who)) for column in columns.values()]
        lines.append("\t".join([sample, *cells]))
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    return "NA" if value is None or value != value else str(value)


def _tables(scratch: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    for path in sorted(scratch.glob("result.*")):
        table = plink_names.read(path)
        if table is not None:
            yield path.name.removeprefix("result."), table

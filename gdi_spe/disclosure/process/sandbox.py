"""Run a check in a process of its own: no network, bounded memory, time and files."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import gdi_spe
from gdi_spe.boundary.findings import FileReport, Finding, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.engine import request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process.confine import unprivileged_user
from gdi_spe.disclosure.process.job import CanonicalFile, Job, JobFile, Outcome

# In isolated mode Python looks at no variable and no folder but these.
_RUN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from pathlib import Path; from gdi_spe.disclosure.__main__ import main; "
    "main(Path(sys.argv[1]))"
)
_ROOT = str(Path(gdi_spe.__file__).parent.parent)


@dataclass(frozen=True)
class Checked:
    """What a confined check returned; canonical bytes lie in ``folder`` while it is open."""

    outcome: Outcome
    folder: Path

    def canonical(self, name: str) -> tuple[CanonicalFile, Path] | None:
        """Return one file's canonical form and where its bytes are."""
        for file in self.outcome.canonical:
            if file.name == name:
                return file, self.folder / "out" / str(file.place)
        return None

    def table(self, name: str) -> bytes | None:
        """Return the one small table of a file that is no CSV itself, as CSV."""
        found = self.canonical(name)
        if found is None or not found[0].has_table:
            return None
        return found[1].with_suffix(".csv").read_bytes()


@contextmanager
def check_confined(
    files: Mapping[str, Path], policy: DisclosurePolicy, context: CheckContext, scratch: Path
) -> Iterator[Checked]:
    """Judge files in a confined process.

    A process that crashes, hangs or answers nonsense makes every file one that a person must
    look at, without canonical form.
    """
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="check-") as name:
        folder = Path(name)
        (folder / "out").mkdir()
        job = _job(files, policy, context, folder)
        (folder / "job.json").write_text(job.model_dump_json())
        _give(folder, unprivileged_user())
        why = _run(folder, policy.files.check_seconds)
        yield Checked(_outcome(folder, job) if why is None else _failed(job, why), folder)


def _job(
    files: Mapping[str, Path], policy: DisclosurePolicy, context: CheckContext, folder: Path
) -> Job:
    """Copy what is to be read into the folder: the check may read nothing elsewhere."""
    (folder / "in").mkdir()
    named = tuple(
        JobFile(name=name, path=_copied(path, folder / "in" / str(place)))
        for place, (name, path) in enumerate(files.items())
    )
    prior = tuple(
        _copied(path, folder / "in" / f"prior-{place}") for place, path in enumerate(context.prior)
    )
    versions = {
        str(copy): context.prior_versions[str(path)]
        for copy, path in zip(prior, context.prior, strict=True)
        if str(path) in context.prior_versions
    }
    sieves = tuple(
        _copied(path, folder / "in" / f"names-{place}") for place, path in enumerate(context.sieves)
    )
    scores = None if context.public_scores is None else tuple(
        _copied(path, folder / "in" / f"score-{place}")
        for place, path in enumerate(context.public_scores)
    )  # fmt: skip
    here = context.model_copy(
        update={
            "prior": prior, "prior_versions": versions, "sieves": sieves, "public_scores": scores,
        }
    )  # fmt: skip
    return Job(files=named, policy=policy, context=here)


def _copied(path: Path, to: Path) -> Path:
    # A link is not followed; the check says that it is one.
    if path.is_symlink() or not path.is_file():
        return path.absolute()
    shutil.copyfile(path, to)
    return Path("in") / to.name


def _give(folder: Path, user: int | None) -> None:
    """Give a check's folder to the user it will run as."""
    if user is None:
        return
    for path in (*folder.rglob("*"), folder):
        os.chown(path, user, user)


def _run(folder: Path, seconds: int) -> str | None:
    """Run the check; return why it failed, or None."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _RUN, _ROOT, "."],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        start_new_session=True, close_fds=True,
    )  # fmt: skip
    try:
        status = process.wait(timeout=2 * seconds + 20)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "it took too long"
    return None if status == 0 else "it ended early"


def _outcome(folder: Path, job: Job) -> Outcome:
    try:
        outcome = Outcome.model_validate_json((folder / "out" / "outcome.json").read_bytes())
    except (OSError, ValidationError):
        return _failed(job, "its answer cannot be read")
    # TRUST: an answer about other files than were asked about is no answer.
    if [report.file for report in outcome.report.files] != [file.name for file in job.files]:
        return _failed(job, "its answer is about other files")
    return outcome


def _failed(job: Job, why: str) -> Outcome:
    reports = [_unchecked(file.name, why) for file in job.files]
    return Outcome(report=request_report(reports, job.policy), canonical=())


def _unchecked(name: str, why: str) -> FileReport:
    finding = Finding(
        rule="FMT108", severity=Verdict.REVIEW, part=name,
        why=f"The check did not finish: {why}.",
        fix="Write the result in a simpler or smaller form.",
    )  # fmt: skip
    return FileReport(file=name, verdict=Verdict.REVIEW, findings=(finding,))

"""Judge the files of a job in this process, confined: ``python -m gdi_spe.disclosure FOLDER``."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

# Loaded now, because afterwards this process may do nothing but judge.
import scipy.ndimage
import scipy.optimize
import scipy.stats  # noqa: F401
from PIL import JpegImagePlugin, PngImagePlugin  # noqa: F401

from gdi_spe.disclosure.confine import confine
from gdi_spe.disclosure.engine import Judged, judge, request_report
from gdi_spe.disclosure.job import CanonicalFile, Job, Outcome


def main(folder: Path) -> None:
    """Read the job, confine this process, judge, write the outcome."""
    job = Job.model_validate_json((folder / "job.json").read_bytes())
    out = folder / "out"
    files = job.policy.files
    held = confine(
        files.check_memory_mib * 1024 * 1024, files.check_seconds, 4 * files.max_file_bytes, out
    )
    judged = [judge(file.path, job.policy, job.context, file.name) for file in job.files]
    outcome = Outcome(
        report=request_report([each.report for each in judged], job.policy),
        canonical=tuple(written(judged, out)),
        held=tuple(held),
    )
    (out / "outcome.json").write_bytes(outcome.model_dump_json().encode())


def written(judged: list[Judged], out: Path) -> list[CanonicalFile]:
    """Write the canonical bytes into the output folder and say which are whose."""
    written = []
    for place, each in enumerate(judged):
        if each.canonical is None:
            continue
        (out / str(place)).write_bytes(each.canonical.data)
        written.append(
            CanonicalFile(
                name=each.report.file,
                canonical_name=each.canonical.name,
                media_type=each.canonical.media_type,
                sha256=hashlib.sha256(each.canonical.data).hexdigest(),
                place=place,
            )
        )
    return written


if __name__ == "__main__":
    main(Path(sys.argv[1]))

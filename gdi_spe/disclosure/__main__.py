"""Judge the files of a job in this process, confined: ``python -m gdi_spe.disclosure FOLDER``."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

# Loaded now, because afterwards this process may do nothing but judge.
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import scipy.ndimage
import scipy.optimize
import scipy.stats  # noqa: F401
from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.engine import Judged, judge_bytes, judged_together, request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.process.confine import confine
from gdi_spe.disclosure.process.job import CanonicalFile, Job, Outcome
from gdi_spe.disclosure.rules.rule import Judging


def main(folder: Path) -> None:
    """Read the job, confine this process, judge, write the outcome."""
    job = Job.model_validate_json((folder / "job.json").read_bytes())
    out = folder / "out"
    warm_up(job.policy)
    files = job.policy.files
    held = confine(
        files.check_memory_mib * 1024 * 1024, files.check_seconds, 4 * files.max_file_bytes, out
    )
    named = [(file.path, file.name) for file in job.files]
    judged = judged_together(named, job.policy, job.context)
    outcome = Outcome(
        report=request_report([each.report for each in judged], job.policy),
        canonical=tuple(written(judged, out)),
        held=tuple(held),
    )
    (out / "outcome.json").write_bytes(outcome.model_dump_json().encode())


def warm_up(policy: DisclosurePolicy) -> None:
    """Judge a little of each form, so that whatever is loaded late is loaded before `confine`."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(picture, format="PNG")
    photograph = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(photograph, format="JPEG")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("t.csv", _SUPPRESSED)
    table = pa.table({"g": ["a", "b"], "n": [40, 50]})
    parquet, arrow, array = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    with pa.ipc.new_file(arrow, table.schema) as writer:
        writer.write_table(table)
    np.save(array, np.arange(12.0).reshape(6, 2))
    samples = [each.getvalue() for each in (picture, photograph, archive, parquet, arrow, array)]
    words = b"<table><tr><td>g</td><td>n</td></tr><tr><td>a</td><td>40</td></tr></table>"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><circle cx="1" cy="1" r="1"/></svg>'
    samples += [
        _PAGE,
        words,
        drawing,
        b'{"n": 40}',
        b"Some words to read.",
        b"n: 40\nmodel:\n- age\n- sex\nfit: 0.4\n",
        gzip.compress(b"a,b\n1,2\n"),
    ]
    for data in samples:
        judge_bytes(data, Judging("sample", policy, CheckContext(n_individuals=2000)))


_PAGE = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n"
    b"4 0 obj\n<< /Length 13 >>\nstream\n0 0 m 1 1 l S\nendstream\nendobj\n"
    b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
)
_SUPPRESSED = "site,F,M,All\nA,500,497,997\nB,<10,<10,11\nAll,505,503,1008\n"


def written(judged: list[Judged], out: Path) -> list[CanonicalFile]:
    """Write the canonical bytes into the output folder and say which are whose."""
    written = []
    for place, each in enumerate(judged):
        if each.canonical is None:
            continue
        (out / str(place)).write_bytes(each.canonical.data)
        table = _only_table(each.canonical)
        if table is not None:
            (out / f"{place}.csv").write_text(_as_csv(table), encoding="utf-8")
        written.append(
            CanonicalFile(
                name=each.report.file,
                canonical_name=each.canonical.name,
                media_type=each.canonical.media_type,
                sha256=hashlib.sha256(each.canonical.data).hexdigest(),
                place=place,
                has_table=table is not None,
            )
        )
    return written


_MOST_ROWS = 1000


def _only_table(canonical: Canonical) -> Table | None:
    """Return the one small table that a file of another form than CSV holds."""
    if canonical.media_type in ("text/csv", "text/tab-separated-values"):
        return None
    tables = [part for part in canonical.parts if isinstance(part, Table) and not part.is_quoted]
    return tables[0] if len(tables) == 1 and tables[0].n_rows <= _MOST_ROWS else None


def _as_csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows(zip(*(column.texts() for column in table.columns), strict=True))
    return text.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Rules about the form of a file: what never leaves as such, and what hides beside the content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.forms.graphics.pdf import acting_or_hidden, inflated
from gdi_spe.disclosure.intake.canonical import gunzip
from gdi_spe.disclosure.intake.form import Canonical, NoCanonicalForm
from gdi_spe.disclosure.intake.sniff import CONTAINERS, GENOTYPES, READS, Kind, sniff
from gdi_spe.disclosure.intake.spans import spans_of
from gdi_spe.disclosure.rules.rule import Judging

_GROUPS = "Export what was computed from them: counts and frequencies by group."
FIXES = {
    "FMT101": _GROUPS,
    "FMT102": _GROUPS,
    "FMT103": "Export results as CSV, Parquet, JSON or PNG; a model as its coefficients.",
    "FMT104": "Export the files in it one by one, plain.",
    "FMT107": "Print the page anew, without attachments, scripts and layers, or export it as PNG.",
    "FMT106": "Give the file the ending of what it is.",
    "FMT109": "Write the file anew without what was dropped.",
}

# Endings that say what a file is; another content under them is said so.
_ENDINGS = {
    ".csv": {Kind.CSV, Kind.TEXT, Kind.TSV}, ".tsv": {Kind.TSV, Kind.CSV, Kind.TEXT},
    ".png": {Kind.PNG}, ".jpg": {Kind.JPEG}, ".pdf": {Kind.PDF}, ".json": {Kind.JSON},
    ".docx": {Kind.WORD},
    ".xlsx": {Kind.EXCEL}, ".npy": {Kind.NUMPY}, ".zip": {Kind.ZIP}, ".html": {Kind.HTML},
    ".arrow": {Kind.ARROW}, ".feather": {Kind.ARROW}, ".parquet": {Kind.PARQUET},
    ".txt": {Kind.TEXT, Kind.CSV, Kind.TSV, Kind.JSON},
    ".md": {Kind.TEXT, Kind.CSV, Kind.TSV}, ".svg": {Kind.SVG}, ".ipynb": {Kind.NOTEBOOK},
}  # fmt: skip


def format_findings(
    data: bytes, judging: Judging, form: Canonical | NoCanonicalForm
) -> Iterator[Finding]:
    """Judge the form alone."""
    kind = sniff(data)
    if isinstance(form, NoCanonicalForm) and form.kind is not None:
        kind = form.kind
    if kind in GENOTYPES:
        yield _finding(judging, "FMT101", f"It is {kind.value}: people's genotypes.", Verdict.BLOCK)
    elif kind in READS:
        yield _finding(judging, "FMT102", f"It is {kind.value}: people's sequences.", Verdict.BLOCK)
    elif isinstance(form, NoCanonicalForm) and form.is_hostile:
        yield _finding(judging, "FMT104", f"It hides what it holds: {form.why}.", Verdict.BLOCK)
    elif kind is Kind.PDF and (
        found := acting_or_hidden(data, judging.policy.files.max_file_bytes)
    ):
        why = f"The PDF has {', '.join(found)}."
        yield _finding(judging, "FMT107", why, Verdict.BLOCK)
    elif kind in CONTAINERS:
        why = f"It is of the form “{kind.value}”, which can hold anything and is never opened here."
        yield _finding(judging, "FMT103", why, Verdict.BLOCK)
    kind = sniff(data)
    dot = judging.name.rfind(".")
    meant = _ENDINGS.get(judging.name[dot:].lower() if dot >= 0 else "")
    if meant is not None and kind not in meant:
        yield _finding(
            judging, "FMT106", f"Its name says otherwise, but it is {kind.value}.", Verdict.REVIEW
        )
    if kind is Kind.WORD and isinstance(form, Canonical):
        why = "A Word document is not of the forms that pass unseen: a person reads what is kept."
        yield _finding(judging, "FMT109", why, Verdict.REVIEW)
    for what in form.dropped if isinstance(form, Canonical) else ():
        yield _finding(
            judging,
            "FMT109",
            f"It held {what}, which the re-encoded file does not.",
            Verdict.PASS,
        )


def _finding(judging: Judging, rule: str, why: str, severity: Verdict) -> Finding:
    return Finding(rule=rule, severity=severity, part=judging.name, why=why, fix=FIXES[rule])


def loose_parts(data: bytes, judging: Judging, form: Canonical | NoCanonicalForm) -> Iterator[Part]:
    """Yield what a file holds beside, or instead of, what its canonical form would keep."""
    kind = sniff(data)
    yield from _left_over(data, kind)
    if kind is Kind.GZIP:
        inner = gunzip(data, judging.policy.files.max_file_bytes)
        if isinstance(inner, NoCanonicalForm):
            yield Opaque("gzip", f"The gzip file is not plain: {inner.why}")
        else:
            yield from loose_parts(inner, judging, form)
    elif kind is Kind.PDF and isinstance(form, NoCanonicalForm):
        yield Text("letters", _without_keys(inflated(data, judging.policy.files.max_file_bytes)))
    elif isinstance(form, NoCanonicalForm) and kind is not Kind.EMPTY:
        # Without parts of its own, the letters in the bytes are looked at, whatever frames them.
        yield Text("letters", _letters(data))


def _left_over(data: bytes, kind: Kind) -> Iterator[Part]:
    """Yield what of a container belongs to no part that a rule looks at."""
    # Pictures account for their bytes where they are decoded, and so inside other files too.
    for span in spans_of(data, kind) if kind is not Kind.PNG else ():
        if not span.is_explained:
            n, where = span.end - span.start, f"bytes[{span.start}:{span.end}]"
            yield Opaque(where, f"{n:,} bytes belong to no part of the {kind.value} file")


def _without_keys(data: bytes) -> str:
    """Return the letters of a PDF without the names of its own keys, such as /F1 and /Filter."""
    return re.sub(r"/[A-Za-z]\w{0,30}", " ", _letters(data))


def _letters(data: bytes) -> str:
    text = data.decode("utf-8", errors="replace")
    return "\n".join(re.findall(r"[^\x00-\x1f\ufffd]{6,}", text)).replace('\\"', '"')

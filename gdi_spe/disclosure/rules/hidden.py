"""Rules about bytes that say something other than the file seems to."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Opaque, Picture, Text
from gdi_spe.disclosure.contents.programs.statements import read_code
from gdi_spe.disclosure.contents.programs.typed import doubts_of_code
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.listings import doubts_of_lists, is_listing
from gdi_spe.disclosure.contents.words.prose import doubts, doubts_of_labels
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{1500,}={0,2}|(?:[A-Za-z0-9+/]{60,80}\n){20,}")
# Base64 of PNG and JPEG: pictures inside a report, which has no canonical form and is looked at.
_PICTURES = ("iVBORw0KGgo", "/9j/")
# Base64 in lines, and how gzip, zlib, zip, pickle, xz, Parquet and NumPy begin.
_LINE = r"[A-Za-z0-9+/]{40,}+={0,2}"
_BASE64_LINES = re.compile(rf"(?<![A-Za-z0-9+/]){_LINE}(?:\s*+[ \t>#]*+{_LINE})*+")
_MAGIC = (
    b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"PK\x03\x04", b"\x80\x04",
    b"\x80\x05", b"\xfd7zXZ", b"PAR1", b"\x93NUMPY", b"BZh",
)  # fmt: skip
_LEAST_PACKED = 100
_MAX_CELL = 2000
_MATRIX_CELLS, _FEW_COLOURS = 400, 4
_LEAST_ACROSS, _FULL = 3, 0.8
# What a figure says of how many people it shows, and codes that people have in it.
_TOLD_N = re.compile(
    r"(?:patients?|participants?|individuals?|samples?|people|persons?|subjects?|donors?|cases?"
    r"|tumou?rs?|carriers?|probands?)\s*[(,:]?\s*[nN]\s*=\s*(\d[\d,]*)"
    r"|(?<![\w.])(\d[\d,]*)\s+(?:patients|participants|individuals|samples|people|persons"
    r"|subjects|donors|cases|tumou?rs|carriers|probands)",
    re.IGNORECASE,
)
_PERSON_CODES = re.compile(
    r"\b(?:pt|patient|subject|participant|person|individual|sample|case|donor|id|s|p|i)"
    r"[ _#-]{0,2}\d{1,10}\b",
    re.IGNORECASE,
)
_LONG_WORD, _MUCH = 40, 1000
# A path to a file, whose steps are names of a few letters and digits.
_PATH = re.compile(r"[\w.+-]{1,80}(/[\w.+-]{1,80}){1,20}\.[A-Za-z][A-Za-z0-9]{0,9}")
_JOINTS = re.compile(r"[/._+-]")
_LONGEST_STEP = 20


def encoded_payload(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find long stretches that only a program can read."""
    if isinstance(part, Text) and (packed := _packed(part.text)):
        why = f"{packed:,} characters are a compressed or packed file in letters."
        yield Hit(why, {"longest": packed})
        return
    if isinstance(part, Text):
        found = [len(m) for m in _ENCODED.findall(part.text) if not m.startswith(_PICTURES)]
        found = found or _dense(part.text.split())
    else:
        words = [c.cells for c in part.columns if c.numbers is None and _has_long_words(c.cells)]
        found = [len(cell) for cells in words for cell in cells if len(cell) > _MAX_CELL]
        found = found or [n for cells in words for n in _dense(cells)]
    if found:
        why = f"{len(found):,} stretches of up to {max(found):,} characters that nobody can read."
        yield Hit(why, {"n_stretches": len(found), "longest": max(found)})


def _has_long_words(cells: tuple[str, ...]) -> bool:
    return max(map(len, cells), default=0) >= _LONG_WORD


def _packed(text: str) -> int:
    """Return the length of base64 that unpacks to a gzip, zlib, zip or pickle; 0 if none does."""
    for found in _BASE64_LINES.finditer(text):
        letters = re.sub(r"\s+", "", found.group())
        if letters.startswith(_PICTURES) or len(letters) < _LEAST_PACKED:
            continue
        try:
            head = base64.b64decode(letters[:64] + "=" * (-len(letters[:64]) % 4))
        except (binascii.Error, ValueError):
            continue
        if head.startswith(_MAGIC):
            return len(letters)
    return 0


def _dense(words: Iterable[str]) -> list[int]:
    """Return the lengths of long words that are no words, if they are much together."""
    odd = [len(w) for w in words if len(w) >= _LONG_WORD and _is_encoded(w)]
    return odd if sum(odd) > _MUCH else []


def _is_encoded(word: str) -> bool:
    """Whether a word mixes letters and digits as encoded bytes do; paths and addresses do not."""
    if word.startswith(_PICTURES) or "://" in word or word.count("/") > len(word) / 8:
        return False
    if _PATH.fullmatch(word) and max(map(len, _JOINTS.split(word))) <= _LONGEST_STEP:
        return False
    digits = sum(c.isdigit() for c in word)
    letters = sum(c.isalpha() for c in word)
    joints = sum(c in "_.-:," for c in word)
    return digits >= 0.05 * len(word) and letters >= 0.1 * len(word) and joints < 0.1 * len(word)


def unread_metadata(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find much text where a reader of the file would not see it."""
    if part.path == "metadata" and len(part.text) > 400:
        why = f"{len(part.text):,} characters of metadata, which no reader of the file sees."
        yield Hit(why, {"n_characters": len(part.text)})


def unexplained(part: Opaque, judging: Judging) -> Iterator[Hit]:
    """Report bytes that belong to nothing."""
    yield Hit(f"{part.what}.", {})


def undeclared_text(part: Text, judging: Judging) -> Iterator[Hit]:
    """Words need a reader, unless they are few, plain and about no single person."""
    if part.path in ("header", "unseen words"):
        return  # names of columns, each of which is known; words that are not written again
    if (code := read_code(part.text)) is not None:
        if told := list(doubts_of_code(part.text, code)):
            yield Hit(f"A person reads this code: {'; '.join(told)}.", {"n_doubts": len(told)})
        return
    found = list(doubts_of_labels(part.text) if part.path.endswith("labels") else ())
    if not part.path.endswith("labels"):
        found = [*doubts(part.text, part.is_alone), *doubts_of_lists(part.text)]
        # What a known grammar explains needs no reader; other rules have looked at it all the same.
        if found and is_listing(part.text, judging.name):
            return
    if found:
        yield Hit(f"A person reads these words: {'; '.join(found)}.", {"n_doubts": len(found)})


def drawing(part: Marks, judging: Judging) -> Iterator[Hit]:
    """Compare the marks of a vector graphic with the number of people."""
    minimum, n = judging.policy.counts.minimum, judging.context.n_individuals
    evidence = {"n_marks": part.n_marks, "n_individuals": n, "n_tooltips": part.n_tooltips}
    if part.n_tooltips >= minimum:
        why = f"{part.n_tooltips:,} marks have words of their own that show when pointed at."
        yield Hit(why, evidence, severity=Verdict.BLOCK)
    crowd = part.tiling.is_crowd
    if part.n_cells >= _MATRIX_CELLS and part.n_colours <= _FEW_COLOURS and not crowd:
        why = f"It has {part.n_cells:,} boxes of one size in {part.n_colours} colours: genotypes."
        yield Hit(why, evidence, severity=Verdict.BLOCK)
    elif why := _is_of_people(part, judging):
        yield Hit(why, evidence, severity=Verdict.BLOCK)
    if n and part.n_marks >= minimum and abs(part.n_marks - n) <= max(2, n // 50):
        why = f"It has {part.n_marks:,} marks and the cohort {n:,} individuals: each is a person."
        yield Hit(why, evidence, severity=Verdict.BLOCK)


def _is_of_people(part: Marks, judging: Judging) -> str:
    """Say why boxes of one size are a matrix with a row or column a person, if they are."""
    minimum, n = judging.policy.counts.minimum, judging.context.n_individuals
    told = {int((a or b).replace(",", "")) for a, b in _TOLD_N.findall(part.words)}
    for side, other in ((part.tiling.n_across, part.tiling.n_down),
                        (part.tiling.n_down, part.tiling.n_across)):  # fmt: skip
        if side < minimum or other < _LEAST_ACROSS or part.n_cells < _FULL * side * other:
            continue
        is_all = n is not None and abs(side - n) <= max(1, n // 50)
        if is_all or side in told or (side == _n_named(part.words)):
            return (
                f"A matrix of {part.n_cells:,} boxes has one of {side:,} rows or columns a person."
            )
    return ""


def _n_named(words: str) -> int:
    """Count the words that are codes of people: letters of one kind with different numbers."""
    return len(set(_PERSON_CODES.findall(words)))


def is_density(part: Marks, judging: Judging) -> bool:
    """Whether boxes are a density's: smooth shades within an empty rim, people enough.

    A declaration is asked for besides; it makes no density of what does not look like one.
    """
    n, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    declared = judging.side_car.kind.lower() in ("pca", "pca-density", "density")
    # Each box that shows somebody holds the fewest people at least, or it is a small cell.
    enough = n is not None and part.tiling.n_shown * minimum <= n
    return declared and enough and part.tiling.is_smooth and part.n_cells < _MATRIX_CELLS


def shows_variants(part: Marks, judging: Judging) -> bool:
    """Whether marks are declared, or known by their number, to be variants."""
    n_variants = judging.context.n_variants
    if part.n_marks < judging.policy.counts.minimum:
        return False
    declared = judging.side_car.kind.lower() in ("manhattan", "qq", "volcano-of-variants")
    same = n_variants is not None and abs(part.n_marks - n_variants) <= max(5, n_variants // 20)
    return same or (declared and n_variants is not None and part.n_marks <= n_variants)


def unseen_bits(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find bits that differ where the eye sees one colour."""
    if part.seen is not None and part.seen.noise_share > 0.05:
        why = (
            f"In areas of one colour, {part.seen.noise_share:.0%} of the pixels differ in bits "
            "that nobody sees: a payload can be written in them."
        )
        yield Hit(why, {"share": round(part.seen.noise_share, 3)})


RULES = (
    Rule(
        "HID101", "Bytes after the end, or in unknown chunks", Verdict.BLOCK,
        "Write the file anew from your results; it holds more than a reader sees.",
        Opaque, unexplained,
    ),
    Rule(
        "HID102", "Text in the metadata", Verdict.BLOCK,
        "Write the file without metadata.",
        Text, unread_metadata,
    ),
    Rule(
        "HID103", "Encoded payload", Verdict.BLOCK,
        "Export results as tables and text that people can read.",
        (Table, Text), encoded_payload,
    ),
    Rule(
        "TXT901", "Text", Verdict.REVIEW,
        "Nothing to fix; keep it short, so that it is read soon.",
        Text, undeclared_text,
    ),
    Rule(
        "VEC101", "Marks of a drawing", Verdict.BLOCK,
        "Draw densities or groups instead of single marks, without words on each.",
        Marks, drawing,
    ),
    Rule(
        "HID104", "Bits that nobody sees", Verdict.BLOCK,
        "Save the figure anew from the plotting library, and change no pixel afterwards.",
        Picture, unseen_bits,
    ),
)  # fmt: skip

"""Rules about what names single people: pseudonyms, numbers, hashes, records of one person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Text
from gdi_spe.disclosure.contents.roles import (
    VARIANT_CELL,
    Role,
    is_about_variants,
    role_of,
    with_role,
)
from gdi_spe.disclosure.contents.rows.variants import is_total
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.vocabulary import (
    PERSON_COLUMN,
    PERSON_NAME,
    PSEUDONYM,
    is_public,
    person_numbers,
)
from gdi_spe.disclosure.names.national import national_numbers
from gdi_spe.disclosure.names.pseudonyms import disguised, sieves_of
from gdi_spe.disclosure.names.sieve import Listed, Sieve
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.work.software import is_software

# What follows these names a person, though a public series may be spelled so.
_PERSON = re.compile(r"participant|patient|subject|individual|proband|donor|person", re.IGNORECASE)
_SOMEBODY = (
    r"participant|patient|subject|sample|individual|proband|carrier|donor|person|case|record|row"
    r"|iid|eid|mrn|id"
)
_OF_THINGS = "".join(
    rf"(?<!{each} )"
    for each in ("job", "run", "task", "array", "process", "pubmed", "study", "request")
)
_NAMED = re.compile(
    # A job, a run or a paper has a number too.
    rf"{_OF_THINGS}\b(?P<who>{_SOMEBODY})\b\W{{0,3}}(no\.?|nr\.?|number|id|#)?\W{{0,3}}"
    r"(?P<id>[A-Z]{1,8}[-_]?\d{3,14}|\d{5,14})(?![\w.,]*\d)",
    re.IGNORECASE,
)
_HASH = re.compile(
    r"[0-9a-fA-F]{12,128}|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])[A-Za-z0-9+/_-]{12,88}={0,2}"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,88}={0,2}")
# Many are sequenced together; who numbers them under "Sample" means the batch.
_OF_A_BATCH = re.compile(
    r"(batch|cohort|wave|group|release|freeze|pool)[-_. ]?\d{1,3}", re.IGNORECASE
)
_CHANGES = re.compile(r"[a-z][A-Z0-9]|[A-Z0-9][a-z]")
# Some biobanks put a country or two words before the number: "HU-BIO-721174".
_CODE = re.compile(
    r"([A-Za-z]{1,8}[-_.:]){0,3}[A-Za-z]{0,8}([-_.:]?[A-Za-z]{0,4}\d{1,12}[A-Za-z]{0,3}){1,5}"
)
_RESULTS = (
    Role.PEOPLE, Role.PAIRS, Role.EFFECT, Role.P, Role.ERROR, Role.FREQUENCY, Role.ALLELE_COUNT,
)  # fmt: skip
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{2,24}){1,4}")
# One or two authors have their addresses on a paper.
_MOST_AUTHORS = 2
_DIGITS_OF_STATES = 11
_LEAST_HASHES = 3
_LEAST_CODES = 5


def _texts(part: Table | Text | Marks) -> Iterator[tuple[str, str]]:
    """Yield each place of a part with its words: for a table, a column and its different cells."""
    if isinstance(part, Text):
        yield "", part.text
    elif isinstance(part, Marks):
        yield "", part.words
    else:
        yield "[header]", "\n".join(column.name for column in part.columns)
        for column in part.columns:
            if column.numbers is None and role_of(column) is not Role.VARIANT:
                yield f"[column={column.name}]", "\n".join(column.cells)


_FILE_HASH = re.compile(r"(\w{1,12}_)?(md5|sha_?(1|256|512)|hash|digest|checksum)")


def cohort_identifiers(part: Table | Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find the cohort's own pseudonyms, whole, inside other words, or in disguise."""
    known = sieves_of(judging.context)
    for place, text in (*_texts(part), *_whole_numbers(part, known)):
        found = disguised(text, known) | set(PSEUDONYM.findall(text))
        if found:
            n = len(found)
            why = (
                f"{_where(place)} holds {n:,} pseudonym{'s' if n > 1 else ''} of single people. "
                "A pseudonym singles out a person, whatever stands beside it."
            )
            yield Hit(why, {"n_identifiers": n}, place)


def _whole_numbers(part: object, known: tuple[Sieve | Listed, ...]) -> Iterator[tuple[str, str]]:
    """Yield columns of whole numbers, where pseudonyms are such."""
    if isinstance(part, Table) and any(sieve.has_numbers for sieve in known):
        for column in part.columns:
            if column.numbers is not None and column.is_integer:
                yield f"[column={column.name}]", "\n".join(column.cells)


def other_person_numbers(part: Table | Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find words with the look of a person's number that belong to no public series."""
    for place, text in _texts(part):
        found = {t for t in person_numbers(text) if not PSEUDONYM.fullmatch(t)}
        if isinstance(part, Text):
            found |= {m["id"] for m in _NAMED.finditer(text) if _names_somebody(m)}
        if found:
            why = f"{_where(place)} holds {len(found):,} words that look like a person's number."
            yield Hit(why, {"n_tokens": len(found)}, place)


def addresses(part: Table | Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find addresses of electronic mail: of several people, or a column of them."""
    for place, text in _texts(part):
        found = set(_ADDRESS.findall(text)) if "@" in text else set()
        if len(found) > (0 if place.startswith("[column") else _MOST_AUTHORS):
            why = f"{_where(place)} holds {len(found):,} addresses of electronic mail."
            severity = None if len(found) > 1 else Verdict.REVIEW
            yield Hit(why, {"n_tokens": len(found)}, place, severity)


def numbers_of_states(part: Table | Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find numbers that states give to their people, alone or in a column."""
    long = (
        (f"[column={c.name}]", "\n".join(c.cells))
        for c in (part.columns if isinstance(part, Table) else ())
        if c.numbers is not None and c.is_integer and len(c.text(0)) == _DIGITS_OF_STATES
    )
    for place, text in (*_texts(part), *long):
        if found := national_numbers(text):
            why = f"{_where(place)} holds {len(found):,} numbers that a state gives to a person."
            yield Hit(why, {"n_tokens": len(found)}, place)


def _names_somebody(found: re.Match[str]) -> bool:
    return bool(_PERSON.fullmatch(found["who"])) or not is_public(found["id"])


def _where(place: str) -> str:
    if place.startswith("[column="):
        return f"The column “{place[8:-1]}”"
    return "The header" if place == "[header]" else "The text"


def identifier_columns(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find columns whose cells name one person each, as codes, numbers or hashes."""
    for column in table.columns:
        found = _names_people(column, table, judging)
        if found is not None:
            why = f"The column “{column.name}” has {column.n_distinct:,} different {found}."
            # Lists of software carry the hashes of their files: a person looks at these.
            of_files = bool(_FILE_HASH.fullmatch(column.plain)) and is_software(table)
            severity = Verdict.REVIEW if of_files else None
            yield Hit(why, {"n_distinct": column.n_distinct}, f"[column={column.name}]", severity)


def _names_people(column: Column, table: Table, judging: Judging) -> str | None:
    named = bool(PERSON_COLUMN.fullmatch(column.plain))
    if column.numbers is not None:
        is_key = column.is_integer and column.n_distinct >= max(_LEAST_CODES, 0.5 * table.n_rows)
        return "numbers of people" if named and is_key and not _is_count(column, table) else None
    cells = [cell for cell in column.cells if cell]
    if role_of(column) not in (Role.VARIANT, Role.ALLELE):
        cells = [_once(cell) for cell in cells]
    if PERSON_NAME.fullmatch(column.plain) and sum(cell.isdigit() for cell in cells) < len(cells):
        return "names of people" if len(cells) >= _LEAST_HASHES else None
    if _PERSON.fullmatch(column.plain) and _each_once(column, table):
        return "names of people"
    if len(cells) < _LEAST_HASHES or role_of(column) in (Role.VARIANT, Role.ALLELE):
        return None
    if all(is_public(cell) or VARIANT_CELL.fullmatch(cell) for cell in cells):
        return None
    if all(_HASH.fullmatch(cell) for cell in cells) or _are_encoded(cells):
        return "hashes or encoded names"
    if len(cells) < _LEAST_CODES or not all(_CODE.fullmatch(cell) for cell in cells):
        return None
    if named:
        return None if all(map(_OF_A_BATCH.fullmatch, cells)) else "names of people"
    return _unnamed_codes(column, cells, table, judging)


def _once(cell: str) -> str:
    """Return a word that a cell holds twice, as programs write a family and its only member."""
    first, *others = re.split(r"[ \t]+|[:_](?=.*\d)", cell, maxsplit=1) or [cell]
    return first if others == [first] else cell


def _each_once(column: Column, table: Table) -> bool:
    """Whether words under "person" and the like differ in each of several rows, and none counts."""
    many = column.n_distinct == table.n_rows >= _LEAST_CODES
    return many and not with_role(table, Role.PEOPLE, Role.PAIRS)


def _are_encoded(cells: list[str]) -> bool:
    """Whether words are of one length, and letters change between small and large as in base64."""
    if len({len(cell) for cell in cells}) > 2 or len(cells) < _LEAST_CODES:
        return False
    return all(_BASE64.fullmatch(cell) and len(_CHANGES.findall(cell)) >= 2 for cell in cells)


def _is_count(column: Column, table: Table) -> bool:
    """Whether whole numbers under such a name count people: groups or a total stand beside them."""
    groups = with_role(table, Role.LABEL, Role.OTHER_COUNT)
    totals = [c for c in with_role(table, Role.PEOPLE) if is_total(c.plain)]
    return role_of(column) is Role.PEOPLE and bool(groups or totals)


def _unnamed_codes(column: Column, cells: list[str], table: Table, judging: Judging) -> str | None:
    """Find one code a row under a name that says nothing, with no result beside it."""
    minimum = judging.policy.counts.minimum
    if with_role(table, *_RESULTS) or is_about_variants(table) or len(cells) != table.n_rows:
        return None
    long = sum(len(re.sub(r"\D", "", cell)) >= 4 for cell in cells) > 0.9 * len(cells)
    known = re.fullmatch(r"\w*(gene|locus|trait|region|peak|pathway|term|probe)\w*", column.plain)
    return "codes, one a row" if len(cells) >= minimum and long and not known else None


RULES = (
    Rule(
        "PII101", "Pseudonyms of the cohort", Verdict.BLOCK,
        "Leave the identifiers out and give one row a group, with the number of people in it.",
        (Table, Text, Marks), cohort_identifiers,
    ),
    Rule(
        "PII102", "Tokens like a person's number", Verdict.BLOCK,
        "Leave the identifiers out. If they are a public series, say which in the justification "
        "and spell them as the series does.",
        (Table, Text, Marks), other_person_numbers,
    ),
    Rule(
        "PII117", "Addresses of people", Verdict.BLOCK,
        "Leave the addresses out.",
        (Table, Text, Marks), addresses,
    ),
    Rule(
        "PII118", "Numbers of states", Verdict.BLOCK,
        "Leave the numbers out.",
        (Table, Text, Marks), numbers_of_states,
    ),
    Rule(
        "PII108", "A column that names people", Verdict.BLOCK,
        "Leave the column out and give one row a group, with the number of people in it.",
        Table, identifier_columns,
    ),
)  # fmt: skip

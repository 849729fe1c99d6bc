# words of one sort read better together
"""Rules about records of single people: in trees, in lines, in words that describe somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Text
from gdi_spe.disclosure.contents.records.trees import PEOPLE_FOUND
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.somebody import described
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

# Keys that records of one person have in JSON.
_RECORD = re.compile(
    r"\b(phenotypic_?features|biosamples|interpretations|diseases|measurements|individuals?|subjects?|patients?|persons?|participants?"
    r"|probands?)(\[\d+\])?[.\[][^:\n]{0,60}\b(id|sex|karyotypicSex|karyotypic_sex|dateOfBirth|date_of_birth|timeAtLastEncounter|iso8601duration|onset|label)\b[^:\n]{0,40}:"
    # A birth is one person's, and FHIR names its records.
    r"|\b(birthDate|birth_date|dateOfBirth|date_of_birth)\b[^:\n]{0,10}:"
    r"|\bresourceType\b[^:\n]{0,10}:\s*(Patient|Person|Observation|Condition|Encounter|Specimen)\b",
    re.IGNORECASE,
)
# A line of words that describes a person: a code, with a sex, an age, a diagnosis or a day.
_LINE_CODE = re.compile(r"(?<![\w.])[A-Z]{1,8}[-_]?\d{3,12}(?![\w.])")
_LINE_TRAITS = (
    re.compile(r"(?<![\w.])(F|M|fe?male|woman|man|girl|boy)(?![\w.])", re.IGNORECASE),
    re.compile(r"(?<![\w.-])\d{1,3}(?![\w.%:-])"),
    re.compile(r"(?<![\w.])[A-Z]\d{2}(\.\d{1,2})?(?![\w.])|\bHP:\d{7}\b"),
    re.compile(r"\b(19|20)\d{2}-\d{2}-\d{2}\b"),
)
# R's str(): " $ age : int  54 61 38 ...".
_STRUCTURE = re.compile(
    r"^\s*\$ [\w.]+\s*: +(?:int|num|chr|Factor|logi|Date)\b[^\n]*\d[^\n]*\.\.\.", re.MULTILINE
)
_PAIRED = re.compile(
    r"^[ \t\"'{*-]*([\w.]{2,60})[\"'*]{0,3}[ \t]*[=:][ \t]*[\"'*]{0,3}[\w.]", re.MULTILINE
)
_SEX_IS = r"\b(sex|gender)[\"'*]{0,3}\s*[=:]\s*[\"']?(female|male|f|m|woman|man|girl|boy)\b"
_CRITERIA = re.compile(
    r"filter|query|where|select|criteri|config|param|covariat|strat|formula|settings|exclu|threshold",
    re.IGNORECASE,
)
_GENETIC = {
    "variant",
    "zygosity",
    "genotype",
    "hgvs",
    "mutation",
    "gene",
    "onset",
    "village",
    "job",
}
_LEAST_TOLD = 3
# Traits as elements of XML, and lines as "Patient A: 34 years".
_MARKED = re.compile(
    r"<(age|sex|gender|dob|birth\w*|diagnosis|dx|phenotype|bmi)>[^<]{1,40}</\1>", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"^\W{0,4}(?:patient|case|participant|subject|proband|individual|person|carrier)\s+#?\w{1,6}\s*[:,(]\s*"
    r"(?:aged?\s+)?\d{1,3}\b|^\W{0,4}(?:patient|case|participant|subject|proband|individual|person|carrier)\s+#?\w{1,6}\s*[:,(]\s*(?:fe)?male\b",
    re.IGNORECASE | re.MULTILINE,
)
# "T0412 (F, 34)", as programs print whom they found.
_BRACKETED = re.compile(
    r"(?<![\w.])[A-Z]{0,8}[-_]?\d{3,12}\s*\(\s*(?:F|M|fe?male|male)\s*[,/]\s*\d{1,3}\b", re.I
)
# "father (62, MI at 48)": relatives and patients with an age and more in brackets.
_KIN = re.compile(
    r"\b(?:father|mother|parent|sister|brother|sibling|twin|son|daughter|uncle|aunt|cousin|nephew|niece"
    r"|grand(?:father|mother|son|daughter)|proband|index (?:case|patient)|patient|woman|man|girl"
    r"|boy)"
    r"\s*\(\s*(?:aged?\s*)?\d{1,3}\s*(?:[,;]\s*[A-Za-z]|y(?:\.|rs?|ears?)?(?:\s+old)?\s*[,;)])",
    re.IGNORECASE,
)
# A sex beside an age, as rows and notes have them: "F 54", "61,M", "woman of 54".
_SEXED = re.compile(
    r"(?<![\w.%-])(?:(?P<age>\d{1,3})\s?[,;/|]?\s?(?P<sex>F|M|female|male|woman|man)"
    r"|(?P<sex_>F|M|[Ff]emale|[Mm]ale|[Ww]oman|[Mm]an)(?:\s(?:of|aged)\s|\s?[,;/|]\s?|\s)(?P<age_>\d{1,3}))"
    r"(?![\w%-]|[.]\d|\s?[-–]\s?\d)"
)
_LEAST_SEXED, _OLDEST = 4, 110
# Elements and lines of programs that each have two or more traits of a person by name.
_TAGGED = re.compile(r"<\w{1,40}((?:\s+[\w:-]{1,40}=\"[^\"<>]{0,80}\"){2,20})\s*/?>")
_ATTRIBUTE = re.compile(r"([\w-]{2,40})=")
_LITERAL = re.compile(r"\{[^{}]{8,400}\}|\b(?:dict|list|Person|Patient)\([^()]{8,400}\)")
_KEY = re.compile(r"[\"']?(\w{2,24})[\"']?\s*[:=]\s*[\"']?[\w.]")
_LEAST_KEYS, _LEAST_KIN = 2, 2
# "b. 1964", as pedigrees have it, and codes with too many digits to count groups.
_BORN_IN = re.compile(r"(?<![\w.])(?:b\.|born|\*|née?)\s?(?:in\s)?(?:19|20)\d{2}(?!\d)")
_SERIES = re.compile(r"(?<![\w.-])(?P<of>[A-Za-z]{1,8}[-_]?)\d{4,14}(?![\w.])")
_LEAST_SERIES = 5
_LONG_CELL = 20
_SHORT_CODE = re.compile(r"(?<![\w.])(?P<of>[A-Za-z]{1,8}[-_.]?)(?P<n>\d{2,10})(?![\w.])")
_LONG_NUMBER = 3
_OF_PEOPLE = re.compile(
    r"pt|pat|pts|patient|subj?|subject|ind|indiv|individual|person|donor|proband|participant|fam|case"
)
# Families of genes, variants, probes and terms that are numbered.
_OF_GENES = re.compile(
    r"rs|chr|hp|go|ensg?t?p?|pc|mir|let|znf|zfp|linc|loc|snor[ad]|kiaa|fam|tmem|ccdc|krt\w*|or|slc|cg|hsa"
    r"|icd|pmid|year|mondo|orpha|omim|efo|phe\w*|gene|grch|hg|cd|cluster|batch|nct|pgs|gcst|kegg"
)
_YEAR = re.compile(r"\D+(19|20)\d{2}")
_LONGEST_RECORD = 20_000
_LEAST_RECORDS = 3
_MOST_LINES = 5000
_LONGEST_LINE = 300


def records_of_people(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find records of single people: in a tree, as phenopackets are, and in lines of words."""
    if isinstance(part, Table) and not _is_without_names(part):
        return
    text = part.text if isinstance(part, Text) else _lines_of(part)
    if part.path == PEOPLE_FOUND:
        n = text.count("\n") + 1
        yield Hit(f"{n:,} objects each tell of one person ({text[:120]}).", {"n_records": n})
        return
    if part.path.startswith("json") and _RECORD.search(text):
        n = len(_RECORD.findall(text))
        yield Hit(f"It holds {n:,} fields of records of single people.", {"n_fields": n})
    if shown := _STRUCTURE.findall(text):
        why = f"R's str() shows the first values of {len(shown):,} columns of people."
        yield Hit(why, {"n_columns": len(shown)})
    marked = len(_MARKED.findall(text[: _LONGEST_RECORD * 10]))
    numbered = len(_NUMBERED.findall(text[: _LONGEST_RECORD * 10]))
    if (n := len(_BRACKETED.findall(text[: _LONGEST_RECORD * 10]))) >= 2:
        yield Hit(f"{n:,} codes stand beside the sex and age of one person each.", {"n": n})
    if marked >= 2 * _LEAST_RECORDS or numbered >= _LEAST_RECORDS:
        yield Hit(
            "It lists people one by one with what is known of each.", {"n": marked + numbered}
        )
    literals = [m.group() for m in _LITERAL.finditer(text[: _LONGEST_RECORD * 10])]
    people = [each for each in literals if len(_traits_of(each)) >= _LEAST_KEYS]
    if len(people) >= _LEAST_RECORDS:
        why = f"{len(people):,} records in code or words each hold traits of a person."
        yield Hit(why, {"n_records": len(people)})
    if n := _n_listed(text[: _LONGEST_RECORD * 10]):
        yield Hit(f"{n:,} people stand one by one, each with an age and more.", {"n": n})
    if isinstance(part, Text) and _is_of_one(text):
        yield Hit("It tells sex, age and more of one person, each by name.", {})
    named = {code for line in text.split("\n") if (code := _person_of(line))}
    if len(named) >= _LEAST_RECORDS:
        why = f"{len(named):,} lines each give a code and what is known of one person."
        yield Hit(why, {"n_lines": len(named)})


def _n_listed(text: str) -> int:
    """Return how many people words list: kin with ages, or both sexes with ages of all sorts."""
    kin = len(_KIN.findall(text))
    if kin >= _LEAST_KIN:
        return kin
    found = [(m["sex"] or m["sex_"], int(m["age"] or m["age_"])) for m in _SEXED.finditer(text)]
    both = {sex[0].lower() in "fw" for sex, _ in found} == {True, False}
    ages = {age for _, age in found if 0 < age <= _OLDEST}
    if both and len(found) >= _LEAST_SEXED and len(ages) >= _LEAST_RECORDS:
        return len(found)
    tagged = [set(_ATTRIBUTE.findall(each)) for each in _TAGGED.findall(text)]
    n = sum(sum(bool(TRAIT.fullmatch(name)) for name in names) >= 2 for names in tagged)
    return n if n >= _LEAST_RECORDS else 0


def _traits_of(literal: str) -> set[str]:
    """Return the names of traits that a literal record gives values for."""
    return {name.lower() for name in _KEY.findall(literal) if TRAIT.fullmatch(name)}


def _is_of_one(text: str) -> bool:
    """Whether names of traits stand before values that only one person has."""
    if _CRITERIA.search(text):
        return False
    told = {name.rpartition(".")[2].lower() for name in _PAIRED.findall(text[:_LONGEST_RECORD])}
    sex = bool(re.search(_SEX_IS, text[:_LONGEST_RECORD], re.IGNORECASE))
    found = {name for name in told if TRAIT.fullmatch(name) or name in _GENETIC}
    return sex and len(found - {"sex", "gender"}) >= _LEAST_TOLD


def _is_without_names(table: Table) -> bool:
    """Whether rows stand for themselves: most columns have no name, so lines tell what they are."""
    bare = sum(bool(re.fullmatch(r"column_\d+|", c.name)) for c in table.columns)
    listed = any(_NUMBERED.match(cell) for cell in table.columns[0].cells[:5])
    return (listed or bare > len(table.columns) / 2) and table.n_rows <= _MOST_LINES


def _lines_of(table: Table) -> str:
    rows = zip(*(c.texts() for c in table.columns), strict=True)
    return "\n".join(" ".join(row) for row in rows)


def somebody_described(part: Table | Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find words that describe one person, or a few: who is meant, and what is told of them."""
    if isinstance(part, Text) and part.path.startswith(("letters", "json")):
        return
    words = _words_of(part)
    if not isinstance(part, Text) and (n := _n_listed(words)):
        yield Hit(f"{n:,} people stand one by one, each with an age and more.", {"n": n})
    found = list(described(words))
    if found:
        told = ", ".join(dict.fromkeys(what for each in found for what in each))
        why = f"{len(found):,} paragraphs describe one or a few people ({told})."
        yield Hit(why, {"n_paragraphs": len(found)})


def _words_of(part: Table | Text | Marks) -> str:
    """Return the words of a part; of a table, its long cells, each a paragraph."""
    if isinstance(part, Table):
        cells = (cell for c in part.labels for cell in c.cells if len(cell) >= _LONG_CELL)
        return "\n\n".join(cells)[: _LONGEST_RECORD * 10]
    return part.words if isinstance(part, Marks) else part.text


def labels_of_people(part: Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find labels that name people one by one: years of birth, or a series of long codes."""
    words = part.words if isinstance(part, Marks) else part.text[:_LONGEST_RECORD]
    born = len(_BORN_IN.findall(words))
    if born >= _LEAST_RECORDS:
        yield Hit(f"It tells the years of birth of {born:,} people.", {"n_people": born})
    if not isinstance(part, Marks) and not part.path.endswith("labels"):
        return
    series: dict[str, set[str]] = {}
    for found in _SERIES.finditer(words):
        if not is_public(found.group()) and not _YEAR.fullmatch(found.group()):
            series.setdefault(found["of"], set()).add(found.group())
    named = max(map(len, series.values()), default=0)
    if not named:
        named = _n_of_one_kind(words)
    if named >= _LEAST_SERIES:
        why = f"{named:,} labels are of one series of codes, as people are numbered in."
        yield Hit(why, {"n_labels": named})


def _n_of_one_kind(words: str) -> int:
    """Return how many labels have the beginning that people's codes have, or are of one series."""
    kinds: dict[str, set[str]] = {}
    for found in _SHORT_CODE.finditer(words):
        kinds.setdefault(found["of"].lower().rstrip("-_."), set()).add(found["n"])
    for of, numbers in kinds.items():
        long = sum(len(n) >= _LONG_NUMBER for n in numbers)
        if _OF_PEOPLE.fullmatch(of) and len(numbers) >= _LEAST_SERIES:
            return len(numbers)
        if long >= 2 * _LEAST_SERIES and not _OF_GENES.fullmatch(of):
            return long
    return 0


def _person_of(line: str) -> str | None:
    """Return the code that a line describes a person under: with two traits beside it."""
    codes = [code for code in _LINE_CODE.findall(line[:_LONGEST_LINE]) if not is_public(code)]
    if not codes:
        return None
    rest = line[:_LONGEST_LINE].replace(codes[0], " ")
    return codes[0] if sum(bool(each.search(rest)) for each in _LINE_TRAITS) >= 2 else None


RULES = (
    Rule(
        "PII109", "Records of single people", Verdict.BLOCK,
        "Count people by group instead of describing each.",
        (Table, Text), records_of_people,
    ),
    Rule(
        "PII114", "Somebody described", Verdict.BLOCK,
        "Say what was found in groups of enough people; a case report needs the person's consent "
        "and the data holder's permission, outside an export.",
        (Table, Text, Marks), somebody_described,
    ),
    Rule(
        "PII115", "Labels of people", Verdict.BLOCK,
        "Leave the labels out, and show groups of enough people instead of single ones.",
        (Text, Marks), labels_of_people,
    ),
)  # fmt: skip

"""Rules about single people in the record of a session: files of theirs, answers that count few."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 400_000
# A file that is called as a person is: "EE00412.vcf.gz".
_FILE = re.compile(
    r"(?<![\w-])(?P<stem>[A-Za-z]{1,8}[-_]?)(?P<digits>\d{3,12})(?:\.\w{1,12}){0,2}\.(?:g?vcf|bcf|bam|cram|fastq|fq|bed|txt|csv|json|html|pdf)\b"
)
_OF_RUNS = re.compile(
    r"(chr|batch|chunk|part|block|step|set|fold|seed|run|shard|split|rep|replicate|pop|grch|hg|b|v|release|iter|job|task|slurm|log|out|fig|table|version|model|page|window|region)[-_]?",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?<![\w./-])[A-Z]{2,4}[-_]?\d{5,12}(?![\w.])")
_GENES = re.compile(
    r"(ZNF|LINC|LOC|MIR|KIAA|FAM|TMEM|CCDC|RNU|KRTAP|ILMN|SEQ|DSS|AK|BC|AF|AL|AC|AP|OID|SL|RP|CH|ISBN|ORCID|ICD|UTC|EPSG|PMID|NM|NR|XM)[-_]?\d+",
    re.IGNORECASE,
)
# "412_412", as programs write a family and its only member.
_DOUBLED = re.compile(r"(?<![\w.])([A-Za-z]{0,6}\d{2,12})_\1(?![\w])")
# "54 F ALS Salla": millions of reads are written so as well.
_SOMEBODY = re.compile(
    r"(?<![\w.,])\d{1,2}[ ,;/|]{1,2}[FM][ ,;/|]{1,2}(?!reads|snps|variants|pairs|bases|rows|records|sites)[A-Z][A-Za-z0-9]{1,}",
    re.IGNORECASE,
)
_FURTHEST = re.compile(
    r"(?:which\.(?:max|min)\(\s*|(?:\.|\[[\"'])?)(?P<a>\w{2,20})?(?:[\"']\])?\.?(?:idx(?:max|min)\(\)|arg(?:max|min)\(\))|which\.(?:max|min)\(\s*(?:\w+(?:\$|\[\[?[\"']))?(?P<b>\w{2,20})"
)
_PROMPT = r"^[ \t]*(?:>>>|>|\.|In \[\d+\]:)[ \t]+"
_ASKED = re.compile(
    rf"{_PROMPT}(?P<asked>(?=[^\n]*(?:\bcount\s+if\b|\bnrow\(|\bNROW\(|\blen\(|\.shape\b|\bsum\(|\.sum\(\)|n_distinct\(|\bcount\(|\blength\(which))[^\n]*+)\n"
    r"(?:(?:Out)?\[\d+\]:?)?[ \t]*(?P<n>\d{1,3})[ \t]*$",
    re.MULTILINE,
)
_CONDITION = re.compile(r"==|!=|[<>]=?|%in%|\bif\b|subset|filter|query|isin|is\.na|isna|which")
_THINGS = re.compile(
    r"\b(snps?|variants?|genes?|loci|hits|sites|markers|tests?|models?|cols?|columns|pcs?|pvals?|p_?values?|p|fdr|padj|bonf\w*|sig\w*|lead\w*|chr\w*|gwas|assoc\w*|res\w*|results?|coef\w*|sets?|files|traits|pathways?|terms?)\b",
    re.IGNORECASE,
)
_NODE = re.compile(
    r"[\[({]\s*\"?[A-Za-z][^\[\](){}\n\"]{1,60}?[ :=](?P<n>\d{1,3}(?:,\d{3})*|\d{4,9})\s*\"?[\])}]"
)
_IS_GRAPH = re.compile(r"^\s*(graph|flowchart)\s+(TD|TB|BT|LR|RL)\b|-->|->", re.MULTILINE)
_LEAST_NODES = 2


def people_answered(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find single people in a session or log, and answers and nodes that count few of them."""
    text = part.text[:_LOOKED_AT]
    minimum = judging.policy.counts.minimum
    if n := max(_people_by_file(text), len(set(_DOUBLED.findall(text)))):
        if n > 1:
            yield Hit(f"{n:,} files or codes are called after single people.", {"n_codes": n})
    elif any(not is_public(c) and not _GENES.fullmatch(c) for c in _ALONE.findall(text)):
        yield Hit("A word looks like the code of somebody.", {}, severity=Verdict.REVIEW)
    if (n := len(set(_SOMEBODY.findall(text)))) > 1 and not part.path.endswith("labels"):
        yield Hit(f"{n:,} people stand with their age, sex and more.", {"n_people": n})
    if any(TRAIT.fullmatch((m["a"] or m["b"] or "").lower()) for m in _FURTHEST.finditer(text)):
        yield Hit(
            "It asks for whoever is furthest out, and may tell it.", {}, severity=Verdict.REVIEW
        )
    few = [int(m["n"]) for m in _ASKED.finditer(text) if _counts_people(m["asked"])]
    if any(0 < n < minimum for n in few):
        yield Hit(f"An answer counts fewer than {minimum} people.", {"minimum": minimum})
    if any(0 < n < minimum for n in _nodes(text)):
        yield Hit("A node of a chart may count few people.", {}, severity=Verdict.REVIEW)


def _people_by_file(text: str) -> int:
    """Return how many files have one stem and different numbers, as those of people have."""
    stems: dict[str, set[str]] = {}
    for found in _FILE.finditer(text):
        code = found["stem"] + found["digits"]
        if not (_OF_RUNS.fullmatch(found["stem"]) or is_public(code)):
            stems.setdefault(found["stem"], set()).add(found["digits"])
    return max(map(len, stems.values()), default=0)


def _counts_people(asked: str) -> bool:
    return bool(_CONDITION.search(asked)) and not _THINGS.search(asked)


def _nodes(text: str) -> list[int]:
    """Return the numbers that nodes of a chart in words end in."""
    if not _IS_GRAPH.search(text):
        return []
    found = [int(m["n"].replace(",", "")) for m in _NODE.finditer(text)]
    return found if len(found) >= _LEAST_NODES else []


RULES = (
    Rule(
        "PII127", "People in a session", Verdict.BLOCK,
        "Leave out of a log and a session what names single people or counts few of them.",
        Text, people_answered,
    ),
)  # fmt: skip

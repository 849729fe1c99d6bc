"""Whether words describe one person, or a few, closely enough that somebody knows who it is.

No single word tells: "a patient" may be any. Evidence of two sorts is counted in each paragraph:
that single people are meant, and what is told of them.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

_ONE = (
    r"(patient(in|e)?|participant|individual|person|proband(in)?|carrier|case|subject|donor|woman|man|girl|boy|child|infant|baby"
    r"|male|female|mother|father|paciente|potilas|patsient)"
)
_SEVERAL = r"(patients|participants|individuals|probands|carriers|people|women|men|girls|boys|children|siblings|brothers|sisters|twins|cousins|relatives|persons|cases)"
# "This patient cohort" and "one case-control study" are of many.
_NOT_ONE = r"[- ](control|cohort|group|population|set|data|status|sample|series|registry|definition|numbers?|characteristics|level|ids?|identifiers?|counts?|study|mix|only)\b"
_NUMERAL = r"(one|two|three|four|five|[1-5]|both|a single|only one|the only)"
# That single people are meant.
_PERSONS = {
    "an age": re.compile(
        r"\b\d{1,3}[- ](years?|months?|weeks?|days?)[- ]old\b"
        rf"|\b{_ONE}\b[^.;\n]{{0,40}}?\b(aged|age|of|was)\s+\d{{1,3}}(\s+(years?|months?))?\b(?!\s*(%|[-–]\s*\d|to\b|or\b|and\s+(over|older)|patients|people))"
        r"|\bwho\s+(is|was)\s+\d{1,3}\b|\b(presented|diagnosed|died|onset)\s+(at|aged)\s+(age\s+)?\d{1,2}\b"
        r"|\b(fe)?male,\s*\d{1,3}\s*(y|years?|months?|,|\))|\bborn\s+(in|on)\s+[\w. ]{0,12}(19|20)\d{2}\b|\b\d{1,3}\s?[- ]?(Jahre alt|jährige[rn]?|ans\b|años|anni\b|år gammal|årig\w*|vuotia\w*|aastane\w*|letni\w*)",
        re.IGNORECASE,
    ),
    "he or she": re.compile(
        r"(?<!or )(?<!/)\b(she|he|her|his|hers|him|herself|himself)\b(?!/| or\b)", re.IGNORECASE
    ),
    "one person": re.compile(
        rf"\b(one|single|this|our|index|another|only)\s+([\w-]+\s+){{0,4}}?{_ONE}\b(?!{_NOT_ONE})"
        rf"|\b(an?|the)\s+([\w-]+\s+){{0,2}}?(woman|man|girl|boy|infant|proband|index (case|patient))\b"
        r"|\b(fallbericht|case report|patientin)\b", re.IGNORECASE,
    ),
    "a number of somebody": re.compile(
        r"\b(patient|participant|subject|individual|proband|donor|case|carrier|sample)\s*(no\.?|number|id|#|:)?\s*#?[A-Z]{0,4}[-_]?\d{2,12}\b"
        r"|\b(patient|participant|proband|case|carrier)\s+#?\d\s*:", re.IGNORECASE,
    ),
    "few people": re.compile(
        rf"(?<![\w.,-]){_NUMERAL}\s+([\w-]+\s+){{0,2}}?{_SEVERAL}\b|\bonly\s+(one|two|three|four|five|[1-9])\s+(carried|carry|had|have|were)\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
# What is told of them.
_TOLD = {
    "a variant": re.compile(
        r"\b[cgpm]\.[A-Z(*]?[a-z(]{0,3}\d+|\brs\d{4,}\b|\b(chr)?([0-9]{1,2}|X|Y):\d{5,}|\b(homo|hetero|hemi)zyg\w+"
        r"|\b(de novo|compound|missense|nonsense|frameshift|pathogenic)\b[^.\n]{0,30}\b(variant|mutation|deletion|duplication)\b"
        r"|\b[A-Z][A-Z0-9]{2,9}\s+(variant|mutation|deletion)\b|\b(deletion|duplication)\s+of\s+exons?\b", re.IGNORECASE,
    ),
    "a place": re.compile(
        r"\b(from|near|lives? in|lived in|living in|born in|resident of|village of|town of|county of|aus)\s+(the\s+)?[A-ZÄÖÜÕŠŽÅ][a-zäöüõšžåéø]{2,}"
        r"|\b[A-ZÄÖÜÕ][a-zäöüõ]{2,}\s+(county|parish|village|municipality|island)\b",
    ),
    "a time": re.compile(
        r"\b(in|since|until|during|on|after|before)\s+(\d{1,2}\s+)?((January|February|March|April|May|June|July|August|September|October|November|December)\s+)?(19|20)\d{2}\b"
        r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.(19|20)\d{2}\b|\bdiagnosed before\b", re.IGNORECASE,
    ),
    "a relative": re.compile(
        r"\b(mother|father|daughter|son|sister|brother|sibling|twin|cousin|aunt|uncle|parents?|wife|husband|grand(mother|father|parents?|son|daughter)|consanguin\w+|relatives|Mutter|Vater|Tochter|Sohn|Schwester|Bruder)s?\b",
        re.IGNORECASE,
    ),
    "a life": re.compile(
        r"\b(teacher|nurse|farmer|fisherm\w+|doctor|lawyer|priest|politician|mayor|athlete|footballer|musician|actor|engineer|soldier|pilot|student|widow\w*|married|pregnan\w+|immigrant|refugee|works? as|retired)\b",
        re.IGNORECASE,
    ),
    "an illness": re.compile(
        r"\b(presented with|diagnosed (with|in|at)|suffer\w+ from|developed|underwent|was treated|received|symptoms|seizures?|transplant\w*|hypertherm\w+|apheresis|admitted|surgery|died of|died in|affected|symptom-?free|onset at|cancer|weakness|epilep\w+|xanthomas?|cardiomyopathy|hospitali[sz]ed)\b",
        re.IGNORECASE,
    ),
    "a measurement": re.compile(
        r"\b(an?|with|and)\s+[A-Z][A-Za-z0-9]{1,6}\s+(level\s+)?of\s+\d[\d.,]*|\bof\s+\d[\d.,]*\s*(mmol/l|mg/dl|u/l|g/l|kg/m2|cm|mmhg|ng/ml)", re.IGNORECASE,
    ),
}  # fmt: skip
# What a model says of anybody, and what others published.
_IN_GENERAL = re.compile(
    r"\b(\d+-year|lifetime|predicted|absolute) risk\b|\bwould (have|be)\b|\bfor example\b|\bet al\b",
    re.IGNORECASE,
)
_LEAST = 3
_LONGEST = 3000


def described(text: str) -> Iterator[list[str]]:
    """Yield, for each paragraph that describes somebody, what it tells."""
    for paragraph in re.split(r"\n\s*\n", text):
        for start in range(0, min(len(paragraph), 40 * _LONGEST), _LONGEST):
            found = _evidence(" ".join(paragraph[start : start + _LONGEST + 200].split()))
            if found:
                yield found


def _evidence(words: str) -> list[str]:
    """Return what two neighbouring sentences tell of somebody, if it is enough."""
    sentences = re.split(r"(?<=[a-z)\d][.!?;])\s+(?=[A-ZÄÖÜÕ])", words)
    sentences = [each for each in sentences if not _IN_GENERAL.search(each)] or [""]
    for first, second in zip(sentences, [*sentences[1:], ""], strict=True):
        told = f"{first} {second}"
        persons = [what for what, pattern in _PERSONS.items() if pattern.search(told)]
        facts = [what for what, pattern in _TOLD.items() if pattern.search(told)]
        if persons and facts and len(persons) + len(facts) >= _LEAST:
            return [*persons, *facts]
    return []

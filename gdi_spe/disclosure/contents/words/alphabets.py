"""Words for people in the alphabets of the Union that are not Latin: Greek and Bulgarian.

Stems stand for all endings. What is said of few people, or of one, is looked at as in English.
"""

# ruff: noqa: E501  # words of one sort read better together; letters look like others
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_BLANKS = re.compile(r"[^\S\n]+")
_LETTER = re.compile("[Ͱ-Ͽἀ-῿Ѐ-ӿ]")
# A word of two alphabets whose letters look alike hides what it says; "TNFα" does not.
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*([Ѐ-ӿ]|(?-i:[οΟΑΒΕΖΗΙΚΜΝΡΤΥΧ])))[^\W\d_]{3,}\b")


def bare(text: str) -> str:
    """Return words without the accents over their letters, which capitals often lack."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_PEOPLE = (
    r"(συμμετέχ|συμμετεχ|ασθεν|άτομ|ατόμ|γυναίκ|γυναικ|άνδρ|άντρ|ανδρ|παιδ|περιπτώσ|περίπτωσ|περιστατικ|μάρτυρ|φορε|φορέ|οικογέν|οικογεν|θάνατ|θανάτ|αδελφ|αδέλφ|δότ|ανθρώπ|άνθρωπ|κορίτσ|κοριτσ|αγόρ|αγορ|εθελοντ"
    r"|пациент|участни|лиц[аеo]|хор[аa]|жен[аи]|мъж|дец[аа]|дет[ея]|случа|контрол|носител|семейств|смърт|починал|брат|сестр|близна|донор|човек|души|момче|момич|доброволц)\w*"
)
_NUMERAL = (
    r"[1-9]|ένας|ένα|έναν|μία|μια|δύο|δυο|τρεις|τρία|τέσσερις|τέσσερα|πέντε|έξι|επτά|εφτά|οκτώ|οχτώ|εννέα|εννιά|μόνο"
    r"|един|една|едно|два|две|двама|три|трима|четири|четирима|пет|петима|шест|седем|осем|девет|само"
)
_FEW = rf"(?<![\w.,])({_NUMERAL})\b(?![.,]\d)(\s{{1,3}}(από|от)\b[^.\n]{{0,20}})?(\s{{1,3}}[^\W\d]{{1,30}}){{0,2}}\s{{1,3}}{_PEOPLE}"
# Somebody's age, number, birth or sole mention: "ετών 47", "47-годишна", "ασθενής 12", "роден".
_ONE = (
    r"\b\d{1,3}\s?-?\s?(ετών|χρονών|χρόνων|ετους|годишн\w*|години)\b(?!\s?(και άνω|или повече|и повече))"
    r"|\b(ηλικίας|на възраст( от)?|възраст)\s{1,3}\d{1,3}\b(?!\s?(έως|-|–|до|\+|και άνω))"
    r"|\b(γεννήθηκε|γεννημέν\w+|роден\w*|родена)\b"
    r"|\b(ο|η|τον|την|του|της|ένας|μία|μια)\s{1,3}(ασθενής|ασθενή|ασθενούς|συμμετέχων|συμμετέχουσα|συμμετέχοντα|άνδρας|γυναίκα|φορέας|γιος|κόρη|μητέρα|πατέρας|αδελφός|αδελφή)\b"
    r"|\b(пациентът|пациента|пациентката|участникът|участника|участничката|жената|мъжът|мъжа|детето|момчето|момичето|носителят|носителя|майката|бащата|синът|дъщерята)\b"
    r"|\b(ασθεν\w*|συμμετέχ\w*|δείγμα|пациент\w*|участни\w*|проба)\s{0,3}(αρ\.?|№|номер|#|:)?\s{0,3}[A-ZΑ-ΩА-Я]{0,5}[-_]?\d{1,12}\b"
)
_SAYS = (
    (re.compile(bare(_FEW), re.IGNORECASE), "it counts few people"),
    (re.compile(bare(_ONE), re.IGNORECASE), "it seems to speak of one person"),
    (_MIXED, "it has words of two alphabets"),
)


def doubts_elsewhere(text: str) -> Iterator[str]:
    """Yield what a text in Greek or Cyrillic letters says that a person must read."""
    if _LETTER.search(text):
        # However many blanks stand between words, they are neighbours.
        words = _BLANKS.sub(" ", bare(text))
        yield from (what for pattern, what in _SAYS if pattern.search(words))

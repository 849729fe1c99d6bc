"""Whether words can be passed without a reader: short, readable, and about no single person."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.disclosure.contents.programs.results import without_results
from gdi_spe.disclosure.contents.records.pairs import lists_values
from gdi_spe.disclosure.contents.words.alphabets import bare, doubts_elsewhere
from gdi_spe.disclosure.contents.words.runs import is_log, without_run
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT

_MOST_CHARACTERS = 20_000
_MOST_NUMBERS = 60
_LONGEST_TOKEN = 48
# Hashes of packages are taken out where they are explained; others may be of people.
_HASH, _LEAST_HASHES = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,128}(?![0-9A-Za-z])"), 3
# Code and paths have marks within that no encoded bytes have.
_BETWEEN = re.compile(r"[\s/\\()\[\]{}\"',;:|<>&]+")
_SHORTEST = 15
_FEWEST_LETTERS, _FEWEST_WORDS = 7, 3
# A short text of short words alone may be anything.
_SHORT = 100
# The letters of the Union's languages: Latin, Greek, Cyrillic.
_WORD = re.compile(r"[A-Za-zÀ-žͰ-Ͽἀ-῿Ѐ-ӿ]{2,}")
_VOWEL = re.compile(r"[aeiouyäöüåéèαειουωаеёиоуыэюяъ]", re.IGNORECASE)
_FIRST_BEYOND, _MOST_EMOJI = 0x3000, 8
_NUMBER = re.compile(r"(?<![A-Za-z_])[-+]?\d[\d,.]*(?:[eE][-+]?\d+)?")
_PEOPLE = (
    r"(patients?|people|persons?|participants?|individuals?|carriers?|cases?|controls?|women|men|woman|man|subjects?"
    r"|families|children|probands?|males?|females?|homozygotes?|heterozygotes?|deaths?|donors?|samples?)"
)
_NUMERAL = r"[1-9]|one|two|three|four|five|six|seven|eight|nine|a single|single|only one"
_FEW = re.compile(
    rf"(?<![\w.,])({_NUMERAL})\b(?![.,]\d)(\s+(of|out)\b[^.\n]{{0,20}})?(\s+\w+){{0,2}}\s+{_PEOPLE}\b",
    re.IGNORECASE,
)
_N_FEW = re.compile(r"\b[nN]\s*=\s*[0-9]\b(?![.,]?\d)")
_ARTICLE = r"this|the|our|a|an|index|another"
_SOMEBODY = "patient|participant|individual|proband|carrier|case|subject|donor"
_NUMBERED = f"{_SOMEBODY}|person|row|sample|record|id"
# "The individual studies" and "the case definition" are of many.
_OF_MANY = r"[- ](stud(y|ies)|level|weights?|effects?|cohorts?|controls?|sets?|data|status|samples?|series|registry|registries|definitions?|characteristics|mix|fatality|organi[sz]ations?|representatives?|advis\w+|involvement|consent|safety|care|time|years?|tests?|variants?|snps?|genes?|scores?|numbers?|counts?|statistics|population|groups?)\b"
_ONE_PERSON = re.compile(
    rf"\b({_ARTICLE})\s+({_SOMEBODY})\b(?!{_OF_MANY})|\b({_ARTICLE})\s+(woman|man|girl|boy|child)\b"
    r"|\byears?[- ]old\b"
    # People aged 70 or older, and from 40 to 69, are many.
    r"|(?<!mean )(?<!median )(?<!average )\b(aged?|born)\s(?!\s|0\.)\d{1,4}\b"
    r"(?!\s?(\+|-|–|to\b|(years?\s)?(and|or)\s(older|over|above|more|younger|under|below|up)))"
    # "row chi2" is no row 2.
    rf"|(?<!job )(?<!run )(?<!task )(?<!array )(?<!process )\b({_NUMBERED})\s*(no\.?|number|id|#|:)?\s*(?:(?-i:[A-Z]{{0,5}})|[a-z])[-_]?\d{{1,12}}\b",
    re.IGNORECASE,
)
# "1 165 participants", as French and Finnish write thousands, are not 165.
_SPACED_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u2009\u202f]\d{3})+)(?!\d)")
_VARIANT = re.compile(
    r"\b(chr)?([0-9]{1,2}|X|Y|MT?):\d{3,}|\b[cgp]\.[A-Z(]?[a-z(]{0,3}\d+|\b[01.][/|][01.]\b"
    r"|\b(hetero|homo|hemi)zygous\b"
)
# Numbers that code counts through: "for _ in 1:500", "1:1000", "seq_len".
_RANGE = re.compile(r"\b(in|=)\s*[01]:\d{1,7}\b|(?<=[\[(])[01]:\d{1,7}(?=[\])])|\b1:\d{0,3}0{3}\b")
# A sentence names few of the variants that many people have, with more words around them.
_COMMON = re.compile(r"\brs\d{3,}\b")
_MOST_COMMON, _WORDS_EACH = 10, 5
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b")
# No version has such numbers: "12.03.1961".
_POINTED_DAY = re.compile(
    r"(?<![\d.])(0?[1-9]|[12]\d|3[01])[./](0?[1-9]|1[0-2])[./](19|20)\d{2}(?![\d.]\d)"
)
# When a program wrote a line of its log; the instant is the program's.
_STAMP = re.compile(
    r"^\[?\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?([.,]\d{1,6})?Z?\]?"
    r"(?=[ \t]+(-[ \t]+)?(\w{1,12}:[ \t]*)?\[?(DEBUG|INFO|WARN|WARNING|ERROR|NOTE)\b)"
    # What a program says of its own run has the time of day.
    r"|^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$"
    r"|\b(started|finished|ended|completed|start|end|written|created|generated|updated|run|date|build|built|compiled)( time)?( at| on)?:?"
    r"[ \t]{0,4},?[ \t]+\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?",
    re.MULTILINE | re.IGNORECASE,
)
# What programs say of themselves: versions with their day, days of a file, types, axes.
_SAID = re.compile(
    # What R says of its stars, and what its formulas are of.
    r"^Signif\. codes:.{0,120}$|\b(ids|strata|weights|fpc|probs|mu|sigma|phi) ?= ?(~ ?[\w.+ ]{1,60}|identity|logit|log|NULL)|"
    r"\bR (version|Under development)[^\n()]{0,30}\(\d{4}-\d{2}-\d{2}( r\d{4,6})?\)"
    r"|^#{0,2}[ ]?MASKS=<[\w=\";,. +-]{1,400}>$"
    r"|\bLC_[A-Z]{2,16}=\S{0,30}"
    r"|\b(locus|array|set|dict|interval|struct)<[\w<>, ]{1,60}>"
    r"|<Axes[A-Za-z]*:?( (x|y)?(label|title)='[^'<>\n]{0,60}',?){0,4}>"
    # Addresses as Markdown has them; bars of progress.
    r"|<https?://[\w./~#?=&%+-]{3,200}>"
    r"|\b\d{1,3}%\|[^|\n]{0,60}\|[^\n]{0,80}|\b\d+/\d+ [━╸=>.#\[\]-]{3,60}(?: \d+s)?(?: \d+[mu]?s/\w{2,8})?(?: -)?"
    r"|\b(?:[Ee]poch|[Ii]teration|[Ff]old|[Bb]atch|[Cc]hunk|[Bb]lock) \[?\d{1,5}(?:/\d{1,5})?\]?:?"
    r"|<unnamed>|<class '[\w.]{1,80}'>|<[a-z_]\w{0,40}(?:\.\w{1,40})+:?(?: [\w :.,=]{0,100})?>"
    # Versions, as in "0.14.1", with the system that runs them.
    r"|(?<![\w.])v?\d{1,4}\.\d{1,3}\.\d{1,4}([.-]?(post|rc|dev|a|b)?\d{1,4})?(?![\w.])"
    # What classes of Java programs are called: "picard.vcf.CollectVariantCallingMetrics".
    r"|\b[a-z]{2,12}(\.[a-z]{2,16}){1,6}\.[A-Z][A-Za-z]{2,60}(\$[A-Z]\w{1,60})?"
    r"|<(env|file|path|name|dir|input|output|this file)>|<Figure size \d+x\d+ with \d+ Axes>",
    re.MULTILINE,
)
# Columns that arguments of a call name: "index='population', columns='sex', values='n'".
_ARGUMENTS = re.compile(r"\b(index|columns|values|on|by|how|axis)=['\"][a-z_]{1,20}['\"]")
# What statistics programs say of a fit: each name with its one value, and nothing else.
_FIT_NAMES = (
    r"AIC|BIC|Log-Likelihood|No\. Observations|Df (?:Model|Residuals)|(?:Adj\. |Pseudo )?R-squared|Covariance Type"
    r"|Dep(?:endent|\.) Variable|Model|Method|Date|Time|F-statistic|Prob \(F-statistic\)|Scale|No\. Iterations|Durbin-Watson|Converged"
)
_OF_FITTING = re.compile(
    rf"(?<!\w)(?:{_FIT_NAMES}):[ \t]*(?:\d{{4}}-\d\d-\d\d \d\d:\d\d|[\w.+-]{{1,24}})(?=\s|$)"
    r"|<class '[\w.]{1,60}'>|<lifelines\.\w{1,30}: fitted with [\d,]+ total observations, [\d,]+ right-censored observations>"
    r"|time fit was run = \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|\b(?:Two|One)[- ]Sample\b"
)
# The day of a file among its metadata; several are days of something else.
_DATED = re.compile(
    r"^[ \t]*(?:json\.)?"
    r"(date|date_metadata_last_modified|date[_-](created|released|modified|published)|created|released|last_modified|updated|generated)"
    r"[ \t]*[:=][ \t]*\d{4}-\d{2}-\d{2}",
    re.MULTILINE,
)
_MOST_DATED = 2
# Lines that are drawn.
_RULED = re.compile(r"([^\w\s])\1{3,}")
_PAIR = re.compile(r"^[ \t\"'{]*(\w{2,20})[\"']?[ \t]*[=:][ \t]*[\"']?[\w.]{1,20}", re.MULTILINE)
_LEAST_TRAITS = 3
_VALUE = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?%?"
_STATED = re.compile(
    r"(?<![\w.])(?:(?:DeLong|Wald|Welch|Cochran)(?:'s)?\s+)?"
    r"(?:p(?:[- ]?(?:value|adj))?|[tzZFQWV]|d\.?f\.?|chi-?(?:2|sq\w*)|X-squared|χ2|χ²|AUC|(?:\d{2}(?:\.\d)?\s?%\s?)?CI"
    r"|OR|HR|RR|IRR|beta|β|SE|SD|R2|R²|R-squared|AIC|BIC|kappa|tau2|τ²|I2|I²|I2_pct|rho|c-index|C-statistic|Brier|RMSE|MAE)"
    rf"\s*[:=<>≤≥]{{1,2}}\s*[<>≤≥]?\s*{_VALUE}(?:\s?(?:-|–|to|,)\s?{_VALUE})?(?:\s?\((?:DeLong|Wald|bootstrap|exact)\))?"
    r"|(?<![\w.])(?:Cases|Controls|Participants|Individuals|Observations)\s*[:=]\s*\d{3,9}(?![\d.])",
    re.IGNORECASE,
)
_MOST_STATED = 30
# What pandas says of columns: each with its type.
_TYPED = re.compile(
    r"^[ \t]*[\w.()%/-]{1,40}[ \t]+(?:object|bool|category|str(?:ing)?|[uU]?[iI]nt\d{1,2}|[fF]loat\d{2}"
    r"|datetime64\[\w{1,2}(?:, UTC)?\]|timedelta64\[\w{1,2}\])[ \t]*$|^dtype: \w{1,10}$"
    # Ten people or more have a value of each column.
    r"|^[ \t]*\d{1,3}[ \t]+[\w.()%/ -]{1,40}[ \t]\d{2,9} non-null[ \t]+\w[\w\[\], ]{1,30}$"
    r"|^[ #]*Column[ \t]+Non-Null Count[ \t]+Dtype[ \t]*$|^[ \t-]{10,}$|^(?:RangeIndex|Index): \d{2,9} entries.{0,40}$"
    r"|^dtypes: [\w(), \[\]]{1,120}$|^memory usage: [\d.+]{1,9} [KMG]?B$",
    re.MULTILINE,
)
_MOST_TYPED = 200
_CELLS = re.compile(r"[&|│┆\t][^\S\t]*+([1-9])\s*(?=$|[&|│┆\t\\])", re.MULTILINE)


def with_joined_thousands(text: str) -> str:
    """Return a text whose numbers have no spaces between their thousands."""
    return _SPACED_THOUSANDS.sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), text)


def doubts(text: str, is_alone: bool = True) -> Iterator[str]:
    """Yield why a person must read a text; nothing means that it can pass."""
    text = _STAMP.sub("", text)
    text = without_run(text) if is_log(text) else text
    is_dated = bool(_POINTED_DAY.search(text))
    whole = text
    text = _TYPED.sub("", text) if len(_TYPED.findall(text)) <= _MOST_TYPED else text
    text = _without_statements(text)
    is_stated = len(text.strip()) < _SHORTEST <= len(whole.strip())
    text = _ARGUMENTS.sub("", _RANGE.sub("", _SAID.sub("", text)))
    text = with_joined_thousands(text)
    if len(_DATED.findall(text)) <= _MOST_DATED:
        text = _DATED.sub("", text)
    told = without_results(text)
    # A few words beside results need be no sentence; beside other numbers they must.
    is_alone = is_alone and (told == text or bool(_NUMBER.search(told)))
    text = told
    words, numbers = _WORD.findall(text), _NUMBER.findall(text)
    if len(text) > _MOST_CHARACTERS:
        yield f"it has {len(text):,} characters"
    odd = _are_few(words, len(text)) or not _is_mostly_words(text)
    if odd and not is_stated and (is_alone or len(text) > 400):
        yield "it is not made of words"
    if len(numbers) > min(_MOST_NUMBERS, max(8, len(words))):
        yield f"it has {len(numbers):,} numbers"
    if any(len(token) > _LONGEST_TOKEN for token in _BETWEEN.split(_RULED.sub(" ", text))):
        yield "it has stretches without a space"
    if not _is_readable(words):
        yield "its words are not words"
    if len(set(_HASH.findall(text))) >= _LEAST_HASHES:
        yield "it has hashes that nothing explains"
    text = _OF_FITTING.sub("", text)
    for pattern, what in _SAYS:
        if pattern.search(text) or (pattern is _DAY and is_dated):
            yield what
    yield from doubts_elsewhere(text)
    n_common = len(set(_COMMON.findall(text)))
    if n_common > min(_MOST_COMMON, len(words) / _WORDS_EACH):
        yield "it names many variants"
    if lists_values(text):
        yield "it lists values by name"
    if len({n for n in _PAIR.findall(text) if TRAIT.fullmatch(n)}) >= _LEAST_TRAITS:
        yield "it lists what is known of a person"


def _without_statements(text: str) -> str:
    """Leave out statistics that are said by name, as "p = 0.02" and "95% CI: 0.68-0.69".

    TRUST: each is a known statistic or a number of three digits of people; many stay as they are.
    """
    found = _STATED.findall(text)
    return text if len(found) > _MOST_STATED else _STATED.sub(" ", text)


def doubts_of_labels(text: str) -> Iterator[str]:
    """Yield why a person must read the words of a figure; its axes have many numbers."""
    if len(text) > _MOST_CHARACTERS // 4:
        yield f"it has {len(text):,} characters"
    if any(len(token) > _LONGEST_TOKEN for token in text.split()):
        yield "it has stretches without a space"
    for pattern, what in ((_FEW, "it counts few people"), (_N_FEW, "it counts few people"),
                          (_DAY, "it names days")):  # fmt: skip
        if pattern.search(text):
            yield what
    # A number of an axis may stand beside any word.
    if any(_ONE_PERSON.search(label) for label in re.split(r"\n| {2,}", text)):
        yield "it seems to speak of one person"


_SAYS = (
    (re.compile(r"<(?!br\s?/?>)[A-Za-z!/][^<>\n]{0,400}>"), "it has markup"),
    (_FEW, "it counts few people"),
    (_N_FEW, "it counts few people"),
    (re.compile(r"(?<![\d,.])[1-9] non-null\b"), "it counts few people"),
    (_CELLS, "it has a table with small numbers"),
    (_ONE_PERSON, "it seems to speak of one person"),
    (_VARIANT, "it names variants or genotypes"),
    (_DAY, "it names days"),
)


def _are_few(words: list[str], n_characters: int) -> bool:
    """Whether words are too few, too short and too much alike to be a sentence."""
    different = {word.lower() for word in words if len(word) > 2}
    is_short = n_characters < _SHORT and not any(len(word) > 4 for word in words)
    letters = set("".join(words).lower())
    return (
        len(different) < _FEWEST_WORDS
        or n_characters < _SHORTEST
        or is_short
        or len(letters) < _FEWEST_LETTERS
    )


def _is_mostly_words(text: str) -> bool:
    """Whether letters and spaces make up most of it, and no letter is beyond what languages use.

    TRUST: a few pictures beside words say nothing; many could be a code, one a person.
    """
    plain = sum(each.isalpha() or each.isspace() for each in text)
    beyond = [each for each in text if ord(each) >= _FIRST_BEYOND]
    few = len(beyond) <= _MOST_EMOJI and not any(each.isalnum() for each in beyond)
    return plain >= 0.55 * len(text) and few


def _is_readable(words: list[str]) -> bool:
    """Whether most words have the vowels and the length that words have."""
    long = [word for word in words if len(word) > 3]
    odd = [w for w in long if len(w) > 28 or not _VOWEL.search(bare(w)) or _mixed(w)]
    # The name of a library, said again and again, is one odd word.
    return len(set(odd)) <= max(2, len(long) // 8)


def _mixed(word: str) -> bool:
    """Whether letters change between small and large as in encoded bytes."""
    return len(re.findall(r"[a-z][A-Z]", word)) > 2

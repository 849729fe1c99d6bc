# ruff: noqa: E501  # words of one sort read better together
"""Names with their values in words: settings of programs and arguments of calls, or facts of people.

Three of them one after the other may be what is known of somebody. Those that only programs name
so, and those whose value is a name of something else, are left out of that count.
"""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.words.fitting import OF_A_MODEL, SCORE, is_chosen, is_setting
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN, TRAIT

# A value that is taken from somewhere, as "grid$time", "round(grid$surv, 3)" and "('bmi', 'mean')", or
# drawn at random is none; what stands in c() or a list is.
_TAKEN = (
    r"(?![A-Za-z_.][\w.]*(?:\(\w+)?\$[A-Za-z])(?!\(['\"][A-Za-z_])"
    r"(?!(?:round|signif|runif|rnorm|rep|seq|len|sum|mean|np\.\w+|pd\.\w+|int|float|str|range)\((?!\[))"
)
# "1 = male" says what a code means, "cpus = 8" what a program may take.
_CODE = r"(?!\d{1,2}[ \t]*[=:][ \t]*[A-Za-z])"
_RESOURCES = r"(?!(?:cpus?|memory|mem|threads|cores|time|queue|disk|nodes|ntasks|label|errorStrategy|maxRetries|\w{0,12}[vV]ersion)[ \t]*[=:])"
_PAIRS = re.compile(
    rf"(?:\b{_CODE}{_RESOURCES}\w{{1,20}}[ \t]*[=:][ \t]*{_TAKEN}[^\s=:]{{1,20}}[ \t,;]+){{2,}}"
    rf"{_CODE}{_RESOURCES}\w{{1,20}}[ \t]*[=:][ \t]*{_TAKEN}\S{{1,20}}"
)
_PAIR = re.compile(r"(\w{1,20})[ \t]*[=:][ \t]*([^\s=:]{1,20})")
# What arguments of pictures, tables and programs of genetics are called.
_ARGUMENT = re.compile(
    r"d?pi|fmt|[xy]err|capsize|elinewidth|ls|lw|ms|mec|mfc|marker\w*|figsize|units|width|(line|point|base|font|text|tick|marker|legend|fig|box|bar)?_?(size|width)|[xyz]?(min|max|lab|label|lim|limits|intercept|end|var|axis|scale)|legend\w*|title|subtitle|caption|main|sub|alpha|colou?rs?|fill|cmap|palette|hue|facets?|n_?(col|row)s?|col|row|lty|lwd|pch|cex\w*|las|bw|bty|mar|oma|mfrow|frame(on)?|loc|ha|va|rotation|zorder|edgecolor|transparent"
    r"|header|sep|delim\w*|quote|skip|na_?\w*|index|columns|values|names|dtype|encoding|compression|engine|how|on|by|axis|inplace|drop\w*|observed|sort|ascending|right|labels|file\w*|path|out\w*|prefix|suffix|format|digits|verbose|quiet|silent|trace|disp|replace|append|parallel|backend"
    r"|(bsize|cv|loocv|lowmem|firth|approx|step\d?|test|loco|spa|interaction|gz|bgz|build|chrom\w*|info|mac|maf|hwe|geno|mind|p_?thresh|min_?(mac|maf|info|af|dp|gq)|max_?(af|maf|missing\w*|corr\w*|it\w*)|mean_?fields?|robust|family|link|method|type|model|weights?_?fn|trend|corstr|ties|stratify|replications|nboot|boot\w*|n_?perm\w*|tails?|two_sided|alternative|conf_?(int|level)|level|exponentiate|na_action|optimizer|reml)",
    re.IGNORECASE,
)
# What a model was called with, as R prints it.
_OF_A_MODEL = re.compile(r"['\"]?(quasi)?(binomial|gaussian|poisson|gamma|Gamma|nb|tweedie)\b")
_OF_A_CALL = {"formula", "data", "subset", "weights", "offset", "random", "correlation"}
_SWITCH = re.compile(r"(true|false|yes|no|none|null|na|t|f|on|off)[,;)\]}]*", re.IGNORECASE)
_OTHER_NAME = re.compile(r"['\"]?[A-Za-z_][\w.$/{}*-]*['\"]?[,;)\]}]*")
# "n='count'" names how a column is made.
_FUNCTION = re.compile(
    r"\(?['\"](count|size|mean|median|std|sd|sem|var|sum|nunique|first|last|min|max|any|all|prod|skew)['\"]\S{0,20}"
)
_HEIGHT = re.compile(r"\d{1,4}(\.\d{1,2})?[,;)\]}]*")
_TYPED = re.compile(r"-?\d[\d.]*(?:[eE]-?\d+)?[,;)\]}]*")
_LARGEST_PICTURE = 40
_LEAST_FACTS = 2


def lists_values(text: str) -> bool:
    """Whether somewhere values stand by name one after the other, and not only of settings."""
    return any(_tells(_PAIR.findall(found.group())) for found in _PAIRS.finditer(text))


def lists_numbers(text: str) -> bool:
    """Whether somewhere in code numbers are typed in by name, and not only as settings.

    A variable and a name in quotation marks are what columns and pictures are called by.
    """
    runs = (_PAIR.findall(found.group()) for found in _PAIRS.finditer(text))
    return any(_tells([pair for pair in run if _TYPED.fullmatch(pair[1])]) for run in runs)


def _tells(pairs: list[tuple[str, str]]) -> bool:
    """Whether of some pairs at least two may be facts, or one a trait with a value."""
    names = {name.lower() for name, _ in pairs}
    facts = [name for name, value in pairs if not _is_harmless(name, value, names)]
    traits = [name for name in facts if TRAIT.fullmatch(name) or PERSON_COLUMN.fullmatch(name)]
    return len(facts) >= _LEAST_FACTS or bool(traits)


def _is_harmless(name: str, value: str, names: set[str]) -> bool:
    if name.lower() == "height" and names & {"width", "dpi", "units"}:
        size = _HEIGHT.fullmatch(value)
        return bool(size) and float(value.strip(",;)]}")) <= _LARGEST_PICTURE
    if _FUNCTION.fullmatch(value):
        return True
    if name == "family" and _OF_A_MODEL.match(value):
        return True
    # TRUST: a trait or a person's code with a value is a fact, whatever stands beside it.
    if TRAIT.fullmatch(name) or PERSON_COLUMN.fullmatch(name):
        return False
    if is_setting(name) or is_chosen(name) or SCORE.fullmatch(name) or OF_A_MODEL.fullmatch(name):
        return True
    if name in _OF_A_CALL and _OTHER_NAME.fullmatch(value):
        return True
    if _ARGUMENT.fullmatch(name) or _SWITCH.fullmatch(value):
        return True
    # "x = hr" names a column; a word under a name that is not known may be told of somebody.
    return len(name) <= 1 and bool(_OTHER_NAME.fullmatch(value))

"""Code by its grammar: which lines are statements, and what in them is words for people.

Python, R, Julia, SQL, shell, Stata, SAS, Snakemake, Nextflow and WDL share brackets, calls,
assignments, words that begin a statement, and quotation marks. What is left of a text when these
are taken is words, which are read as such.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<string>\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:\\.|[^\"\\\n])*\"|(?<![\w)\]])'(?:\\.|[^'\\\n])*')"
    r"|(?P<comment>(?<![\w$&'])#(?!SBATCH|PBS|\$|!)[^\n]*|(?<![:\w/])//[^\n]*|(?:^|(?<=\s))--[ ][^\n]*|/\*[\s\S]{0,2000}?\*/)",
    re.MULTILINE,
)
_KEYWORD = re.compile(
    r"\s*(?:import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*[\w.]+(\s+as\s+\w+)?)*;?$|from\s+[\w.]+\s+import\b|using\s+[A-Z][\w.]*(\s*,\s*[A-Z][\w.]*)*;?$|(?:def|function|class|macro)\s+\w[\w.!]*\s*[(:{]|lambda\b.*:"
    r"|(?:for|foreach|forvalues)\b.*(?:\bin\b|\bof\b|=).*|(?:if|elif|while|else\s+if)\b.*[:{(\[].*|(?:else|try|finally|do|then|fi|done|end|begin|esac|exit|pass|break|continue)\b\s*(?::|\{|;|\d?$)"
    r"|(?:with|except)\b.*:$|return\b|raise\s+\w+|yield\b|assert\s|global\s+\w+$|del\s+\w+|@\w[\w.]*(\(.*)?$"
    r"|(?:rule|checkpoint|process|workflow|task|call|struct|module|subworkflow)\s+\w+.*[:{]$|(?:workflow|input|output|params|shell|script|command|runtime|container|conda|threads|resources|wildcard_constraints|log|take|main|emit|label|publishDir|tuple|path|val|file|configfile|include)\b\s*(?::|\{|\s[\"'].*|\(.*|<<<|\w+\(.*)|(?:path|val|env)\s+\w+$"
    r"|(?:set\s+-[a-z]+|export\s+\w+=|module\s+(?:load|purge)|source\s+\S+|cd\s+\S+$|mkdir\s|rm\s+-|cp\s|mv\s|#(?:SBATCH|PBS|\$)|#!\S+)|#!/\S+.*|(?:local|readonly|declare|let|const|var)\s+\w+\s*="
    r"|%%?\w+.*$|!\s?\w[\w.-]*\s.*$"
    r"|(?:RUN|ENV|ENTRYPOINT|WORKDIR|CMD|ADD|ARG|USER|EXPOSE|VOLUME)\s\S.*|(?:File|Int|String|Float|Boolean|Array\[.*\]|Map\[.*\])[?+]?\s+\w+(\s*=.*)?$|[a-z]\w*(?:\s+\w+)?\s*(?::\s*\w+\s*)?\{(?:[^{}\n]*\})?$"
    # SAS, Stata.
    r"|(?:proc|data|run|quit|libname|ods|title\d?|by|class|model|tables?|var|where|set|merge|output|format|label|keep|drop|strata|%let|%macro|%mend)\b.*;$|(?:[.]\s)?(?:use|keep|drop|gen|generate|replace|regress|logit|logistic|poisson|stcox|stset|sts|tabulate|tab|tab[12i]|summarize|xtset|egen|encode|predict|margins|lincom|quietly|qui|capture|estimates|est|esttab|bysort|collapse|merge|twoway|graph|ttest|mixed|melogit|import delimited|log using|putexcel)\s+[\"A-Za-z(#].*$|(?:[.]\s)?(?:clear|log close|set more off|version \d+|margins)$)"
)
_SQL = re.compile(
    r"\s*\(?(?:SELECT|FROM|WHERE|GROUP BY|ORDER BY|HAVING|(?:LEFT |INNER |RIGHT |FULL |CROSS )?(?:OUTER )?JOIN|CREATE|INSERT|WITH|UNION|LIMIT|CASE|WHEN|ELSE|END|ON|AND|OR|DROP|COPY|OVER|PARTITION)\b(?=\s|\(|$|\*)"
)
_SQL_SMALL = re.compile(
    r"\s*(?:select\s.*|from\s+\w+(\.\w+)*(\s+(as\s+)?\w+)?|where\s.*[=<>].*|group by\s.*|order by\s.*|having\s.*|(?:left |inner )?join\s+\w+.*|create (?:or replace )?(?:table|view)\s.*|with \w+ as\b.*)[;,]?$"
)
_VALUE = r"(?:\S.*)"
_ASSIGNED = re.compile(
    r"\s*+(?:(?:val|var|let|const|my|int|float|String|File|Int|Boolean|Array\[.*\])\s++)?(?:(?<=\s)|[\w.$@:\[\]\"'`, ]{1,60}?)(?:\[[^\n]*\]|\([^\n()]*\))?\s*+(?::\s*+[\w.\[\], |]++)?\s*+(?:<-|<<-|\+=|-=|\*=|/=|:=|=(?!=)|~)\s*+"
    + _VALUE
)
_MADE = re.compile(r"[\w\]\)]\(|\w\[|[{}\[\]]|->|=>|\|>|%>%|\$\{?\w")
# Values that were printed look like calls.
_PRINTED = (
    r"(?:Struct|Interval|Locus|Counter|(?:frozen|default|Ordered)?[dD]ict|array|tensor|Timestamp|Index|Series|list|tuple"
    r"|\w+(?:Result|Summary|Estimate|Test)\w*)"
)
# A call, or a part of something, up to a bracket or what is done with it.
_CALL = re.compile(
    r"\s*(?:await\s+|not\s+|-)?(?!"
    + _PRINTED
    + r"\()[A-Za-z_.][\w.$:@]*!?[\[({](?:[^\n]*[)\]}({\[,;]|[^\n]*[)\]]\s*[-+*/%<>=&|.$~^][^\n]*)\s*(?:;|&&|\\)?\s*$"
)
_CHAIN = re.compile(
    r"\s*(?:[.]\w+\(|&\s|\|>?\s(?!.*\|\s*$)|%>%|\|>).*|.*(?:%>%|\|>|\\|&&|\|\||<<<)\s*$"
)
_SHELL = re.compile(
    r"\s*(?:time\s+|nohup\s+|sudo\s+)?(?:\./)?[a-z][\w./-]{1,40}(?:\s+(?:-{1,2}[A-Za-z][\w-]*(?:=\S+)?|[\w./${}*:,=%+@\"\[\]-]+)){0,30}\s*[\\|&>;]*.*"
)
_OPTION = re.compile(r"(?:^|\s)-{1,2}[A-Za-z][\w-]*")
_BRACKETS = re.compile(r"[\s()\[\]{},;:\"'`]*|\s*>>>")
_ENDS = re.compile(r".*[{};]\s*$|.*[(\[,]\s*$")
_FRAMED = re.compile(r"\s*(?:\|.*\||\+[-=+]{3,}\+|[┌├└│╞╔╠╚║].*)\s*")
_ITEM = re.compile(
    r"\s*[\w.\"'$*-]+\s*(?:[:=]|<-|=>).*,?$|.*[,)\]}]\s*$|[\s\d.,\"'eE+-]+|\s*[\w.\"']+\s*$"
)
_LEAST_CODE, _LEAST_STRONG = 0.8, 0.34
_CELLS = re.compile(r"\t.*\t|\S {2,}\S.*\S {2,}\S.*\S {2,}\S|^[|+].*[|+]$|^\S+(?: \S+)* \| .* \| ")
_FIRST = 300
_LONGEST, _LONGEST_LINE = 400_000, 2_000
# A string that is a sentence, or several lines, is read as words are.
_LEAST_WORDS = 4
# Formulas of models and conditions stand in strings as well.
_FORMULA = re.compile(r"\w\s*(?:~|==|>=|<=|!=)\s*[\w'\"]|\{\w+\}|\$\{")
_MARK = re.compile(
    r"^[ \t]*(?:#+'?|//+|--|/\*+|\*+/|\*(?!\*))[ \t]?|(?:(?<![ \t])[ \t]++|(?<![ \t*]))\*++/$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Code:
    """A text that is code: its statements, and the words beside them."""

    # Statements, with the words taken out of their quotation marks.
    bare: str
    # Short strings: names of columns and files, labels.
    strings: tuple[str, ...]
    # Comments, sentences in quotation marks, and lines that are no statements.
    words: str


@lru_cache(maxsize=64)
def read_code(text: str) -> Code | None:
    """Take a text apart if most of its lines are statements; None if they are not."""
    if len(text) > _LONGEST or not (_MADE.search(text) or _looks_so(text)):
        return None
    strings: list[str] = []
    words: list[str] = []

    def taken(found: re.Match[str]) -> str:
        if found["comment"] is not None:
            words.append(_MARK.sub("", found.group()))
            return "\n" * found.group().count("\n")
        inner = found.group().strip("\"'")
        is_label = len(inner.split()) < _LEAST_WORDS or _FORMULA.search(inner)
        if "\n" in inner or not is_label:
            words.append(inner)
        else:
            strings.append(inner)
        return '""' + "\n" * found.group().count("\n")

    lines = [line for line in _TOKEN.sub(taken, text).split("\n") if line.strip()]
    # LaTeX has braces too, and Markdown has bars; their tables are read as such.
    if not lines or any("\\begin{" in line or _RULER.fullmatch(line) for line in lines):
        return None
    # TRUST: a frame is printed around what was found, and no statement has one.
    if sum(bool(_FRAMED.fullmatch(line)) for line in lines) > 1:
        return None
    kinds = _kinds(lines)
    n_strong, n_code = kinds.count("strong"), len(kinds) - kinds.count("")
    if n_code < _LEAST_CODE * len(lines) or n_strong < max(1, _LEAST_STRONG * len(lines)):
        return None
    words += [line for line, kind in zip(lines, kinds, strict=True) if not kind]
    bare = "\n".join(line for line, kind in zip(lines, kinds, strict=True) if kind)
    return Code(bare, tuple(strings), "\n".join(words))


_RULER = re.compile(
    r"\s*\+([-=:]{2,}\+)+\s*|\s*+(?:\|\s*+)?:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)++(?:\|\s*+)?"
)


def is_code(text: str) -> bool:
    """Whether most lines of a text are statements of a program."""
    return read_code(text) is not None


def _looks_so(text: str) -> bool:
    """Whether among the first lines one begins as statements do."""
    lines = text.split("\n", _FIRST)[:_FIRST]
    return any(_KEYWORD.match(line) or _SQL.match(line) or _SQL_SMALL.match(line) for line in lines)


def _kinds(lines: list[str]) -> list[str]:
    """Say of each line whether it is a statement, goes on one, or is none."""
    kinds: list[str] = []
    depth, goes_on = 0, False
    for line in lines:
        inside = depth > 0 or goes_on
        kinds.append(_kind(line, inside))
        opened = sum(line.count(each) for each in "([{") - sum(line.count(each) for each in ")]}")
        depth = max(0, depth + opened)
        goes_on = bool(re.search(r"(\\|%>%|\|>|[+,|~]|<-|=)\s*$", line)) and bool(kinds[-1])
    return kinds


def _kind(line: str, inside: bool) -> str:
    # TRUST: cells of a table are no statement, whatever brackets stand in them.
    if len(line) > _LONGEST_LINE or _CELLS.search(line.strip()):
        return ""
    if _KEYWORD.match(line) or _SQL.match(line) or _SQL_SMALL.fullmatch(line):
        return "strong"
    if _ASSIGNED.fullmatch(line):
        return "strong" if _MADE.search(line) else "weak"
    if _CALL.fullmatch(line) or _CHAIN.fullmatch(line):
        return "strong"
    if _SHELL.fullmatch(line) and _OPTION.search(line):
        return "strong"
    if _BRACKETS.fullmatch(line):
        return "weak"
    if inside and (_ITEM.fullmatch(line) or _ENDS.fullmatch(line) or _MADE.search(line)):
        return "weak"
    return "strong" if re.search(r"\w[(\[{]", line) and _ENDS.fullmatch(line) else ""

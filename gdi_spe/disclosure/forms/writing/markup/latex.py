"""Tables that LaTeX sets: rows between ampersands, without what only sets them."""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.forms.tabular.cells import table_of_rows
from gdi_spe.disclosure.forms.writing.columns.pairs import lines_of_pairs

_TABULAR = re.compile(r"\\begin\{(tabular|longtable|tabularx|array)\*?\}(.*?)\\end\{\1\*?\}", re.S)
_COMMAND = re.compile(
    r"\\(hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|centering|cr|q?quad"
    r"|small|footnotesize|bfseries|itshape|tabularnewline)\b(\[[^\]]*\])?"
    r"|\\(cline|cmidrule)(\([lr]*\))?\{[^}]*\}|\\addlinespace(\[[^\]]*\])?|\\hspace\*?\{[^}]*\}"
)
_WRAPPED = re.compile(
    r"\\(textbf|textit|emph|text|texttt|textsuperscript|mathrm|mathbf|num|sym|ensuremath|underline"
    r"|makecell(?:\[[^\]]*\])?|multirow\{[^}]*\}\{[^}]*\}|multicolumn\{\d+\}\{[^}]*\})\{([^{}]*)\}"
)
# What stands in braces, with braces within: how columns are set.
_BRACED = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_ACROSS = re.compile(r"\s*\\multicolumn\{(\d{1,2})\}")
_MOST_ACROSS = 50


def without_tabulars(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take LaTeX tables out of a text."""
    if "\\begin{" not in text:
        return text

    def taken(match: re.Match[str]) -> str:
        body = re.sub(rf"^(\[[^\]]*\])?({_BRACED}\s*)+", "", match.group(2).strip())
        rows = [_latex_row(row) for row in re.split(r"\\\\(?:\*?\[[^\]]*\])?", body) if row]
        rows = [row for row in rows if any(row)]
        if rows and (named := lines_of_pairs(rows)) is not None:
            return "\n".join(named)
        table = table_of_rows(f"{path}.table[{len(tables) + 1}]", rows, digits) if rows else None
        if table is not None:
            tables.append(table)
        return ""

    return _TABULAR.sub(taken, text)


def _latex_row(row: str) -> list[str]:
    cells: list[str] = []
    for cell in re.split(r"(?<!\\)&", _COMMAND.sub(" ", row)):
        # A cell over several columns stands over each of them.
        across = _ACROSS.match(cell)
        for _ in range(3):
            cell = _WRAPPED.sub(r"\2", cell)
        plain = re.sub(r"\\([%_#$&])|[$]", r"\1", cell).strip()
        cells += [plain] * (min(int(across[1]), _MOST_ACROSS) if across else 1)
    return cells

# ruff: noqa: E501  # words of one sort read better together
"""What Stata says of a fit beside a table, in the same lines: each in a line of its own."""

from __future__ import annotations

import re

_NUMBER = r"[-+]?[\d.,]+(?:e[-+]?\d+)?|\."
_BESIDE = re.compile(
    r"(?<=\s)\s(?P<said>(?:Number of (?:obs|groups|subjects|failures|clusters)|(?:F|LR chi2|Wald chi2|chi2|t)\(\s*\d+(?:,\s*\d+)?\)"
    r"|Prob > (?:F|chi2|chibar2)|(?:Adj |Pseudo |Within |Overall )?R-squared|Pseudo R2|Root MSE|Log (?:pseudo)?likelihood|Time at risk)"
    rf"\s*=\s*(?:{_NUMBER}))\s*$"
)


def beside_apart(text: str) -> str:
    """Return a text with such statements below it, so that tables are alone in their lines."""
    if "Number of obs" not in text and "Prob > " not in text:
        return text
    lines, said = [], []
    for line in text.split("\n"):
        found = _BESIDE.search(line)
        if found is not None:
            said.append(" ".join(found["said"].split()))
            line = line[: found.start()].rstrip()
        lines.append(line)
    return "\n".join([*lines, *said])

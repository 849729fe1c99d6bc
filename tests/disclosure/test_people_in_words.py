"""Models whose number of people stands in the words around them."""

from __future__ import annotations

import pytest

_TERMS = (("Type 2 diabetes", 1.55, 1.41, 1.71), ("Male sex", 1.01, 0.94, 1.08),
          ("Former smoker", 1.04, 0.96, 1.13))  # fmt: skip


def latex(said: str, terms: tuple[tuple[str, float, float, float], ...] = _TERMS) -> str:
    rows = "".join(f"{name} & {hr} & {low} & {high} \\\\\n" for name, hr, low, high in terms)
    return (
        "\\begin{table}[ht]\n\\begin{tabular}{lrrr}\n\\toprule\nVariable & HR & L & U \\\\\n"
        f"\\midrule\n{rows}\\bottomrule\n\\end{{tabular}}\n\\caption{{{said}}}\n\\end{{table}}\n"
    )


def markdown(said: str) -> str:
    rows = "".join(f"| {name} | {hr} | {low}–{high} |\n" for name, hr, low, high in _TERMS)
    return f"# Results\n\n{said}\n\n| Model | HR | 95% CI |\n|---|---:|---|\n{rows}"


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        (latex("Hazard ratios for all-cause death, n = 24317, 3273 deaths"), "cox.tex", True),
        (markdown("Se incluyeron **24,317** participantes en el estudio."), "results.md", True),
        (markdown("We included 24,317 participants."), "results.md", True),
        # Nobody says how many; a few; a column that is no interval about the effect.
        (latex("Hazard ratios for all-cause death."), "cox.tex", False),
        (latex("Hazard ratios for all-cause death, n = 19, 12 deaths"), "cox.tex", False),
        (markdown("Of 24,317 participants 14 patients died."), "results.md", False),
        (latex("n = 24317, 3273 died", (*_TERMS, ("Age", 1.07, 61, 34))), "cox.tex", False),
    ],
)  # fmt: skip
def test_a_model_is_of_as_many_people_as_its_words_say(report, text, name, wanted):
    assert (report(text, name, n=None).verdict.word == "pass") is wanted

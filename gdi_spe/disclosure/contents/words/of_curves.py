"""What the two sides of a curve are called, along which people are told apart or followed."""

from __future__ import annotations

import re

# The share of true negatives tells as much as that of false positives.
FALSE_RATE = re.compile(
    r"fpr|false_?positive_?rate|(1_?-?_?)?specificity|specificities|spec|tnr|true_?negative_?rate",
    re.IGNORECASE,
)
TRUE_RATE = re.compile(
    r"tpr|true_?positive_?rate|sensitivity|sensitivities|sens|recall", re.IGNORECASE
)
# One for each model, as in "tpr_clinical".
TRUE_RATES = re.compile(rf"({TRUE_RATE.pattern})(_\w{{1,32}})?", re.IGNORECASE)
PRECISION = re.compile(r"precision|ppv|positive_predictive_value", re.IGNORECASE)
_PAIRS = ((FALSE_RATE, TRUE_RATES), (TRUE_RATE, PRECISION))


def are_of_one_curve(names: list[str]) -> bool:
    """Whether one name is of what a curve runs along, and another of what it shows there."""
    return any(
        any(map(along.fullmatch, names)) and any(map(shown.fullmatch, names))
        for along, shown in _PAIRS
    )

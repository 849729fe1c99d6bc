"""Look at the arguments of a cohort's methods by their names, before anything is done with them.

One table for all methods: an argument means the same wherever it is, and a wrong kind of value is
told in words and never by what it breaks deep inside.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gdi_spe.boundary.cautions import Caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import reading
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.looking import Look, flag, looking, number, place, single

if TYPE_CHECKING:
    from gdi_spe.workspace.asking.held import Held

T = TypeVar("T")
_SHOWN = 3  # strangers that a message names


class NotInCohort(Caution):
    """Some of the individuals that were named are not in this version of the cohort."""


def checked(cohort: type[T]) -> type[T]:
    """Let each public method of a class look at its arguments first."""
    for name, method in inspect.getmembers(cohort, inspect.isfunction):
        if not name.startswith("_"):
            setattr(cohort, name, looking(method, _LOOKS))
    return cohort


def _people(cohort: Held, value: Any, word: str, _: str) -> None:
    how = f"As in {word}=cohort.individuals(sex='female'), or a list of identifiers"
    if isinstance(value, Selection):
        if value.cohort.folder.path != cohort.folder.path:
            raise BadInput(f"{word} are of another cohort", remedy=how)
        return
    # Columns of pandas and arrays of NumPy name several, as lists do.
    listed = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(listed, str):
        raise BadInput(f"{word} {value!r} is no selection", remedy=f"Give [{value!r}]")
    if not isinstance(listed, Collection) or not all(isinstance(each, str) for each in listed):
        raise BadInput(f"{word}: a {type(value).__name__} names no individuals", remedy=how)
    _require_here(cohort, frozenset(listed), word)


def _require_here(cohort: Held, named: frozenset[str], word: str) -> None:
    strangers = sorted(named - cohort.evaluator.everyone)
    if not strangers:
        return
    shown = ", ".join(strangers[:_SHOWN]) + (" and others" if len(strangers) > _SHOWN else "")
    why = f"{len(strangers)} of {len(named)} {word} are not in this version of {cohort.id}: {shown}"
    if len(strangers) == len(named):
        raise BadInput(why, remedy="See cohort.individuals().ids; a project has its own names")
    warnings.warn(f"{why}. They are left out", NotInCohort, stacklevel=5)


def _unrelated(cohort: Held, value: Any, word: str, annotation: str) -> None:
    if not isinstance(value, bool):
        _people(cohort, value, word, annotation)


def _names(_: Held, value: Any, word: str, __: str) -> None:
    reading.names(value, word)


def _names_or_none(_: Held, value: Any, word: str, __: str) -> None:
    if not (isinstance(value, list | tuple) and not value):
        reading.names(value, word)


def _named_texts(_: Held, value: Any, word: str, __: str) -> None:
    is_named = isinstance(value, Mapping) and value
    if not is_named or not all(isinstance(each, str) for each in value.values()):
        raise BadInput(
            f"{word} {value!r} names no regions",
            remedy=f"As in {word}={{'promoter': 'chr19:38433000-38433690'}}",
        )


def _masks(cohort: Held, value: Any, word: str, annotation: str) -> None:
    given = list(value.values()) if isinstance(value, Mapping) else [value]
    for each in given:
        _names_or_none(cohort, each, "consequence", annotation)


def _frequencies(_: Held, value: Any, word: str, annotation: str) -> None:
    several = annotation == "Bounds" and isinstance(value, list | tuple)
    for each in value if several else [value]:
        if each is not None:
            reading.number(each, word, 0, 1)


def _trait(_: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_name = isinstance(value, str) and value.strip()
    if not is_name and not isinstance(value, Selection | Mapping | pd.Series):
        raise BadInput(
            f"{word}: {value!r} is no trait",
            remedy="The name of a measurement, a selection of cases, or a number by individual",
        )


def _covariates(cohort: Held, value: Any, word: str, annotation: str) -> None:
    import pandas as pd

    is_table = isinstance(value, Mapping | pd.DataFrame)
    is_list = isinstance(value, Collection) and not isinstance(value, Selection)
    if "Values" in annotation:
        _columns(cohort, value, word, annotation)
    elif isinstance(value, str) or is_table:
        return
    elif isinstance(value, Selection) or (is_list and any(isinstance(v, Selection) for v in value)):
        raise BadInput("a covariate needs a name", remedy='Such as {"carrier": selection}')
    elif not is_list or not all(isinstance(each, str) and each.strip() for each in value):
        raise BadInput(
            f"{word}: {value!r} names no covariates",
            remedy="A list of names, as in ['age', 'sex'], or by name the value of each individual",
        )


def _table(_: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        raise BadInput(f"{word}: a {type(value).__name__} is no table", remedy="A pandas DataFrame")


def _path(_: Held, value: Any, word: str, __: str) -> None:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise BadInput(f"{word} {value!r} is no path", remedy="The name of a file, as text")


def _panel(cohort: Held, value: Any, word: str, annotation: str) -> None:
    from gdi_spe.analysis.structure.panel import Panel

    if not isinstance(value, Panel):
        _path(cohort, value, word, annotation)


def _columns(_: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_named = isinstance(value, Mapping)
    if not is_named or not all(isinstance(each, Mapping | pd.Series) for each in value.values()):
        raise BadInput(
            f"{word}: {value!r} is no set of columns",
            remedy="By name the value of each individual, as in {'height': {'P1': 171.5}}",
        )


def _labels(_: Held, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_name = isinstance(value, str) and value.strip()
    if not is_name and not isinstance(value, Mapping | pd.Series):
        raise BadInput(
            f"{word} {value!r} labels nobody", remedy="A column, or a label of each individual"
        )


def _callable(_: Held, value: Any, word: str, __: str) -> None:
    if not callable(value):
        raise BadInput(f"{word} {value!r} cannot be called", remedy="A function of a number")


_LOOKS: dict[str, Look] = {
    **dict.fromkeys(("individuals", "controls", "affected", "unaffected", "prefer"), _people),
    "unrelated": _unrelated,
    **dict.fromkeys(("gene", "genes", "consequence"), _names),
    "condition_on": _names_or_none,
    "region": place,
    "regions": _named_texts,
    "masks": _masks,
    "max_frequency": _frequencies,
    "trait": _trait,
    "covariates": _covariates,
    **dict.fromkeys(("pedigree", "results", "relatedness"), _table),
    **dict.fromkeys(("path", "target", "prefix"), _path),
    **dict.fromkeys(
        ("absent", "ambiguous", "by", "grid", "males_on_x", "method", "missing", "model",
         "pattern", "proportional", "repeated", "statistic", "test", "ties", "weights", "within"),
        single,
    ),
    "panel": _panel,
    "phenotypes": _columns,
    "strata": _labels,
    "arguments": _names,
    "progress": _callable,
    **dict.fromkeys(
        ("mid_p", "dosages", "overwrite", "annotations", "use_phase", "unknown", "small_sample",
         "firth", "by_term"),
        flag,
    ),
    **dict.fromkeys(
        ("min_allele_frequency", "min_frequency", "max_p_value", "p1", "p2", "r2", "min_r2",
         "max_r2", "min_probability", "max_outside", "min_balance", "max_germline_balance",
         "min_matched"),
        number(0, 1),
    ),
    **dict.fromkeys(("min_kinship", "max_kinship"), number(-float("inf"), 1)),
    **dict.fromkeys(("female_threshold", "male_threshold"), number(-float("inf"))),
    **dict.fromkeys(("min_dp", "rho"), number(0)),
    **dict.fromkeys(("min_allele_count", "min_carriers", "window"), number(0, is_whole=True)),
    **dict.fromkeys(("n_components", "max_variants"), number(1, is_whole=True)),
}  # fmt: skip

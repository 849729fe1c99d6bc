"""What is known of the cohort, and declared of the files, when an output is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import Frozen
from gdi_spe.boundary.recipe import SideCar


class CheckContext(Frozen):
    """Facts of the cohort and declarations of the researcher; all of it may be absent.

    Without ``n_individuals`` only tables pass whose own numbers say how many people they count.
    """

    n_individuals: int | None = Field(None, ge=1)
    n_variants: int | None = Field(None, ge=0)
    # Whether the data holder marked the cohort sensitive: small, isolated, stigmatising.
    is_sensitive: bool = False
    # Variants that would be released of the cohort, over all its releases and this request.
    n_variants_released: int = Field(0, ge=0)
    # File name -> kind, or one kind for every file.
    declared: dict[str, str] = Field(default_factory=dict)
    side_cars: dict[str, SideCar] = Field(default_factory=dict)
    # Files released earlier from the same cohort.
    prior: tuple[Path, ...] = ()
    # The version of the cohort now, and, by path, of those that earlier releases are of.
    cohort_version: int | None = None
    prior_versions: dict[str, int] = Field(default_factory=dict)
    # Other files of the same request.
    beside: tuple[Path, ...] = ()
    # Earlier releases that are too many or too large to be compared with.
    n_prior_left_out: int = Field(0, ge=0)
    # The cohort's pseudonyms, of individuals and samples.
    identifiers: frozenset[str] = frozenset()
    # Files of marks of them, made when a version was (`gdi_spe.disclosure.names.sieve`).
    sieves: tuple[Path, ...] = ()
    # Public scoring files that the node has; None where nobody knows which these are.
    public_scores: tuple[Path, ...] | None = None

    def kind_of(self, name: str) -> str:
        """Return the declared kind of a file, or nothing."""
        side_car = self.side_cars.get(name)
        return (side_car.kind if side_car else "") or self.declared.get(
            name, self.declared.get("*", "")
        )

    def side_car_of(self, name: str) -> SideCar:
        """Return what was declared of a file."""
        return self.side_cars.get(name, SideCar(kind=self.kind_of(name)))


# The short names that test sets and papers use.
_ALIASES = {"N": "n_individuals", "M": "n_variants"}


def _take_aliases(values: dict[str, Any]) -> None:
    for short, name in _ALIASES.items():
        if short in values:
            values.setdefault(name, values.pop(short))
    if isinstance(values.get("prior"), str):
        values["prior"] = [values["prior"]]


def _found(folder: Path, prior: str) -> Path:
    """Return where an earlier release is: beside the context, or from where one is now."""
    for path in (folder / prior, Path(prior)):
        if path.is_file():
            return path
    # TRUST: an earlier release that cannot be found would be one that is not compared with.
    raise BadInput(f"there is no file {prior!r} to compare with", source=str(folder))


def read_context(path: Path) -> CheckContext:
    """Read CONTEXT.json, in which ``identifiers`` names a file with one pseudonym a line.

    Raises
    ------
    BadInput
        If the file or the identifiers it names cannot be read, or a field is unknown.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise BadInput("not a JSON object", source=str(path))
        _take_aliases(values)
        if isinstance(values.get("declared"), str):
            values["declared"] = {"*": values["declared"]}
        if isinstance(values.get("identifiers"), str):
            listed = (path.parent / values["identifiers"]).read_text(encoding="utf-8")
            values["identifiers"] = [line.strip() for line in listed.splitlines() if line.strip()]
        values["prior"] = [str(_found(path.parent, prior)) for prior in values.get("prior") or []]
        if values.get("public_scores") is not None:
            values["public_scores"] = [
                str(_found(path.parent, score)) for score in values["public_scores"]
            ]
        return CheckContext.model_validate(values)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", source=str(path)) from None
    except json.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg}", source=str(path), line=error.lineno) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{field}: {first['msg']}", source=str(path)) from None

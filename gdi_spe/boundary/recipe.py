"""How a result was made, so that the node can make it again."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from gdi_spe.boundary.identifiers import ResourceId, Sha256
from gdi_spe.boundary.manifest import Frozen


class Recipe(Frozen):
    """Function, arguments, cohort and library version of one result."""

    function: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    cohort_id: ResourceId
    cohort_version: int
    cohort_sha256: Sha256
    library_version: str


class SideCar(Frozen):
    """What a researcher declares about a file. It never lowers what the content shows."""

    kind: str = ""
    why: str = ""
    unit: str = ""
    n_individuals: int | None = None
    count_columns: tuple[str, ...] = ()
    # Columns of the cohort's individuals that a table's labels are of, and the values that
    # everybody in it has: by these the node counts again.
    by: tuple[str, ...] = ()
    where: dict[str, str] = Field(default_factory=dict)
    # The condition that selected them, as data (`gdi_spe.query.written`).
    selection: dict[str, Any] | None = None
    # The cohort they are of; where several are mounted, it says which.
    cohort: str = ""
    # The file of the request that holds the numbers behind a figure.
    data: str = ""
    recipe: Recipe | None = None

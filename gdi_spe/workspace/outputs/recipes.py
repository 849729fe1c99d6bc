"""Remember how a result was made, as long as it is that result."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.manifest import CohortManifest
from gdi_spe.boundary.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

_KEY = "gdi_spe"


def library_version() -> str:
    """Return the version of this library."""
    try:
        return version("gdi-spe")
    except PackageNotFoundError:
        return "unknown"


def attach(
    table: pd.DataFrame, manifest: CohortManifest, function: str, arguments: dict[str, Any]
) -> None:
    """Note a table's recipe on it, with what it looked like."""
    recipe = Recipe(
        function=function,
        arguments={name: value for name, value in arguments.items() if value not in (None, 0)},
        cohort_id=manifest.cohort_id,
        cohort_version=manifest.version,
        cohort_sha256=manifest.sha256,
        library_version=library_version(),
    )
    table.attrs[_KEY] = {"recipe": recipe.model_dump(mode="json"), "digest": _digest(table)}


def recipe_of(table: pd.DataFrame) -> Recipe | None:
    """Return a table's recipe, unless the table was changed since."""
    noted = table.attrs.get(_KEY)
    if not noted or noted["digest"] != _digest(table):
        return None
    return Recipe.model_validate(noted["recipe"])


def _digest(table: pd.DataFrame) -> str:
    import pandas as pd

    rows = pd.util.hash_pandas_object(table, index=False).to_numpy()
    return hashlib.sha256("\n".join(map(str, table.columns)).encode() + rows.tobytes()).hexdigest()

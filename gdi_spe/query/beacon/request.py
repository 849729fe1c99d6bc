"""The parts of a Beacon v2 request: whatever is not listed here is refused.

Sources: Beacon v2.1.1 framework (requests, filters) and the ``g_variant`` request parameters.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gdi_spe.boundary.errors import BadInput


class BeaconNotUnderstood(BadInput):
    """A part of a Beacon request that this node cannot honour, and so does not pass over."""

    code = "beacon-not-understood"


Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Bases = Annotated[str, Field(pattern=r"^[ACGTUNRYSWKMBDHV]+$", max_length=10_000)]
_Places = Annotated[list[Annotated[int, Field(ge=0, lt=2**31)]], Field(min_length=1, max_length=2)]


class Variant(_Strict):
    """What is asked of a variant (``requestParameters.g_variant``)."""

    geneId: str | None = None  # noqa: N815  # Beacon's names, here and below
    assemblyId: str | None = None  # noqa: N815
    referenceName: str | None = None  # noqa: N815
    start: _Places | None = None
    end: _Places | None = None
    referenceBases: _Bases | None = None  # noqa: N815
    alternateBases: _Bases | None = None  # noqa: N815
    variantType: str | None = None  # noqa: N815
    aminoacidChange: str | None = None  # noqa: N815
    genomicAlleleShortForm: str | None = None  # noqa: N815


class Datasets(_Strict):
    """Which datasets are asked (``requestParameters.datasets``)."""

    datasetIds: list[str]  # noqa: N815


class Filter(_Strict):
    """An ontology filter, or with an operator an alphanumeric one."""

    id: str
    includeDescendantTerms: bool = True  # noqa: N815
    similarity: Literal["exact", "high", "medium", "low"] = "exact"
    operator: Literal["=", "<", ">", "!", "<=", ">="] | None = None
    value: str | int | float | None = None
    scope: str | None = None


class Pagination(_Strict):
    """Which part of an answer is shown; it selects nobody."""

    skip: int = 0
    limit: int = 10


class Query(_Strict):
    """The ``query`` of a request."""

    requestParameters: dict[str, Any] = Field(default_factory=dict)  # noqa: N815
    filters: list[Filter] = Field(default_factory=list)
    includeResultsetResponses: Literal["ALL", "HIT", "MISS", "NONE"] = "HIT"  # noqa: N815
    pagination: Pagination = Pagination()
    requestedGranularity: Literal["boolean", "count", "aggregated", "record"] = "boolean"  # noqa: N815
    testMode: Literal[False] = False  # noqa: N815


class Request(_Strict):
    """A whole request; ``meta`` says who asks and in which version, and selects nobody."""

    query: Query
    meta: dict[str, Any] = Field(default_factory=dict)
    schema_id: str | None = Field(default=None, alias="$schema")


def validated(kind: type[Model], value: Any) -> Model:
    """Read one part, or refuse it naming the first field that is wrong."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BeaconNotUnderstood(
            f"{field or 'the request'}: {first['msg'].lower()}", source="Beacon request"
        ) from None

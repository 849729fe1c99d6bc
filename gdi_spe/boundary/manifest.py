"""The public manifest of a cohort version: what a workspace may know about what it holds.

Nothing in it varies with people outside the cohort: no instant, no count of exclusions.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gdi_spe.boundary.identifiers import ResourceId, Sha256, Slug


class Frozen(BaseModel):
    """A value parsed from outside: unknown fields are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatasetVersion(Frozen):
    """One dataset, at the version that the cohort was made from."""

    id: ResourceId
    version: int
    type: str = "ExternallyGoverned"


class Region(Frozen):
    """A stretch of the assembly, 0-based and half-open."""

    chromosome: str
    start: int = Field(ge=0)
    end: int = Field(gt=0)


class Reference(Frozen):
    """A release of outside knowledge that shaped a dataset or cohort: an ontology, a GTF."""

    kind: str
    name: str
    version: str
    sha256: Sha256
    assembly: Literal["GRCh37", "GRCh38"] | None = None


class Member(Frozen):
    """One file of the cohort."""

    sha256: Sha256
    size: int = Field(ge=0)


class ProjectPurpose(Frozen):
    """The project whose pseudonyms the cohort uses, and its purposes (DUO)."""

    slug: Slug
    purposes: tuple[str, ...] = ()


class CohortManifest(Frozen):
    """``manifest.json`` in a cohort's folder."""

    schema_name: Literal["gdi-spe/cohort-manifest/1"] = Field(
        default="gdi-spe/cohort-manifest/1", alias="schema"
    )
    cohort_id: ResourceId
    version: int
    title: str = ""
    assembly: Literal["GRCh37", "GRCh38"]
    project: ProjectPurpose
    datasets: tuple[DatasetVersion, ...]
    beacon_query: dict[str, object] | None = None
    # Whether the data holder holds it sensitive (a small, isolated or stigmatised population).
    is_sensitive: bool = False
    regions: tuple[Region, ...] = ()
    references: tuple[Reference, ...] = ()
    n_individuals: int
    n_samples: int
    n_variants: int
    members: dict[str, Member]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @cached_property
    def sha256(self) -> str:
        """Hash of the manifest's canonical JSON: the cohort's digest in recipes and ledgers."""
        return hashlib.sha256(canonical_json(self)).hexdigest()


class ConsentBasis(Frozen):
    """Why the people of a dataset version may be in it: their records, or a waiver's reason."""

    purpose: str = ""
    records_sha256: Sha256 | None = None
    waived: str = ""
    # Conditions of use (DUO) of the whole dataset, as they were told at ingest.
    duo: tuple[str, ...] = ()


class DatasetManifest(Frozen):
    """``manifest.json`` of a dataset version; it never leaves the node."""

    schema_name: Literal["gdi-spe/dataset-manifest/1"] = Field(
        default="gdi-spe/dataset-manifest/1", alias="schema"
    )
    dataset_id: ResourceId
    version: int
    type: str = "ExternallyGoverned"
    assembly: Literal["GRCh37", "GRCh38"]
    consent: ConsentBasis
    # Whether the data holder holds it sensitive; a cohort with it in is.
    is_sensitive: bool = False
    keep_info: tuple[str, ...] = ()
    keep_format: tuple[str, ...] = ()
    # Quality filters at ingest, by name; what they left out is not in the dataset.
    filters: dict[str, float] = {}
    # The releases that ingest used: genes by position, the reference sequence.
    references: tuple[Reference, ...] = ()
    # Did the dataset declare the regions it looked at, or are only its sites known?
    declares_regions: bool = False
    n_individuals: int
    n_samples: int
    n_variants: int
    members: dict[str, Member]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def canonical_json(value: BaseModel) -> bytes:
    """Write a manifest: the same facts always give the same bytes."""
    data = value.model_dump(mode="json", by_alias=True)
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

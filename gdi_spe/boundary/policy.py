"""The node's disclosure policy. No threshold has a default in code: a node has a policy file."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import Frozen


class CountPolicy(Frozen):
    """Numbers of people in a cell."""

    minimum: int = Field(ge=1)
    zero: Literal["pass", "review", "block"]
    round_to: int = Field(ge=0)


class StatisticsPolicy(Frozen):
    """Sums and models."""

    # Fewer than these are left when a model has as many terms as it has.
    degrees_of_freedom: int = Field(ge=1)
    # A sum that one or two people make up to this share describes them.
    dominance_share: float = Field(gt=0, le=1)
    # What is left of a sum without its two largest must be at least this share of the largest.
    p_ratio: float = Field(ge=0, le=1)


class FilePolicy(Frozen):
    """Limits of what can be submitted."""

    max_file_bytes: int = Field(gt=0)
    max_request_bytes: int = Field(gt=0)
    max_files: int = Field(gt=0)
    max_rows: int = Field(gt=0)
    significant_digits: int = Field(ge=3, le=17)
    max_pixels: int = Field(gt=0)
    # What the check of one request may use before a person has to look.
    check_seconds: int = Field(gt=0)
    check_memory_mib: int = Field(ge=1024)


class GenomicPolicy(Frozen):
    """Counts of alleles and carriers."""

    minimum_allele_count: int = Field(ge=1)
    minimum_carriers: int = Field(ge=1)
    # So many variants are a table of hits, whatever the number of people.
    most_lead_variants: int = Field(ge=0)
    # With fewer people a membership power above the upper bar blocks; with more it is reviewed.
    large_cohort: int = Field(ge=1)
    membership_power_review: float = Field(gt=0, le=1)
    membership_power_block: float = Field(gt=0, le=1)
    membership_false_positive_rate: float = Field(gt=0, lt=1)
    # The people whose alleles somebody may compare with; 0: the frequencies at large are known.
    membership_reference_people: int = Field(ge=0)
    # How far from the mean of a trait, in standard deviations, whoever is protected may be.
    membership_trait_deviations: float = Field(gt=0)
    # Fewer alleles said to be carried or absent, of unknown frequency, are not blocked.
    least_answers_blocked: int = Field(ge=1)
    # What frequencies lead to that are exact counts in a large cohort; in a small one, a review.
    exact_frequencies: Literal["pass", "review"]


class PicturePolicy(Frozen):
    """How much a picture may show and pass without a person who looks at it."""

    # Marks that no line goes through: each may be a person.
    most_marks: int = Field(ge=0)
    most_estimates: int = Field(ge=0)
    most_strokes: int = Field(ge=0)
    # How often curves cross the axes from side to side, and how often they turn.
    most_curves: int = Field(ge=0)
    most_turns: int = Field(ge=0)
    most_bars: int = Field(ge=0)
    most_cells_a_side: int = Field(ge=0)
    most_areas: int = Field(ge=0)
    most_letters: int = Field(ge=0)
    # How often half of the rows and columns of a part change colour: matrices of values do often.
    most_changes: int = Field(ge=0)
    changes_blocked: int = Field(ge=1)


class ReviewPolicy(Frozen):
    """Who must look before something leaves."""

    approvals: int = Field(ge=1)
    # Who may send what is blocked to the reviewers after all; each time is recorded.
    overrule: Literal["nobody", "reviewers"]
    download_hours: int = Field(gt=0)
    max_downloads: int = Field(gt=0)


class CohortPolicy(Frozen):
    """How small a cohort may be, and how soon a change of consent reaches it."""

    smallest: int = Field(ge=1)
    versions: Literal["at once", "scheduled"]
    # Scheduled: a version waits until so many people have left, but never longer than so long.
    least_changed: int = Field(ge=1)
    longest_wait_days: int = Field(ge=0)
    # How long a workspace may go on with a version that people have left; 0 stops it at once.
    old_version_days: int = Field(ge=0)


class DisclosurePolicy(Frozen):
    """``policy.toml``: versioned, and its hash is part of every verdict.

    ``format`` says which numbers there are: a policy of format 1, signed before some were, goes on
    with those that were the program's own then.
    """

    format: Literal[1, 2]
    name: str
    version: int
    counts: CountPolicy
    statistics: StatisticsPolicy
    files: FilePolicy
    genomic: GenomicPolicy
    pictures: PicturePolicy
    review: ReviewPolicy
    cohorts: CohortPolicy

    @property
    def sha256(self) -> str:
        """Hash of the policy's canonical JSON, without what its format does not have."""
        later: Any = {section: set(of) for section, of in _SINCE_FORMAT_2.items()}
        later["format"] = True
        written = self.model_dump_json(exclude=later if self.format == 1 else None)
        return hashlib.sha256(written.encode()).hexdigest()


# What the program did by itself while policies had format 1, so that one signed then still means
# the same. No policy of format 2 is completed by it.
_SINCE_FORMAT_2: dict[str, dict[str, Any]] = {
    "genomic": {
        "membership_reference_people": 0, "membership_trait_deviations": 1.0,
        "least_answers_blocked": 1000, "exact_frequencies": "pass",
    },
    "pictures": {"most_changes": 19, "changes_blocked": 26},
}  # fmt: skip


def _completed(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return a policy's numbers with those that its format does not have."""
    if values.get("format", 1) != 1:
        return values
    completed = {**values, "format": 1}
    for section, before in _SINCE_FORMAT_2.items():
        given = values.get(section, {})
        # TRUST: the signature of format 1 says nothing of these, so the file may not either.
        if not isinstance(given, dict) or given.keys() & before.keys():
            raise BadInput(
                f"[{section}] has numbers that format 1 of a policy does not have",
                source=str(path), remedy="Add the line `format = 2` at the top, and sign it anew.",
            )  # fmt: skip
        completed[section] = {**before, **given}
    return completed


def load_policy(path: Path) -> DisclosurePolicy:
    """Read ``policy.toml``.

    Raises
    ------
    BadInput
        If the file is absent, is not TOML, or lacks a number: nothing is assumed.
    """
    try:
        return DisclosurePolicy.model_validate(_completed(tomllib.loads(path.read_text()), path))
    except FileNotFoundError:
        raise BadInput(
            "there is no disclosure policy", source=str(path), remedy="Copy hub_config/policy.toml"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML: {error}", source=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise _lacks(field, path) from None
        raise BadInput(f"{field}: {first['msg']}", source=str(path)) from None


def _lacks(field: str, path: Path) -> BadInput:
    """Say which number a policy lacks, as one that is older than the program may."""
    section, _, name = field.rpartition(".")
    where = f"the line `{name} = ...` under [{section}]" if section else f"`{name}`"
    return BadInput(
        f"the policy lacks {field}, and nothing is assumed", source=str(path),
        remedy=f"Add {where}, with the number that your node chooses (gdi-default has one), and "
        "sign the policy anew: gdi-spe policy sign.",
    )  # fmt: skip

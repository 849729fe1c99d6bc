"""Visas straight from a committee's system (REMS, ``/api/permissions/{user}``).

A broker hands out what it has fetched before; a source that the settings tell to be read itself
says what it signs now. Its visas are visas like any other: nothing is believed of them unverified.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.identity.entitlements import ask_rems, fetcher
from gdi_spe.node.identity.keys import Fetcher
from gdi_spe.node.settings import EntitlementSource, Settings

_SECONDS = 5.0

log = logging.getLogger(__name__)


class _Permissions(BaseModel):
    """REMS's answer; only the visas are read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    ga4gh_passport_v1: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """What the sources signed for one person, and which of them gave no answer."""

    visas: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()

    def joined(self, passport: object) -> object:
        """Add the visas to a passport, each once; what is no passport stays none."""
        if not self.visas or not isinstance(passport, list):
            return passport
        return [*passport, *(visa for visa in self.visas if visa not in passport)]


def read_permissions(body: bytes) -> tuple[str, ...]:
    """Read an answer of ``/api/permissions``; what is not wholly one is no answer."""
    try:
        return _Permissions.model_validate_json(body).ga4gh_passport_v1
    except ValidationError as error:
        raise Unavailable(f"not permissions: {error.error_count()} errors") from None


def fetch_permissions(
    settings: Settings, subjects: Sequence[str], http_get: Fetcher | None = None
) -> Fetched:
    """Ask every source that is to be asked for the visas of one person, by each subject."""
    visas: dict[str, None] = {}
    silent = set()
    for source in settings.identity.entitlements:
        if not source.reads_permissions:
            continue
        try:
            for subject in subjects:
                visas |= dict.fromkeys(_asked(source, settings, subject, http_get))
        except Unavailable as silence:
            log.warning("%s gives no visas: %s", source.source, silence)
            silent.add(source.source)
    return Fetched(tuple(visas), frozenset(silent))


def _asked(
    source: EntitlementSource, settings: Settings, subject: str, http_get: Fetcher | None
) -> tuple[str, ...]:
    path = f"permissions/{quote(subject, safe='')}?expired=false"
    return read_permissions(ask_rems(source, settings, http_get or fetcher(_SECONDS), path))

"""ZIP archives: each member is a file of its own; archives in archives and bombs are not opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.forms.writing.columns.histograms import with_histograms
from gdi_spe.disclosure.intake.form import Canonical, Encode, Hostile, Impossible, named
from gdi_spe.disclosure.intake.sniff import CONTAINERS, GENOTYPES, READS, Kind, sniff

_HIGHEST_RATIO = 100
_MOST_MEMBERS = 200


def members(data: bytes, policy: DisclosurePolicy) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of each member, within limits.

    Raises
    ------
    Impossible
        If the archive has more members or bytes than policy allows.
    Hostile
        If it is damaged, encrypted, compressed beyond reason, or holds bytes beside its members.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _look_at(infos, archive.comment, data, policy)
            for info in infos:
                yield info.filename, archive.read(info)
    except (Hostile, Impossible, GeneratorExit):
        raise
    except Exception as error:
        # TRUST: nothing tells what a damaged archive holds; another program may open it.
        raise Hostile(f"the archive is damaged: {error}") from None


def _look_at(
    infos: list[zipfile.ZipInfo], comment: bytes, data: bytes, policy: DisclosurePolicy
) -> None:
    limit = policy.files.max_file_bytes
    if len({info.filename for info in infos}) != len(infos):
        raise Hostile("it has two members of one name")
    if any(info.flag_bits & 1 for info in infos):
        raise Hostile("it is encrypted")
    if sum(info.file_size for info in infos) > 4 * limit or any(
        info.file_size > _HIGHEST_RATIO * max(info.compress_size, 1000) for info in infos
    ):
        raise Hostile("it decompresses to far more than it is")
    if len(infos) > _MOST_MEMBERS:
        raise Impossible(f"it has {len(infos):,} members")
    beside = sum(len(info.comment) + len(info.extra) for info in infos) + len(comment)
    told = sum(
        info.compress_size + 2 * len(info.filename.encode()) + 30 + 46 + 100 for info in infos
    )
    if beside > 100 * (len(infos) + 1) or len(data) > told + 1000:
        raise Hostile("it holds bytes that belong to no member")


def encode(data: bytes, name: str, policy: DisclosurePolicy, inner: Encode) -> Canonical:
    """Write an archive anew from its members' canonical forms."""
    parts: list[Part] = []
    written: list[tuple[str, bytes]] = []
    for path, body in members(data, policy):
        kind = Kind.EMPTY if not body else sniff(body)
        if kind in GENOTYPES | READS | CONTAINERS or kind in (Kind.ZIP, Kind.GZIP):
            raise Hostile(f"a member of it is {kind.value}")
        form = inner(body, path.rpartition("/")[2] or "member", policy)
        if not isinstance(form, Canonical):
            if form.is_hostile:
                raise Hostile(f"in a member of it, {form.why}")
            raise Impossible(f"a member has no canonical form: {form.why}")
        parts += [replace(part, path=f"{path[:80]}!{part.path}") for part in form.parts]
        written.append((form.name, form.data))
    if not written and not parts:
        raise Impossible("it is empty")
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path, body in written:
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), body)
    media_type = "application/zip"
    parts = with_histograms(parts)
    return Canonical(sink.getvalue(), media_type, named(name, media_type), tuple(parts))

"""What a user would pick instead: how each is run, and what its output says was counted."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.making.truth import Counted, counted
from benchmarks.measuring import REPOSITORY, Session, printed

# When these releases were made, as they or Debian's changelogs say.
_AGES = {
    "plink2": "plink2 (Debian), 2.00a3.5 of 9 August 2022",
    "bcftools": "bcftools (Debian), 1.16, packaged in September 2022",
}
_IMAGE = REPOSITORY / ".cache" / "workspace-image"
_ALLEL = REPOSITORY / ".cache" / "bench" / "allel" / "bin" / "python"

_ALLEL_VERSION = "import allel; print(allel.__version__)"


def versions() -> dict[str, str]:
    """Return each peer's own word for its version, and its age; or that it is not here."""
    told = {}
    for name, age in _AGES.items():
        if shutil.which(name):
            told[name] = f"{printed(name, '--version').splitlines()[0].strip()} - {age}"
        else:
            told[name] = "not here: deploy/packages oracles"
    told["hail"] = why_no_hail() or f"in the image {_IMAGE.read_text().strip()[:19]}"
    told["scikit-allel"] = why_no_allel() or printed(_ALLEL, "-c", _ALLEL_VERSION).strip()
    return told


def why_no_hail() -> str | None:
    """Say why Hail cannot be measured here, or None."""
    if not _IMAGE.exists():
        return "not here: no image, make images"
    if not shutil.which("docker"):
        return "not here: no container engine"
    asked = ["docker", "image", "inspect", _IMAGE.read_text().strip()]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        return "not here: no container engine answers, or the image is gone; make images"
    return None


def why_no_allel() -> str | None:
    """Say why scikit-allel cannot be measured here, or None."""
    if not _ALLEL.exists():
        return "not here: deploy/bench installs it from PyPI"
    return None


def allel_session() -> Session:
    """Start scikit-allel in its own environment."""
    return Session(_ALLEL, Path(__file__).with_name("allel_session.py"))


def hail_session(data: Path, out: Path) -> Session:
    """Start a container that waits for orders; it sees ``data`` as /data, writes to /out."""
    return Session(
        *("docker", "run", "--rm", "--interactive", "--network", "none"),
        *("--user", f"{os.getuid()}:{os.getgid()}"),
        *("--volume", f"{data.resolve()}:/data:ro", "--volume", f"{out.resolve()}:/out"),
        *("--volume", f"{Path(__file__).with_name('hail_session.py')}:/bench/session.py:ro"),
        *("--env", "HOME=/out", _IMAGE.read_text().strip(), "python", "/bench/session.py"),
    )


def hail_once(out: Path, region: str) -> tuple[object, ...]:
    """Return the command that starts Hail anew for one question about ``/out/library.mt``."""
    orders = [{"do": "start"}, {"do": "individuals", "source": "/out/library.mt", "region": region}]
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    return (
        *("docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"),
        *("--volume", f"{out.resolve()}:/out", "--env", "HOME=/out"),
        *("--volume", f"{Path(__file__).with_name('hail_session.py')}:/bench/session.py:ro"),
        *(_IMAGE.read_text().strip(), "sh", "-c"),
        f"printf '%s' '{lines}' | python /bench/session.py",
    )


def hail_answer(table: Path) -> Counted:
    """Return what Hail counted and exported."""
    with table.open() as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    keys = [
        (row["chromosome"], int(row["position"]), row["reference"], row["alternate"])
        for row in rows
    ]
    return counted(
        keys, np.array([int(r["count"]) for r in rows]), np.array([int(r["number"]) for r in rows])
    )


@dataclass(frozen=True)
class Plink2:
    """plink2 on one kind of input: what it counts in a file stands for the file's calls."""

    work: Path

    def counts(self, *source: object, variants: Path | None = None) -> Counted:
        """Count a file's alleles."""
        out = self.work / "counted"
        listing = ("--make-just-pvar", "cols=") if variants is None else ()
        wanted = ("--freq", "counts", "--output-chr", "chrM", "--out", out)
        printed("plink2", *source, *listing, *wanted)
        return self.counted(out.with_suffix(".acount"), variants or out.with_suffix(".pvar"))

    @staticmethod
    def counted(table: Path, variants: Path) -> Counted:
        """Read a table of counts; the places come from the list of variants, line by line."""
        keys, count, number = [], [], []
        for place, row in zip(_variants(variants), _acount(table), strict=True):
            for alternate, n in zip(row[0].split(","), row[1].split(","), strict=True):
                keys.append((place[0], place[1], place[2], alternate))
                count.append(int(n))
                number.append(int(row[2]))
        return counted(keys, np.array(count), np.array(number))


def _variants(path: Path) -> Iterator[tuple[str, int, str]]:
    with path.open() as lines:
        for line in lines:
            if line[0] != "#":
                chromosome, position, _, reference = line.split("\t")[:4]
                name = chromosome if chromosome.startswith("chr") else f"chr{chromosome}"
                yield name, int(position), reference


def _acount(path: Path) -> Iterator[tuple[str, str, str]]:
    with path.open() as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            yield row["ALT"], row["ALT_CTS"], row["OBS_CT"]


def bcftools_counts(path: Path, suffix: str = "") -> Counted:
    """Return the AC and AN that bcftools has written."""
    asked = f"%CHROM\t%POS\t%REF\t%ALT\t%AC{suffix}\t%AN{suffix}\n"
    keys, count, number = [], [], []
    for line in printed("bcftools", "query", "-f", asked, path).splitlines():
        chromosome, position, reference, alternates, counts, total = line.split("\t")
        for alternate, n in zip(alternates.split(","), counts.split(","), strict=True):
            keys.append((chromosome, int(position), reference, alternate))
            count.append(int(n))
            number.append(int(total))
    return counted(keys, np.array(count), np.array(number))

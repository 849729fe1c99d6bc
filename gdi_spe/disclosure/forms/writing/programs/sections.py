"""Reports of bcftools: sections of lines that begin with the name of the section."""

from __future__ import annotations

import re
from collections import defaultdict

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.forms.tabular.cells import named_table

_FIRST = "# This file was produced by bcftools stats"
_HEAD = re.compile(r"# ([A-Za-z]{2,4})\t(.*)")
_PLACE = re.compile(r"\[\d{1,3}\]")
# The path of a section's table; the shape of it is known by this.
PATH = "bcftools"
# Of sites alone, in a file that has no sample.
SITES = f"{PATH}.sites"
_NOBODY = ["0", "number of samples:", "0"]
# Sections with one line a sample: what they hold is named so that rules know it for people's.
_OF_SAMPLES = {"PSC", "PSI", "GCTs", "GCsS", "NRDs"}


def sections_of(text: str, digits: int) -> tuple[Part, ...] | None:
    """Return the tables of a report by section; None if a text is none, or a line is of no section.

    Most of them count variants; the names of their columns are told as they are, but that "count"
    and "id" mean sites and files here, and a line a sample is named so.
    """
    if not text.startswith(_FIRST):
        return None
    heads: dict[str, list[str]] = {}
    rows: dict[str, list[list[str]]] = defaultdict(list)
    words: list[str] = []
    for line in text.split("\n"):
        if (found := _HEAD.fullmatch(line)) is not None:
            if found[2].startswith("[2]"):
                heads[found[1]] = [_PLACE.sub("", each) for each in found[2].split("\t")]
        elif line.startswith("#"):
            words.append(line.lstrip("# "))
        elif line.strip():
            section, *cells = line.split("\t")
            rows[section].append(cells)
    rows.pop("ID", None)
    if not rows or any(_are_odd(rows[each], heads.get(each)) for each in rows):
        return None
    path = SITES if _NOBODY in rows.get("SN", []) else PATH
    tables = [_section(path, each, heads[each], rows[each], digits) for each in rows]
    return (*tables, Text("comments", "\n".join(w for w in words if "\t" not in w), is_alone=False))


def _are_odd(rows: list[list[str]], head: list[str] | None) -> bool:
    return head is None or any(len(row) != len(head) for row in rows)


def _section(path: str, section: str, head: list[str], rows: list[list[str]], digits: int) -> Table:
    """Return one section as a table, without the column that numbers the files."""
    if section == "SN":
        # Each line is a name and one number: these are the columns.
        named = {_of_sites(row[1].rstrip(":")): row[2] for row in rows if row != _NOBODY}
        return named_table(f"{path}.SN", list(named), [list(named.values())], digits)
    names = [_named(name, section) for name in head[1:]]
    return named_table(f"{path}.{section}", names, [row[1:] for row in rows], digits)


def _of_sites(name: str) -> str:
    """Return the name of a number: all but that of samples are numbers of variants."""
    sort = name.removeprefix("number of ")
    return name if sort in (name, "samples") else f"n_variants {sort}"[:30]


def _named(name: str, section: str) -> str:
    if section in _OF_SAMPLES:
        return {"sample": "sample_id"}.get(name, name)
    return {"count": "number of sites", "allele count": "bin", "sample": "sample_id"}.get(
        name, name
    )


def is_of_sites(table: Table) -> bool:
    """Whether a section is of a file without a sample."""
    return table.path.startswith(f"{SITES}.")


def people_of(table: Table) -> int | None:
    """Return the number of samples that a report says it is of."""
    samples = table.column("number_of_samples") if table.path == f"{PATH}.SN" else None
    told = samples is not None and samples.is_integer and samples.text(0)
    return int(samples.text(0)) if samples is not None and told else None


def counts_variants(table: Table) -> bool:
    """Whether a table is a section that has a line a sort of variant, and none a sample."""
    section = table.path.rpartition(".")[2]
    return table.path.startswith(f"{PATH}.") and section in _OF_VARIANTS


_OF_VARIANTS = {"SN", "TSTV", "SiS", "AF", "QUAL", "IDD", "ST", "DP", "HWE", "ICS", "ICL", "FS"}
_SECTION_NAMES = re.compile(
    r"(number of|n_variants|fraction of|(ts|tv|ts/tv)( \(1st ALT\))?|bin|allele frequency|quality"
    r"|length|type|1st ALT allele frequency|\d{1,2}th percentile|median|repeat"
    r"|not applicable|mean (VAF|depth)).{0,60}",
    re.IGNORECASE,
)


def is_known(name: str) -> bool:
    """Whether a name is one that sections about variants have."""
    return bool(_SECTION_NAMES.fullmatch(name))

"""Chains of UCSC: how one assembly of the genome is aligned with another, block by block.

A chain names two chromosomes with their lengths, which public assemblies have and nothing else
has; its lines are sizes of blocks and of the gaps between them, which lie within it.
"""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.forms.tabular.cells import named_table

_HEAD = re.compile(
    r"chain \d{1,15} (?P<t>chr\w{1,30}) (?P<t_size>\d{1,10}) [+-] (?P<t_start>\d{1,10})"
    r" (?P<t_end>\d{1,10}) (?P<q>chr\w{1,30}) (?P<q_size>\d{1,10}) [+-] \d{1,10} \d{1,10} \d{1,9}"
)
_BLOCK = re.compile(r"(\d{1,9})(?:[ \t]+(\d{1,9})[ \t]+(\d{1,9}))?")
# Lengths of chromosomes 1 to 22, X and Y, in GRCh37 and GRCh38 (Genome Reference Consortium).
_GRCH37 = (
    249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022,
    141213431, 135534747, 135006516, 133851895, 115169878, 107349540, 102531392, 90354753,
    81195210, 78077248, 59128983, 63025520, 48129895, 51304566, 155270560, 59373566,
)  # fmt: skip
_GRCH38 = (
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636,
    138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345,
    83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415,
)  # fmt: skip
_NAMES = [f"chr{each}" for each in (*range(1, 23), "X", "Y")]
_LENGTHS = {*zip(_NAMES, _GRCH37, strict=True), *zip(_NAMES, _GRCH38, strict=True)}
# The path of its table; the shape of it is known by this.
PATH = "chain"


def chains_of(text: str, digits: int) -> tuple[Part, ...] | None:
    """Return the places of the chains in a text; None if it is anything else as well."""
    if not text.startswith("chain "):
        return None
    rows: list[list[str]] = []
    left = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        head, block = _HEAD.fullmatch(line), _BLOCK.fullmatch(line)
        if head is not None:
            if not {(head["t"], int(head["t_size"])), (head["q"], int(head["q_size"]))} <= _LENGTHS:
                return None
            rows.append([head["t"], head["t_start"], head["t_end"]])
            left = int(head["t_end"]) - int(head["t_start"])
        elif block is not None and rows:
            left -= int(block[1]) + int(block[2] or 0)
        else:
            return None
        # TRUST: blocks and gaps lie within their chain; other numbers need not.
        if left < 0:
            return None
    return (named_table(PATH, ["chrom", "start", "end"], rows, digits),)


def is_chain(table: Table) -> bool:
    """Whether a table has the places of chains."""
    return table.path == PATH

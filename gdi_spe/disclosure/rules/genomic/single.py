"""Rules about what is read of one genome: calls, reports, profiles, reads, lists of carriers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import VARIANT_CELL, Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

# Columns of results: a table that has one tells of groups.
_OF_GROUPS = (Role.PEOPLE, Role.P, Role.EFFECT, Role.FREQUENCY, Role.ALLELE_COUNT)
_ZYGOSITY = re.compile(r"zygosity|genotype|gt|call|status|state")
_HOW_CARRIED = re.compile(
    r"het(\.|erozygo\w+)?|hom(\.|ozygo\w+)?|hemi(\.|zygo\w+)?|0[/|]1|1[/|][01]"
    r"|compound[ -]het\w*|mosaic",
    re.IGNORECASE,
)
_FROM_WHOM = re.compile(
    r"(likely |confirmed |presumed )?(maternal(ly inherited)?|paternal(ly inherited)?|bi-?parental"
    r"|de[ -]?novo)|((inherited )?from|present in|absent in|carried by|not in) (the )?"
    r"(un)?(affected )?(mother|father|both parents|parents?|siblings?|brother|sister)",
    re.IGNORECASE,
)
# What a caller says of one sample's call. A site's depth is of everybody, and is not asked.
_OF_A_CALL = re.compile(
    r"gq|ad|ab|allele_balance|allelic_(balance|depth)s?|vaf|pl|alt_(reads|depth)|ad_\w{1,6}"
)
_DEPTH = re.compile(r"dp|depth|coverage|read_depth|total_reads")
_DEEPEST = 2000
# Segments of copy number, with what a program counted in each.
_SEGMENT = re.compile(r"seg_?mean|log2(_ratio)?|cn|copy_?number|total_?cn|tcn|minor_?cn")
_IN_SEGMENT = re.compile(r"(n(um)?_?)?(marks?|probes)|weight|baf|cf")
# What is told of those who carry a variant.
_OF_CARRIER = re.compile(
    r"(carrier|patient|proband|case|subject|individual|affected|family|clinical)s?_"
    r"(phenotypes?|history|clinical\w*|symptoms?|features?|presentation|diagnos\w+|notes?"
    r"|description|details|onset)"
)
_LEAST_CALLS = 5
_ARRAY = (re.compile(r"(\w+_)?(baf|b_allele_freq\w*)"), re.compile(r"(\w+_)?(lrr|log_r_ratio)"))
# Loci of forensic profiles.
_REPEAT = re.compile(
    r"d\d{1,2}s\d{3,4}|dys\d{2,3}\w*|vwa|fga|th01|tpox|csf1po|penta_?[de]|se33|amel(ogenin)?"
)
_REPEAT_CELL = re.compile(r"\d{1,2}([.,/ ]+\d{1,2})?([./ ,]\d)?|[XY]{2}|[XY][,/][XY]")
_LEAST_LOCI = 4
_DIPLOTYPE = re.compile(
    r"\*\d+\w*(x\w)?(\+\*\d+\w*)?\s*/\s*\*\d+\w*(x\w)?(\+\*\d+\w*)?|\w{1,4}\*\d+(:\d+)*\s*/\s*\w{0,4}\*?\d+(:\d+)*"
)
_PILED = re.compile(r"[.,ACGTNacgtn*$^+\-\d\]!-~]{8,}")
_MATCHES = re.compile(r"[.,]")
_LEAST_PILED = 5
_LISTED = re.compile(r"\d{1,7}([;,| ]+\d{1,7}){2,}")
_NOT_CARRIERS = re.compile(
    r".*(exon|block|start|end|size|pos|pmid|pubmed|depth|cluster|refer|allele|codon|domain|year|page|bin|count|chrom|version).*|ad|dp|pl|cs|n"
)
_MEMBERS = re.compile(
    r"(n_)?(members?|ids?|idx|ind(ices|exes)|people|participants|patients|samples|individuals)(_\w+)?"
)
_MOST_NAMED = 1_000_000
_LEAST_TRIPLES = 5
# So many cells tell what a column holds.
_MANY = 5000
_NOT_KNOWN = ("unknown", "-")
_LEAST_ROWS = 3
_NEAR_ONE = 0.011
_LEAST_LONG, _LEAST_EACH = 100, 5


def probabilities(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find three chances a person, row by row, as imputation and callers write genotypes."""
    numbers = [c.numbers for c in table.columns if c.numbers is not None]
    if len(numbers) < 3 * _LEAST_TRIPLES or table.n_rows < _LEAST_ROWS:
        return
    matrix = np.stack(numbers[-(len(numbers) // 3 * 3) :], axis=1)
    for start in range(min(3, len(numbers) % 3 + 1)):
        part = matrix[:, start:] if start == 0 else np.stack(numbers[:-start], axis=1)
        part = part[:, -(part.shape[1] // 3 * 3) :]
        n = _n_triples(part)
        if n >= _LEAST_TRIPLES:
            why = (
                f"{n:,} times three chances that add up to one stand in each of {table.n_rows:,} "
                "rows: the genotypes of as many people."
            )
            yield Hit(why, {"n_people": n, "n_rows": table.n_rows})
            return


def _n_triples(matrix: np.ndarray) -> int:
    """Return how many threes of neighbouring columns add up to one in nearly every row."""
    n_rows, width = matrix.shape
    threes = matrix.reshape(n_rows, width // 3, 3)
    with np.errstate(invalid="ignore"):
        within = ((threes >= 0) & (threes <= 1)).all(axis=2)
        right = within & (np.abs(threes.sum(axis=2) - 1) <= _NEAR_ONE)
        # Three equal chances all over are nobody's.
        varied = np.nan_to_num(threes).max(axis=2).std(axis=0) > 0
    return int(((right.mean(axis=0) >= 0.95) & varied).sum())


def one_genome(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find what a laboratory reports of one person: zygosity, parents, the quality of calls."""
    if _is_report(table):
        why = f"{table.n_rows:,} variants with zygosity or the parent they are from: one person's."
        yield Hit(why, {"n_rows": table.n_rows})
    elif _are_calls(table):
        why = f"{table.n_rows:,} variants with the quality of one call each: one person's genome."
        yield Hit(why, {"n_rows": table.n_rows})
    elif all(any(p.fullmatch(c.plain) for c in table.columns) for p in _ARRAY):
        why = f"Intensities of an array, {table.n_rows:,} in a row, tell one person's genotypes."
        yield Hit(why, {"n_rows": table.n_rows})
    elif _are_segments(table):
        why = (
            f"{table.n_rows:,} segments of copy number, with what was counted in each: of a person."
        )
        yield Hit(why, {"n_rows": table.n_rows})
    elif column := _told_of_carriers(table):
        why = f"“{column.name}” tells of the carriers of {table.n_rows:,} variants what they have."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")
    elif column := _piled(table):
        why = f"“{column.name}” spells the reads over each position: a pile-up of one person."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


def _names_genes(table: Table) -> bool:
    named = ("gene", "symbol", "gene_name", "hgvs", "hgvsc", "hgvsp", "hgvs_c", "hgvs_p")
    return is_about_variants(table) or table.column(*named) is not None


def _is_report(table: Table) -> bool:
    """Whether variants stand beside how somebody carries them, and nothing counts people."""
    placed = _names_genes(table) or with_role(table, Role.CHROMOSOME)
    if not placed or with_role(table, *_OF_GROUPS) or table.n_rows < 2:
        return False
    carried = any(_ZYGOSITY.fullmatch(c.plain) and _all(c, _HOW_CARRIED) for c in table.labels)
    inherited = any(_all(c, _FROM_WHOM) for c in table.labels)
    return carried or inherited


def _all(column: Column, pattern: re.Pattern[str]) -> bool:
    cells = [cell for cell in column.cells[:_MANY] if cell and cell.lower() not in _NOT_KNOWN]
    return bool(cells) and all(pattern.fullmatch(cell) for cell in cells)


def _are_calls(table: Table) -> bool:
    """Whether each variant has a depth and another quality of a call, and no result of a group."""
    if not is_about_variants(table) or with_role(table, *_OF_GROUPS, Role.ALLELE_NUMBER):
        return False
    depth = [c for c in table.columns if _DEPTH.fullmatch(c.plain) and c.is_integer]
    of_call = [c for c in table.columns if _OF_A_CALL.fullmatch(c.plain)]
    shallow = bool(depth) and bool(np.nanmax(values(depth[0])) <= _DEEPEST)
    return shallow and bool(of_call) and table.n_rows >= _LEAST_CALLS


def _are_segments(table: Table) -> bool:
    if with_role(table, *_OF_GROUPS) or table.n_rows < _LEAST_CALLS:
        return False
    told = any(_SEGMENT.fullmatch(c.plain) and c.numbers is not None for c in table.columns)
    counted = any(_IN_SEGMENT.fullmatch(c.plain) for c in table.columns)
    ends = any(re.fullmatch(r"(\w+_)?end(_\w+)?", c.plain) for c in table.columns)
    return told and counted and ends


def _told_of_carriers(table: Table) -> Column | None:
    """Return the column of words that tells of carriers, where nothing counts them."""
    if not _names_genes(table) or with_role(table, Role.PEOPLE, Role.P):
        return None
    return next(
        (c for c in table.labels if _OF_CARRIER.fullmatch(c.plain) and c.n_distinct > 1), None
    )


def _piled(table: Table) -> Column | None:
    """Return the column of reads that match ("." and ",") or differ, position by position."""
    if table.n_rows < _LEAST_PILED:
        return None
    for column in table.labels:
        cells = column.cells[:200]
        spelled = all(_PILED.fullmatch(cell) for cell in cells)
        if spelled and np.mean([len(_MATCHES.findall(c)) / len(c) for c in cells]) > 0.4:
            return column
    return None


def profiles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find profiles of one person a row: repeats of forensic loci, diplotypes of several genes."""
    if with_role(table, Role.PEOPLE, Role.FREQUENCY, Role.P, Role.EFFECT):
        return
    loci = [c for c in table.columns if _REPEAT.fullmatch(c.plain)]
    loci = [c for c in loci if all(_REPEAT_CELL.fullmatch(cell) for cell in c.cells if cell)]
    if len(loci) >= _LEAST_LOCI:
        why = (
            f"{table.n_rows:,} rows of repeats at {len(loci):,} forensic loci: profiles of people."
        )
        yield Hit(why, {"n_rows": table.n_rows})
    typed = [c for c in table.labels if _all(c, _DIPLOTYPE)]
    crowded = len(typed) >= 2 and table.n_rows >= _LEAST_CALLS
    if crowded and any(c.n_distinct < table.n_rows for c in typed):
        why = f"{table.n_rows:,} rows have the two alleles of {len(typed):,} genes: of people."
        yield Hit(why, {"n_rows": table.n_rows})


def carriers_by_number(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find lists of whole numbers beside variants: the places of people who carry them."""
    if _is_list_of_carriers(table):
        why = "A list of a variant has whole numbers in order: the places of its carriers."
        yield Hit(why, {"n_rows": table.n_rows})
    of_variants = _names_genes(table)
    for column in table.labels:
        if not of_variants and not _MEMBERS.fullmatch(column.plain):
            continue
        cells = [cell for cell in column.cells[:_MANY] if cell]
        listed = [cell for cell in cells if _LISTED.fullmatch(cell)]
        if _NOT_CARRIERS.fullmatch(column.plain) or len(listed) < max(2, 0.5 * len(cells)):
            continue
        lists = [[int(n) for n in re.findall(r"\d+", cell)] for cell in listed]
        ordered = sum(a == sorted(set(a)) and a[-1] < _MOST_NAMED for a in lists)
        if ordered >= 0.9 * len(lists):
            why = f"“{column.name}” lists people by their numbers in each row."
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


def _is_list_of_carriers(table: Table) -> bool:
    """Whether a list in a tree stands under a variant and holds growing whole numbers."""
    under = table.path.startswith("json.") and VARIANT_CELL.fullmatch(
        table.path.removeprefix("json.").rpartition(".")[2]
    )
    if not under or len(table.columns) != 1 or table.n_rows < _LEAST_CALLS:
        return False
    column = table.columns[0]
    return column.is_integer and bool((np.diff(values(column)) > 0).all())


def long_genotypes(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find a matrix that was written one cell a row: two keys, and 0, 1 or 2."""
    if len(table.columns) != 3 or table.n_rows < _LEAST_LONG:
        return
    coded = [c for c in table.columns if c.is_integer and set(c.cells[:9]) <= {"0", "1", "2"}]
    if len(coded) != 1 or "2" not in coded[0].cells or coded[0].n_distinct < 2:
        return
    keys = [c for c in table.columns if c is not coded[0]]
    crossed = all(c.n_distinct >= _LEAST_EACH and 3 * c.n_distinct <= table.n_rows for c in keys)
    either = all(c.is_integer for c in keys) or is_about_variants(table)
    if crossed and either and distinct_rows(keys) == table.n_rows:
        why = f"{table.n_rows:,} rows pair two keys with 0, 1 or 2: genotypes, one cell a row."
        yield Hit(why, {"n_rows": table.n_rows})


_FIX = "Give counts by genotype and group, or frequencies; not what single people carry."
RULES = (
    Rule("GEN104", "Genotype probabilities", Verdict.BLOCK, _FIX, Table, probabilities),
    Rule(
        "GEN105", "One genome", Verdict.BLOCK,
        "Give counts of carriers by variant. To return a finding to a patient, ask the data "
        "holder: the way for it does not lead through an export.",
        Table, one_genome,
    ),
    Rule("GEN106", "Profiles of people", Verdict.BLOCK, _FIX, Table, profiles),
    Rule("GEN107", "Carriers by number", Verdict.BLOCK, _FIX, Table, carriers_by_number),
    Rule("GEN108", "Genotypes one cell a row", Verdict.BLOCK, _FIX, Table, long_genotypes),
)  # fmt: skip

"""Tables with one row a region of the genome: intervals, peaks, genes, recombination."""

# words of one sort read better together
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.numbering import has_codes
from gdi_spe.disclosure.contents.words.vocabulary import is_public
from gdi_spe.disclosure.forms.writing.programs.chains import is_chain
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_DECLARED = ("regions", "bed", "public-annotation", "annotation")
_COLOUR = re.compile(r"\d{1,3},\d{1,3},\d{1,3}|0|\.")
_BLOCKS = re.compile(r"(\d{1,9},){0,500}\d{0,9}")
_LONGEST_NAME, _LEAST_NAMED = 40, 5
# Columns of a BED, and of the forms that end with what was measured at a peak.
_BED, _PEAKS = (3, 4, 5, 6, 8, 9, 12), (9, 10)

_FEATURE = re.compile(
    r"(protein_coding_|nc_?rna_|pseudo|c_)?gene(_segment)?|transcript|exon|cds|(start|stop)_codon|(five|three)_prime_utr|utr|selenocysteine|m?rna|lnc_?rna|nc_?rna|[a-z]{1,6}_?rna|pseudogenic_transcript"
    r"|chromosome|region|scaffold|biological_region|enhancer|promoter|ctcf_binding_site|open_chromatin_region|tf_binding_site|intron|unconfirmed_transcript|[vdjc]_gene_segment",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(gene|transcript|exon|protein|havana_gene|havana_transcript|ccds|hgnc|ncbi_gene|entrez)_?(id|name|type|biotype|status|number|version|source|synonym|symbol)?|ccdsid|level|tag|ont|id|parent|name|alias|biotype"
    r"|description|logic_name|version|constitutive|rank|ensembl_\w{3,14}|d?b_?xref|gbkey|product|transcript_support_level|partial|pseudo|note|score_|source_|artif_dupl|class|ccds_id|projection_parent_\w{4,12}|chromosome|genome",
    re.IGNORECASE,
)
_FAR = 100_000
_LEAST_SPAN, _FEWEST_CM, _MOST_CM = 500_000, 0.02, 50.0


def _fits_regions(table: Table, judging: Judging) -> bool:
    declared = judging.side_car.kind in _DECLARED
    return are_intervals(table) and (declared or _are_places_of_genes(table))


def _are_places_of_genes(table: Table) -> bool:
    """Whether intervals are named by genes, on both strands, as annotation has them.

    TRUST: what somebody lost or doubled has genes for names as well, but no strand.
    """
    beside = _as_written(table)[3:]
    stranded = any(set(c.cells) <= {"+", "-"} and c.n_distinct > 1 for c in beside)
    named = [c for c in beside if c.numbers is None and c.n_distinct >= _LEAST_NAMED]
    bare = (sorted({re.sub(r"\.\d{1,2}$", "", cell) for cell in c.cells}) for c in named)
    return stranded and any(are_genes(cells) for cells in bare)


def are_intervals(table: Table) -> bool:
    """Whether the first columns are a chromosome, a start and an end; the names are not asked."""
    if len(table.columns) < 3:
        return False
    first, start, end = _as_written(table)[:3]
    return (
        role_of(_named(first, "chrom")) is Role.CHROMOSOME
        and start.is_integer
        and end.is_integer
        and bool((values(start) < values(end)).all())
    )


def are_far_apart(table: Table) -> bool:
    """Whether rows are intervals along chromosomes, and nobody's: people's numbers are smaller."""
    return (
        are_intervals(table)
        and float(np.median(values(_as_written(table)[1]))) >= _FAR
        and not any(map(has_codes, table.columns))
    )


def _as_written(table: Table) -> list[Column]:
    """Return columns without names in the order of the file, and named ones by what they are."""
    order = {
        "chrom": 0,
        "chromosome": 0,
        "chr": 0,
        "start": 1,
        "chromstart": 1,
        "end": 2,
        "stop": 2,
    }

    def place(column: Column) -> int:
        number = re.fullmatch(r"column_(\d+)", column.name)
        return int(number.group(1)) if number else order.get(column.plain.lstrip("#"), 9)

    return sorted(table.columns, key=place)


def _named(column: Column, name: str) -> Column:
    return Column(name, column.cells, column.codes)


def _regions(table: Table, judging: Judging) -> Objections:
    """Object to anything in a list of regions that is neither a name, a score nor a strand."""
    columns = _as_written(table)
    further = columns[6:]
    if further and not (
        (len(columns) in _BED and _are_drawn(further))
        or (len(columns) in _PEAKS and _are_peaks(further))
    ):
        yield f"It has {len(columns)} columns, more than regions need."
    for column in columns[3:6]:
        strand = set(column.cells) <= {"+", "-", "."}
        score = column.is_integer and column.n_distinct <= 1001
        name = (
            column.numbers is None
            and max(map(len, column.cells)) <= _LONGEST_NAME
            and not has_codes(column)
        )
        if not (strand or score or name):
            yield f"The column “{column.name}” is no name, score or strand."


def _are_drawn(columns: list[Column]) -> bool:
    """Whether columns say where a region is drawn thick, in which colour, and in which blocks."""
    thick, rest = columns[:2], columns[2:]
    colour, blocks = rest[:1], rest[1:]
    return (
        all(c.is_integer for c in thick)
        and all(_COLOUR.fullmatch(cell) for c in colour for cell in c.cells)
        and all(_BLOCKS.fullmatch(cell) for c in blocks for cell in c.cells)
    )


def _are_peaks(columns: list[Column]) -> bool:
    """Whether columns are the signal, two logarithms of p-values and the summit of a peak."""
    measured, summit = columns[:3], columns[3:]
    logs = [c.numbers for c in measured]
    return all(n is not None and bool((n >= -1).all()) for n in logs) and all(
        c.is_integer and bool((values(c) >= -1).all()) for c in summit
    )


def _fits_features(table: Table, judging: Judging) -> bool:
    names = [c.name for c in table.columns]
    return names[:5] == ["chrom", "source", "feature", "start", "end"] and "strand" in names


def _features(table: Table, judging: Judging) -> Objections:
    """Object to features that annotation does not have, and to attributes that are measured."""
    by_name = {c.name: c for c in table.columns}
    if not all(map(_FEATURE.fullmatch, by_name["feature"].cells)):
        yield "It has features that are none of genes."
    if set(by_name["score"].cells) - {"", "."} and judging.side_car.kind not in _DECLARED:
        yield "Its features have scores."
    for column in table.columns[8:]:
        if not _ATTRIBUTE.fullmatch(column.name):
            yield f"The attribute “{column.name}” is none that genes have."
    if not any(_names_genes(c) for c in table.columns[8:]):
        yield "No attribute names genes of a public series."


def _names_genes(column: Column) -> bool:
    filled = [re.sub(r"^(gene|transcript):|\.\d+$", "", cell) for cell in column.cells if cell]
    return bool(filled) and (all(map(is_public, filled)) or are_genes(sorted(set(filled))))


def _fits_recombination(table: Table, judging: Judging) -> bool:
    return _mapped(table) is not None


def _mapped(table: Table) -> tuple[Column, Column] | None:
    """Return positions and the map of a chromosome, or none: both rise along it."""
    position = [c for c in table.columns if role_of(c) is Role.POSITION and c.is_integer]
    along = [c for c in table.columns if _MAP.fullmatch(c.name.strip()) and c.numbers is not None]
    rest = [c for c in table.columns if c not in position and c not in along]
    told = all(
        role_of(c) is Role.CHROMOSOME or (c.numbers is not None and _RATE.match(c.name))
        for c in rest
    )
    return (position[0], along[0]) if len(position) == len(along) == 1 and told else None


_MAP = re.compile(
    r"(genetic_?)?map(_?pos(ition)?)?[ _]?(\(cM\)|cM)?|cM|genetic_?(position|distance)(_?cM)?",
    re.IGNORECASE,
)
_RATE = re.compile(r"(combined_?)?(recomb\w*_?)?rate", re.IGNORECASE)


def _recombination(table: Table, judging: Judging) -> Objections:
    """Object to a map that does not rise along its chromosomes as those of people do."""
    found = _mapped(table)
    assert found is not None  # noqa: S101  # it fits
    position, along = map(values, found)
    chromosome = next((c for c in table.columns if role_of(c) is Role.CHROMOSOME), None)
    code = np.zeros(table.n_rows) if chromosome is None else chromosome.codes
    within = np.diff(code) == 0
    if not (np.isfinite(position).all() and np.isfinite(along).all()):
        yield "It has gaps."
        return
    rises = (np.diff(position)[within] > 0).all() and (np.diff(along)[within] >= 0).all()
    span = float(np.diff(position)[within].sum())
    # TRUST: the number of a row and values of people in order rise as well, but not so.
    rate = 1e6 * float(np.diff(along)[within].sum()) / max(span, 1)
    if not rises or span < _LEAST_SPAN or not _FEWEST_CM <= rate <= _MOST_CM:
        yield "It does not rise along chromosomes as a map of recombination does."


def _fits_chains(table: Table, judging: Judging) -> bool:
    return is_chain(table)


def _chains(table: Table, judging: Judging) -> Objections:
    """Object to nothing: a chain was read as one, and is of assemblies alone."""
    yield from ()


SHAPES = (
    Shape("alignment of assemblies", _fits_chains, _chains),
    Shape("regions", _fits_regions, _regions),
    Shape("annotation of genes", _fits_features, _features),
    Shape("map of recombination", _fits_recombination, _recombination),
)

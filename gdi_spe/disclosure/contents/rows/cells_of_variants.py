"""Cells that hold several numbers of a variant: an allele with its frequency, three genotypes."""

from __future__ import annotations

import re

import pyarrow as pa

from gdi_spe.disclosure.contents.table import Column, column_of

_DIGITS = 15
_SHARED = re.compile(r"([ACGT*]{1,50})[:=]([01](?:\.\d+)?(?:e-\d+)?)")
_GENOTYPES = re.compile(r"(\d{1,9})/(\d{1,9})/(\d{1,9})")
# What Hardy and Weinberg expect, which is nobody's.
_EXPECTED = re.compile(r"(\d{1,9}\.\d{1,6})/(\d{1,9}\.\d{1,6})/(\d{1,9}\.\d{1,6})")
_EXPECTED_NAMES = ("expected_hom_a", "expected_het", "expected_hom_b")
_LOOKED_AT = 20


def of_variants(column: Column) -> list[Column]:
    """Return the parts of cells such as "A:0.32" (VCFtools) and "12/340/6000" (PLINK), if they are.

    The three numbers are of people who are homozygous, heterozygous and homozygous otherwise.
    """
    for pattern, names in (
        (_SHARED, ("allele", "af")),
        (_GENOTYPES, ("hom_a", "het", "hom_b")),
        (_EXPECTED, _EXPECTED_NAMES),
    ):
        if not all(map(pattern.fullmatch, column.cells[:_LOOKED_AT])):
            continue
        found = [pattern.fullmatch(text) for text in column.texts()]
        if all(found):
            cells = zip(*(each.groups() for each in found if each), strict=True)
            return [
                column_of(name, pa.array(list(part)), _DIGITS)
                for name, part in zip(names, cells, strict=True)
            ]
    return []

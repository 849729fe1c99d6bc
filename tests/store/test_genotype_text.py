"""Calls are written as they were, with their phase where it was kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.store.calls import EXCEPTION, MISSING, Call, Calls, bits_of, encode
from gdi_spe.store.writing import bgzf
from gdi_spe.store.writing.genotype_text import Phase, genotype_lines, squeezed

# A call as it is written: alleles (None is missing), and whether by | or /.
Written = tuple[tuple[int | None, ...], bool]
ALLELE = st.sampled_from([0, 0, 1, None])
CALL = st.tuples(
    st.one_of(
        st.tuples(ALLELE, ALLELE),
        st.tuples(ALLELE),
        st.lists(ALLELE, min_size=3, max_size=9).map(tuple),
    ),
    st.booleans(),
)
ROWS = st.integers(1, 70).flatmap(
    lambda n: st.lists(st.lists(CALL, min_size=n, max_size=n), min_size=1, max_size=5)
)


def text_of(call: Written) -> str:
    alleles, phased = call
    mark = "|" if phased and len(alleles) > 1 else "/"
    return mark.join("." if a is None else str(a) for a in alleles)


def packed(row: list[Written]) -> bytes:
    codes, haploid, odd = [], [], []
    for sample, (alleles, _) in enumerate(row):
        n_missing, n_alternate = alleles.count(None), alleles.count(1)
        is_odd = len(alleles) > 2 or (len(alleles) == 2 and n_missing == 1)
        codes.append(MISSING if is_odd or n_missing else n_alternate)
        haploid.append(len(alleles) == 1)
        if is_odd:
            odd.append((sample, len(alleles), n_alternate, n_missing, 0))
    return encode(Call(np.array(codes, np.uint8), np.array(haploid), np.array(odd, EXCEPTION)))


def phase_of(row: list[Written]) -> bytes:
    phased = np.array([phased for _, phased in row])
    first = np.array([alleles[0] == 1 for alleles, _ in row])
    return bits_of(phased).tobytes() + bits_of(first).tobytes()


def written(calls: Calls, phase: Phase | None = None) -> list[list[str]]:
    lines = [bytes(line).decode() for line in genotype_lines(calls, phase)]
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    return [line.rstrip("\n").split("\t") for line in lines]


def unphased(text: str) -> list[str]:
    return sorted(text.replace("|", "/").split("/"))


@given(ROWS)
def test_without_phase_the_alleles_are_those_written(rows: list[list[Written]]) -> None:
    calls = Calls.of([packed(row) for row in rows], len(rows[0]))

    told = written(calls)

    assert [[unphased(text) for text in row] for row in told] == [
        [unphased(text_of(call)) for call in row] for row in rows
    ]
    assert not any("|" in text for row in told for text in row)


@given(ROWS)
def test_with_phase_kept_calls_of_two_alleles_are_as_written(rows: list[list[Written]]) -> None:
    n_samples = len(rows[0])
    calls = Calls.of([packed(row) for row in rows], n_samples)
    phase = Phase([phase_of(row) for row in rows], n_samples)

    told = written(calls, phase)

    for row, texts in zip(rows, told, strict=True):
        for call, text in zip(row, texts, strict=True):
            assert unphased(text) == unphased(text_of(call))
            # Of half-missing calls and three alleles or more the store keeps mark and first.
            if call[0] not in ((0, None), (None, 0)) and len(call[0]) < 3:
                assert text == text_of(call)
            assert ("|" in text) == (call[1] and len(call[0]) > 1)


@given(st.binary(max_size=200_000), st.booleans())
def test_both_packers_write_blocks_that_any_gzip_reads(data: bytes, native: bool) -> None:
    import gzip

    given = data * (5 if native else 1)
    blocks = bgzf.pack(given) if native else bgzf.pack_by_zlib(given)

    assert gzip.decompress(blocks + bgzf.END_OF_FILE) == given


@given(st.lists(st.sampled_from(["0/1\t", "1\t", ".\t", "1|0\t"]), min_size=1, max_size=99))
def test_cells_are_put_together_by_kernel_and_twin_alike(cells: list[str]) -> None:
    raw = b"".join(cell.encode().ljust(4, b"\0") for cell in cells)
    padded = np.frombuffer(raw, np.uint8).reshape(-1, 4)

    assert squeezed(padded).tobytes() == padded[padded != 0].tobytes() == "".join(cells).encode()

"""A change that two records write in two ways is found, wherever the rows are cut."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.changes import Changes, Key, trimmed
from tests.store.conftest import MakeFolder, WriteVcf

BASES = st.text("ACG", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ((123, "TAT", "TGT"), (124, "A", "G")),
        ((5, "AT", "CT"), (5, "A", "C")),
        ((5, "A", "AT"), (5, "A", "AT")),
        ((5, "CAA", "CA"), (5, "CA", "C")),
        ((5, "GAC", "GTC"), (6, "A", "T")),
        ((5, "AC", "GT"), (5, "AC", "GT")),
    ],
)
def test_what_both_alleles_share_is_cut_off(written: Key, short: Key) -> None:
    assert trimmed(*written) == short


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 6), BASES, BASES | st.just("<DEL>")), max_size=8, unique=True
    ),
    st.lists(st.integers(0, 8), max_size=3),
)
def test_rows_in_any_pieces_give_the_same_answer_as_all_pairs(
    rows: list[Key], cuts: list[int]
) -> None:
    rows = sorted(row for row in rows if row[1] != row[2])
    forms = [trimmed(*row) if row[2].isalpha() else row for row in rows]
    table = pa.table(
        {
            "position": pa.array([row[0] for row in rows], pa.int32()),
            "reference": pa.array([row[1] for row in rows], pa.string()),
            "alternate": pa.array([row[2] for row in rows], pa.string()),
        }
    )

    changes = Changes()
    edges = sorted({0, len(rows), *(min(cut, len(rows)) for cut in cuts)})
    found = None
    for start, end in pairwise(edges):
        found = found or changes.first_twice(table.slice(start, end - start))

    assert (found is not None) == (len(set(forms)) < len(forms))
    if found is not None:
        assert trimmed(*found[0]) == trimmed(*found[1])
        assert found[0] != found[1]


def test_both_records_are_named(write_vcf: WriteVcf, make_folder: MakeFolder) -> None:
    lines = ["1 123 . TAT TGT . . . GT 0/1 0/0", "1 124 . A G . . . GT 0/1 0/0"]

    with pytest.raises(BadInput, match=r"in.vcf, line 4: .*in.vcf, line 3.*in another way"):
        make_folder([write_vcf(lines)])


def test_two_files_that_write_a_change_in_two_ways_are_refused(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    first = write_vcf(["1 124 . A G . . . GT 0/1 0/0"])
    second = write_vcf(["1 123 . TAT TGT . . . GT 0/1 0/0"], name="second.vcf")

    with pytest.raises(BadInput, match=r"second.vcf, line 3"):
        make_folder([first, second])

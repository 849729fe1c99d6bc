"""Kinds of variants: what the alternate allele does to the reference."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.analysis.variants.choice import keys_of
from gdi_spe.store.folder import Folder

KINDS = ("other", "transition", "transversion", "insertion", "deletion", "star")
OTHER, TRANSITION, TRANSVERSION, INSERTION, DELETION, STAR = range(6)
_BASES = frozenset("ACGT")
_PURINES = frozenset("AG")
_HELD: WeakKeyDictionary[Folder, dict[str, NDArray[np.uint8]]] = WeakKeyDictionary()


def kinds_of(folder: Folder, chromosome: str) -> NDArray[np.uint8]:
    """Return the kind of every variant of a chromosome, as its place in ``KINDS``."""
    held = _HELD.setdefault(folder, {})
    if chromosome not in held:
        keys = keys_of(folder, chromosome)
        held[chromosome] = _kinds(keys["reference"], keys["alternate"])
    return held[chromosome]


def _kinds(reference: pa.ChunkedArray, alternate: pa.ChunkedArray) -> NDArray[np.uint8]:
    between = pa.scalar(">", pa.large_string())
    pairs = pc.binary_join_element_wise(reference, alternate, between).combine_chunks()
    coded = pairs.dictionary_encode()
    of_pair = [kind_of(*pair.split(">", 1)) for pair in coded.dictionary.to_pylist()]
    found: NDArray[np.uint8] = np.array(of_pair, np.uint8)[coded.indices.to_numpy()]
    return found


def kind_of(reference: str, alternate: str) -> int:
    """Say what an alternate allele is, as Hail does.

    Returns
    -------
    A place in ``KINDS``. Alleles of one length that differ in one base are a change of that base;
    an insertion or deletion leaves all other bases as they are.
    """
    if alternate == "*":
        return STAR
    if len(reference) == len(alternate):
        changed = [pair for pair in zip(reference, alternate, strict=True) if pair[0] != pair[1]]
        if len(changed) != 1 or not set(changed[0]) <= _BASES:
            return OTHER
        return TRANSITION if len(_PURINES & set(changed[0])) != 1 else TRANSVERSION
    short, long = sorted((reference, alternate), key=len)
    if not set(long) <= _BASES or short[0] != long[0] or not long.endswith(short[1:]):
        return OTHER
    return INSERTION if len(alternate) > len(reference) else DELETION

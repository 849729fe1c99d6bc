"""What is true of a made-up file, and whether a program's answer is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.coalescent import Ints
from benchmarks.making.records import Block

# Columns of `Truth.counts` and `Truth.numbers`; the populations follow.
EVERYBODY, CHOSEN, FIRST_POPULATION = 0, 1, 2


class WrongAnswer(Exception):
    """A program counted otherwise than the generator; its time is not printed."""


@dataclass(frozen=True)
class Counted:
    """One line an alternate allele: where it is, and how often it was counted among how many."""

    chromosome: NDArray[np.str_]
    position: Ints
    reference: NDArray[np.str_]
    alternate: NDArray[np.str_]
    count: Ints
    number: Ints

    @property
    def digest(self) -> str:
        """Return a hash that is the same for the same answers, in whatever order they came."""
        order = np.lexsort((self.alternate, self.reference, self.position, self.chromosome))
        total = hashlib.sha256()
        for column in (self.chromosome, self.reference, self.alternate):
            total.update("\n".join(column[order].tolist()).encode())
        for numbers in (self.position, self.count, self.number):
            total.update(np.ascontiguousarray(numbers[order], np.int64).tobytes())
        return total.hexdigest()


class Truth:
    """The counts of every allele in every group, gathered while a file is made."""

    def __init__(self, keys: Counted, counts: Ints, numbers: Ints) -> None:
        self._keys, self._counts, self._numbers = keys, counts, numbers

    def of(self, group: int, *, carried_in: int | None = None) -> Counted:
        """Return the right answer for a group; ``carried_in`` leaves out what nobody there has."""
        keys, count, number = self._keys, self._counts[:, group], self._numbers[:, group]
        keep = np.ones(len(count), bool) if carried_in is None else self._counts[:, carried_in] > 0
        return Counted(
            keys.chromosome[keep],
            keys.position[keep],
            keys.reference[keep],
            keys.alternate[keep],
            count[keep],
            number[keep],
        )

    def save(self, path: Path) -> None:
        keys = self._keys
        np.savez_compressed(
            path,
            chromosome=keys.chromosome,
            position=keys.position,
            reference=keys.reference,
            alternate=keys.alternate,
            counts=self._counts,
            numbers=self._numbers,
        )

    @classmethod
    def load(cls, path: Path) -> Truth:
        with np.load(path) as kept:
            counts, numbers = kept["counts"], kept["numbers"]
            keys = Counted(
                kept["chromosome"],
                kept["position"],
                kept["reference"],
                kept["alternate"],
                counts[:, 0],
                numbers[:, 0],
            )
        return cls(keys, counts, numbers)


class Tally:
    """Counts blocks as they are written."""

    def __init__(self, groups: NDArray[np.float32]) -> None:
        self._groups = groups
        self._rows: list[tuple[str, int, str, str]] = []
        self._counts: list[NDArray[np.float32]] = []
        self._numbers: list[NDArray[np.float32]] = []

    def add(self, block: Block) -> tuple[list[list[int]], Ints]:
        """Count a block; return each record's allele counts and its allele number."""
        counts = [self._sum(block.alleles == allele) for allele in (1, 2)]
        numbers = self._sum(block.alleles < 3)
        told = []
        for i, (reference, alternates) in enumerate(
            zip(block.reference, block.alternates, strict=True)
        ):
            position = int(block.position[i])
            for allele, alternate in enumerate(alternates):
                self._rows.append((block.chromosome, position, reference, alternate))
                self._counts.append(counts[allele][i])
                self._numbers.append(numbers[i])
            told.append([int(counts[allele][i, EVERYBODY]) for allele in range(len(alternates))])
        return told, numbers[:, EVERYBODY].astype(np.int64)

    def _sum(self, found: NDArray[np.bool_]) -> NDArray[np.float32]:
        pairs = found.view(np.uint8)
        return (pairs[:, 0::2] + pairs[:, 1::2]).astype(np.float32) @ self._groups

    def truth(self) -> Truth:
        counts = np.stack(self._counts).astype(np.int64)
        numbers = np.stack(self._numbers).astype(np.int64)
        return Truth(counted(self._rows, counts[:, 0], numbers[:, 0]), counts, numbers)


def counted(rows: Iterable[tuple[str, int, str, str]], count: Ints, number: Ints) -> Counted:
    """Gather what a program printed."""
    chromosome, position, reference, alternate = zip(*rows, strict=True)
    return Counted(
        np.array(chromosome),
        np.array(position, np.int64),
        np.array(reference),
        np.array(alternate),
        np.asarray(count, np.int64),
        np.asarray(number, np.int64),
    )


def require(answer: Counted, right: Counted) -> None:
    """Refuse an answer that is not the truth.

    Raises
    ------
    WrongAnswer
        Saying how far off it is.
    """
    if answer.digest != right.digest:
        raise WrongAnswer(
            f"{len(answer.count):,} alleles, {int(answer.count.sum()):,} copies among "
            f"{int(answer.number.sum()):,}; true are {len(right.count):,}, "
            f"{int(right.count.sum()):,} among {int(right.number.sum()):,}"
        )

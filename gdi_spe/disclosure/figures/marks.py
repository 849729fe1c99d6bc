"""What pixels are like: plain, noisy, or values from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A figure is mostly plain: neighbouring pixels are alike.
_FEW_COLOURS, _FEW_CHANGE = 8, 0.25
_MOST_CHANGE = 0.6
_BANDS, _LEAST_IN_BAND = 40, 1000
_MAIN_SHARE = 0.1
# A matrix drawn with several pixels a cell has at least so many cells a side.
_LEAST_CELLS = 20
_KEPT_IF_NOISY, _MUCH_PLAIN = np.uint8(0b11110000), 0.12


@dataclass(frozen=True)
class Seen:
    """What pixels are like, whatever they show."""

    n_colours: int
    # Of the pixels in flat areas, how many differ in bits that nobody sees.
    noise_share: float
    # Of neighbouring pixels, how many differ at all; and how many colours cover the most of it.
    change_share: float = 0.0
    n_main_colours: int = 0
    # Whether compression may be what made neighbours differ.
    may_be_noise: bool = False

    @property
    def is_matrix(self) -> bool:
        """Whether pixels change as values do, and not as lines and areas."""
        few = self.n_main_colours <= _FEW_COLOURS and self.change_share > _FEW_CHANGE
        return few or self.change_share > _MOST_CHANGE


def look(pixels: NDArray[np.uint8], is_noisy: bool = False) -> Seen:
    """Tell what the pixels of a picture are like; compression makes neighbours differ a little."""
    if is_noisy:
        # The low bits of a JPEG are what its compression made of them.
        plain, _ = _changes(pixels & _KEPT_IF_NOISY)
        return Seen(_coarse(pixels), 0.0, *_changes(pixels), may_be_noise=plain <= _MUCH_PLAIN)
    return Seen(_coarse(pixels), _hidden_noise(pixels), *_changes(pixels))


def _coarse(pixels: NDArray[np.uint8]) -> int:
    """Count colours of four bits a channel."""
    coarse = (pixels.astype(np.int32) >> 4) @ np.array([256, 16, 1], dtype=np.int32)
    return int((np.bincount(coarse.ravel(), minlength=4096) > 0).sum())


def _hidden_noise(pixels: NDArray[np.uint8]) -> float:
    """Return how often, where a picture is of one colour to the eye, its low bits differ."""
    # A bar of colours changes along one side only, and by steps that are no payload.
    if (pixels == pixels[:1]).all() or (pixels == pixels[:, :1]).all():
        return 0.0
    seen = pixels >> 2
    inside = seen[1:-1, 1:-1]
    flat = np.ones(inside.shape[:2], dtype=bool)
    for other in (seen[:-2, 1:-1], seen[2:, 1:-1], seen[1:-1, :-2], seen[1:-1, 2:]):
        flat &= (inside == other).all(axis=-1)
    # Marks that lie dense have shades of their own, which are written anew; large areas have none.
    flat &= _is_of_main_colour(inside)
    if flat.sum() < 100:
        return 0.0
    # Within an area that looks plain, every pixel should be the very same.
    low = pixels & 3
    here = low[1:-1, 1:-1]
    differs = [(here != other) for other in (low[:-2, 1:-1], low[1:-1, :-2])]
    noisy = differs[0] | differs[1]
    shares = noisy[flat].mean(axis=0)
    return max(float(shares.max()), _noise_in_bands(noisy.any(axis=-1), flat))


def _is_of_main_colour(seen: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which pixels have the commonest colour, or one that a tenth of all pixels have."""
    packed = seen.astype(np.int32) @ np.array([4096, 64, 1], dtype=np.int32)
    counts = np.bincount(packed.ravel(), minlength=1 << 18)
    is_main = counts >= _MAIN_SHARE * packed.size
    is_main[counts.argmax()] = True
    return np.asarray(is_main[packed], dtype=bool)


def _noise_in_bands(noisy: NDArray[np.bool_], flat: NDArray[np.bool_]) -> float:
    """Return the share of the noisiest band where a quarter or more is noise.

    A short payload fills the first rows only. Less in a band is what shades of colour have.
    """
    bands = zip(np.array_split(noisy, _BANDS), np.array_split(flat, _BANDS), strict=True)
    shares = [float(n[f].mean()) for n, f in bands if f.sum() >= _LEAST_IN_BAND]
    return max((share for share in shares if share >= 0.25), default=0.0)


def _changes(pixels: NDArray[np.uint8]) -> tuple[float, int]:
    """Return how often neighbours differ, and how many colours cover nine tenths of a picture."""
    packed = _one_a_cell(pixels.astype(np.int32) @ np.array([65536, 256, 1], dtype=np.int32))
    across = (packed[:, 1:] != packed[:, :-1]).mean() if packed.shape[1] > 1 else 0.0
    down = (packed[1:] != packed[:-1]).mean() if packed.shape[0] > 1 else 0.0
    # Of eight bits six are told apart here, so that colours can be counted without sorting.
    kept = ((packed >> 6) & 0x3F000) | ((packed >> 4) & 0xFC0) | ((packed >> 2) & 0x3F)
    counts = np.sort(np.bincount(kept.ravel(), minlength=1 << 18))[::-1]
    main = int(np.searchsorted(np.cumsum(counts), 0.9 * packed.size)) + 1
    return float(min(across, down)), main


def _one_a_cell(packed: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return one pixel a cell, where colours change at multiples of a step only."""
    down, across = (
        int(np.gcd.reduce(np.flatnonzero(changes) + 1, initial=0))
        for changes in (
            (packed[1:] != packed[:-1]).any(axis=1),
            (packed[:, 1:] != packed[:, :-1]).any(axis=0),
        )
    )
    cells = packed[:: max(down, 1), :: max(across, 1)]
    return cells if min(cells.shape) >= _LEAST_CELLS else packed

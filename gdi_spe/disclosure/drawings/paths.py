"""Paths as SVG writes them: lines of corners, with curves taken apart into short lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb

import numpy as np

from gdi_spe.disclosure.drawings.sheet import Places

Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1, 0, 0, 1, 0, 0)
_TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 0}
_MOST_CORNERS = 100_000
_STEPS = (0.2, 0.4, 0.6, 0.8, 1.0)
# What each corner weighs at places on a curve of three or four (Bernstein's polynomials).
_WEIGHTS = {
    n + 1: [tuple(comb(n, k) * t**k * (1 - t) ** (n - k) for k in range(n + 1)) for t in _STEPS]
    for n in (2, 3)
}
_TRANSFORM = re.compile(r"(\w+)\s*\(([^)]*)\)")


@dataclass
class Line:
    """Pen down to pen up."""

    corners: list[tuple[float, float]] = field(default_factory=list)
    is_closed: bool = False
    is_bent: bool = False

    def places(self, at: Matrix) -> Places:
        """Return its corners on the page."""
        return moved(np.array(self.corners, dtype=np.float64), at)


def times(a: Matrix, b: Matrix) -> Matrix:
    """Put one matrix after another: first a, then b."""
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def moved(places: Places, at: Matrix) -> Places:
    """Return places by a matrix."""
    turn = np.array([[at[0], at[1]], [at[2], at[3]]])
    return np.asarray(places.reshape(-1, 2) @ turn + np.array(at[4:]))


def transform_of(told: str) -> Matrix:
    """Return the matrix that an attribute tells."""
    at = SAME
    for name, inner in _TRANSFORM.findall(told):
        n = [float(x) for x in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", inner)]
        at = times(_one(name, n), at)
    return at


def _one(name: str, n: list[float]) -> Matrix:
    if name == "matrix" and len(n) == 6:
        return n[0], n[1], n[2], n[3], n[4], n[5]
    if name == "translate" and n:
        return 1, 0, 0, 1, n[0], n[1] if len(n) > 1 else 0
    if name == "scale" and n:
        return n[0], 0, 0, n[-1] if len(n) > 1 else n[0], 0, 0
    if name == "rotate" and n:
        cos, sin = float(np.cos(np.radians(n[0]))), float(np.sin(np.radians(n[0])))
        turned: Matrix = (cos, sin, -sin, cos, 0, 0)
        if len(n) == 3:
            away: Matrix = (1, 0, 0, 1, -n[1], -n[2])
            return times(times(away, turned), (1, 0, 0, 1, n[1], n[2]))
        return turned
    return SAME


def lines_of(drawn: str) -> list[Line]:
    """Return the lines of a path."""
    pen = _Pen()
    for name, numbers in _steps(drawn):
        pen.step(name, numbers)
        if pen.n_corners > _MOST_CORNERS:
            break
    return [line for line in pen.lines if len(line.corners) > 1 or line.is_closed]


def _steps(drawn: str) -> Iterator[tuple[str, list[float]]]:
    """Yield each step of the pen with its numbers; a letter holds for all that follow it."""
    name, numbers = "", list[float]()
    for letter, number in _TOKEN.findall(drawn):
        if letter:
            name, numbers = letter, []
            if letter in "zZ":
                yield letter, []
            continue
        numbers.append(float(number))
        if name and len(numbers) == _TAKES[name.lower()]:
            yield name, numbers
            numbers = []
            name = {"m": "l", "M": "L"}.get(name, name)


@dataclass
class _Pen:
    lines: list[Line] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    # The last handle of a curve, which the next may mirror.
    handle: tuple[float, float] | None = None
    n_corners: int = 0

    def step(self, name: str, n: list[float]) -> None:
        kind, (dx, dy) = name.lower(), (self.x, self.y) if name.islower() else (0.0, 0.0)
        if kind == "z":
            self._close()
            return
        if kind == "m":
            self.lines.append(Line())
            self._to(n[0] + dx, n[1] + dy)
            return
        if not self.lines or self.lines[-1].is_closed:
            self.lines.append(Line([(self.x, self.y)]))
        if kind in "csqt":
            self._curve(kind, [v + (dy if i % 2 else dx) for i, v in enumerate(n)])
            return
        if kind == "a":
            self._arc(n, dx, dy)
            return
        x, y = {"l": (n[0] + dx, n[-1] + dy), "h": (n[0] + dx, self.y),
                "v": (self.x, n[0] + dy)}[kind]  # fmt: skip
        self._to(x, y)

    def _to(self, x: float, y: float) -> None:
        self.x, self.y, self.handle = x, y, None
        self.n_corners += 1
        self.lines[-1].corners.append((x, y))

    def _close(self) -> None:
        if self.lines and self.lines[-1].corners:
            self.lines[-1].is_closed = True
            self.x, self.y = self.lines[-1].corners[0]

    def _curve(self, kind: str, n: list[float]) -> None:
        start = (self.x, self.y)
        mirrored = start if self.handle is None else (
            2 * self.x - self.handle[0], 2 * self.y - self.handle[1]
        )  # fmt: skip
        if kind == "c":
            handles = [(n[0], n[1]), (n[2], n[3])]
        elif kind == "s":
            handles = [mirrored, (n[0], n[1])]
        else:
            handles = [(n[0], n[1]) if kind == "q" else mirrored]
        end = (n[-2], n[-1])
        self.lines[-1].is_bent = True
        for x, y in bent(start, handles, end):
            self._to(x, y)
        self.handle = handles[-1]

    def _arc(self, n: list[float], dx: float, dy: float) -> None:
        """Go along an arc: by its two halves about its middle, which is near enough for a box."""
        end = (n[5] + dx, n[6] + dy)
        self.lines[-1].is_bent = True
        rx, ry = abs(n[0]), abs(n[1])
        for x, y in _on_arc((self.x, self.y), end, rx, ry, bool(n[3]), bool(n[4])):
            self._to(x, y)


def bent(
    start: tuple[float, float], handles: list[tuple[float, float]], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Return places on a curve of one or two handles."""
    corners = (start, *handles, end)
    return [
        (
            sum(w * x for w, (x, _) in zip(each, corners, strict=True)),
            sum(w * y for w, (_, y) in zip(each, corners, strict=True)),
        )
        for each in _WEIGHTS[len(corners)]
    ]


def _on_arc(
    start: tuple[float, float], end: tuple[float, float], rx: float, ry: float,
    is_large: bool, is_sweep: bool,
) -> list[tuple[float, float]]:  # fmt: skip
    """Return places on an arc (SVG 1.1, appendix F.6.5, without its turn)."""
    if rx == 0 or ry == 0 or start == end:
        return [end]
    half = np.array([(start[0] - end[0]) / 2, (start[1] - end[1]) / 2])
    grow = float(np.hypot(half[0] / rx, half[1] / ry))
    rx, ry = (rx * grow, ry * grow) if grow > 1 else (rx, ry)
    u, v = half[0] / rx, half[1] / ry
    off = np.sqrt(max(0.0, 1 / (u * u + v * v) - 1)) * (-1 if is_large == is_sweep else 1)
    cx, cy = off * v, -off * u
    first, last = np.arctan2(v - cy, u - cx), np.arctan2(-v - cy, -u - cx)
    if is_sweep and last < first:
        last += 2 * np.pi
    if not is_sweep and last > first:
        last -= 2 * np.pi
    angles = np.linspace(first, last, 13)[1:]
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return [(float(mx + rx * (cx + np.cos(a))), float(my + ry * (cy + np.sin(a)))) for a in angles]

"""Fit the network that reads letters: python -m benchmarks.letters.fit FONTS TEXTS STEPS OUT.

FONTS is a folder of fonts (DejaVu, Liberation, Open Sans, Roboto, Nimbus and FreeSans were used),
TEXTS one of Markdown files whose words are drawn. It needs jax, which nothing else does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.letters.lines import BLANK, FIRST, N_CLASSES, Lines

_SHAPES = (
    (3, 3, 1, 24), (3, 3, 24, 40), (3, 3, 40, 56), (7, 3, 56, 128), (1, 5, 128, 128),
    (1, 1, 128, N_CLASSES),
)  # fmt: skip
_BATCH, _RATE = 48, 1.6e-3


def scores(weights: list[Any], x: Any) -> Any:
    """Return how likely each character is at each second column, before they are made to sum."""
    x = x[..., None] - 0.3
    for place, (kernel, bias) in enumerate(weights):
        pad = ((0, 0), (1, 1)) if place == 3 else "SAME"
        names = ("NHWC", "HWIO", "NHWC")
        x = jax.lax.conv_general_dilated(x, kernel, (1, 1), pad, dimension_numbers=names) + bias
        if place < len(weights) - 1:
            x = jax.nn.relu(x)
        if place < 2:
            size = (1, 2, 2 if place == 0 else 1, 1)
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, size, size, "VALID")
    return x[:, 0]


def loss(weights: list[Any], x: Any, y: Any) -> tuple[Any, Any]:
    """Return the mean cross entropy, and the share of letters that are right."""
    told = scores(weights, x)
    each = -jnp.take_along_axis(jax.nn.log_softmax(told), y[..., None], -1)[..., 0]
    is_letter = y >= FIRST
    right = ((told.argmax(-1) == y) & is_letter).sum() / is_letter.sum()
    return (each * jnp.where(y == BLANK, 0.5, 1.0)).mean(), right


@jax.jit
def step(weights: Any, mean: Any, square: Any, t: Any, x: Any, y: Any, rate: Any) -> Any:
    """Move the weights by one step of Adam."""
    (cost, right), slope = jax.value_and_grad(loss, has_aux=True)(weights, x, y)
    mean = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, mean, slope)
    square = jax.tree.map(lambda a, b: 0.99 * a + 0.01 * b * b, square, slope)
    moved = jax.tree.map(
        lambda w, m, s: w - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.99**t)) + 1e-8),
        weights, mean, square,
    )  # fmt: skip
    return moved, mean, square, cost, right


def fit(fonts: Path, texts: Path, n_steps: int, out: Path) -> None:
    """Fit and write the weights."""
    lines, rng = Lines(fonts, texts, seed=11), np.random.default_rng(0)
    weights: Any = [
        (jnp.asarray(rng.normal(0, np.sqrt(2 / np.prod(s[:3])), s), jnp.float32), jnp.zeros(s[3]))
        for s in _SHAPES
    ]
    mean = square = jax.tree.map(jnp.zeros_like, weights)
    for t in range(1, n_steps + 1):
        drawn = [lines.sample() for _ in range(_BATCH)]
        x, y = np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn])
        rate = _RATE * min(1.0, t / 100) * (0.03 + 0.97 * (1 + np.cos(np.pi * t / n_steps)) / 2)
        weights, mean, square, cost, right = step(weights, mean, square, t, x, y, rate)
        if t % 50 == 0:
            print(f"{t} loss {float(cost):.4f} letters {float(right):.3f}", flush=True)
    kept = {f"w{i}": np.asarray(w, np.float16) for i, (w, _) in enumerate(weights)}
    kept |= {f"b{i}": np.asarray(b, np.float16) for i, (_, b) in enumerate(weights)}
    np.savez_compressed(out, **kept)


if __name__ == "__main__":
    fit(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))

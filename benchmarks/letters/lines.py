"""Lines of letters as figures have them, with the character that each column shows."""

from __future__ import annotations

import io
import random
import re
import string
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gdi_spe.disclosure.figures.letters.letters import CHARACTERS, HEIGHT, PAD

BLANK, SPACE, JUNK, FIRST = 0, 1, 2, 3
N_CLASSES = len(CHARACTERS) + FIRST
WIDTH = 256
_INDEX = {" ": SPACE} | {c: i + FIRST for i, c in enumerate(CHARACTERS)}
_MIDDLE = 0.27
_JUNK_SHARE = 0.06

Pixels = NDArray[np.float32]
Labels = NDArray[np.int32]


class Lines:
    """Draws lines in the fonts of a folder, with the words of some texts."""

    def __init__(self, fonts: Path, texts: Path, seed: int) -> None:
        self.random, self.rng = random.Random(seed), np.random.default_rng(seed)
        self.fonts = sorted([*fonts.rglob("*.ttf"), *fonts.rglob("*.otf")])
        found: set[str] = set()
        for path in texts.rglob("*.md"):
            found |= set(re.findall(r"[A-Za-z]{2,16}", path.read_text()))
        self.words = sorted(found)

    def sample(self) -> tuple[Pixels, Labels]:
        """Draw one line, cut to one width, and what each second column shows."""
        if self.random.random() < _JUNK_SHARE:
            return self._junk()
        ink, places = self._drawn(self._text())
        rows = np.flatnonzero(ink.max(axis=1) > 0.22)
        if rows.size == 0:
            return self.sample()
        cut = self._worn(ink[rows[0] : rows[-1] + 1])
        scale = HEIGHT / cut.shape[0]
        wide = max(2, round(cut.shape[1] * scale))
        how = Image.Resampling.BILINEAR if scale > 0.5 else Image.Resampling.BOX
        line = np.asarray(Image.fromarray(cut).resize((wide, HEIGHT), how))
        shift = self.random.randrange(24) - max(0, wide - WIDTH + 24) * self.random.random()
        return self._placed(line, [(p * scale, w * scale, c) for p, w, c in places], round(shift))

    def _placed(
        self, line: Pixels, places: list[tuple[float, float, str]], shift: int
    ) -> tuple[Pixels, Labels]:
        sheet = np.zeros((HEIGHT + 2 * PAD, WIDTH), dtype=np.float32)
        start, at = max(0, -shift), max(0, shift)
        n = min(line.shape[1] - start, WIDTH - at)
        sheet[PAD : PAD + HEIGHT, at : at + n] = line[:, start : start + n]
        labels = np.zeros(WIDTH // 2, dtype=np.int32)
        for place, wide, character in places:
            half = max(1.1, _MIDDLE * wide)
            first = max(0, int(np.ceil((place + shift - half - 1) / 2)))
            last = min(WIDTH // 2 - 1, int((place + shift + half - 1) // 2))
            labels[first : last + 1] = _INDEX[character]
        noise = self.rng.normal(0, self.random.choice([0.01, 0.03]), sheet.shape)
        return np.clip(sheet + noise, 0, 1).astype(np.float32), labels

    def _drawn(self, text: str) -> tuple[Pixels, list[tuple[float, float, str]]]:
        """Draw letters one after the other, finer than they are shown."""
        finer = self.random.choice([1, 1, 4])
        size = self.random.uniform(*self.random.choice([(7.5, 12), (9, 16), (12, 30), (20, 44)]))
        font = ImageFont.truetype(str(self.random.choice(self.fonts)), size * finer)
        page = Image.new("L", (int(font.getlength(text) + 40 * finer), int(3 * size * finer)))
        pen, x, places = ImageDraw.Draw(page), 6.0 * finer, []
        for character in text:
            wide = font.getlength(character)
            pen.text((x, 4 * finer), character, fill=255, font=font)
            places.append(((x + wide / 2) / finer, wide / finer, character))
            x += wide
        small = page.resize((page.width // finer, page.height // finer), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float32) / 255, places

    def _worn(self, ink: Pixels) -> Pixels:
        """Wear a line as compression does, now and then."""
        if self.random.random() > 0.15:
            return ink
        sink = io.BytesIO()
        page = Image.fromarray((255 - 255 * ink).astype(np.uint8))
        page.save(sink, "JPEG", quality=self.random.randrange(40, 96))
        return np.asarray(1 - np.asarray(Image.open(sink), dtype=np.float32) / 255)

    def _junk(self) -> tuple[Pixels, Labels]:
        """Draw what is no letter."""
        page = Image.new("L", (WIDTH, HEIGHT + 2 * PAD))
        pen = ImageDraw.Draw(page)
        for _ in range(self.random.randrange(2, 30)):
            x, y, half = (self.random.randrange(n) for n in (WIDTH, HEIGHT, 8))
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
        ink = np.asarray(page, dtype=np.float32) / 255
        shown = (ink.max(axis=0) > 0.3).reshape(-1, 2).any(axis=1)
        return ink, np.where(shown, JUNK, BLANK).astype(np.int32)

    def _text(self) -> str:
        return " ".join(self._word() for _ in range(self.random.choice([1, 1, 1, 2, 3, 4, 5])))

    def _word(self) -> str:
        r = self.random
        number = r.choice(
            [f"{r.uniform(-9, 9):.2f}", f"{r.randrange(10**6):,}", f"{r.random():.0e}"]
        )
        letters = "".join(r.choice(string.ascii_uppercase) for _ in range(r.randrange(1, 5)))
        return r.choice([
            number, f"n={r.randrange(9999)}", f"{letters}-{r.randrange(10**5)}",
            r.choice(self.words), r.choice(self.words).capitalize(),
            "".join(r.choice(CHARACTERS) for _ in range(r.randrange(1, 8))),
        ])  # fmt: skip

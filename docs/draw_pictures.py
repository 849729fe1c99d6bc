"""Draw the pictures of ``reference/pictures.md``: ``python docs/draw_pictures.py [FOLDER]``.

Each is drawn by the code that stands beside it on the page, over the tables that are made here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
PAGE = HERE / "reference" / "pictures.md"
FOLDER = HERE / "pictures" / "plots"
DOTS_PER_INCH, COLOURS = 96, 256
_EXAMPLE = re.compile(
    r"```python\n(?P<code>[^`]+)```\n\n!\[[^\]]+\]\(\.\./pictures/plots/(?P<name>[a-z-]+\.png)\)"
)


def main() -> int:
    """Draw all of them into the folder, or into another one."""
    mpl.use("agg")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, code in examples().items():
        draw(code, folder / name)
    return 0


def examples() -> dict[str, str]:
    """Return the code of each picture of the page, by the picture's file."""
    found = _EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))
    return {each["name"]: each["code"] for each in found}


def draw(code: str, path: Path) -> None:
    """Run an example and write its axes, in few colours so that the file is small."""
    from matplotlib import pyplot as plt
    from PIL import Image

    import gdi_spe as spe

    names: dict[str, Any] = {"spe": spe, **tables()}
    exec(code, names)  # noqa: S102  # the page's own examples
    names["axes"].figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    plt.close("all")
    with Image.open(path) as image:
        few = image.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=0)
        few.save(path, optimize=True)


def tables() -> dict[str, Any]:
    """Return what the examples draw: nobody's numbers."""
    rng = np.random.default_rng(7)
    gwas = _gwas(rng)
    people, populations = _people(rng)
    return {
        "gwas": gwas,
        "women": _gwas(np.random.default_rng(8)),
        "genes": _genes(),
        "frequencies": _frequencies(rng),
        "components": people,
        "populations": populations,
        "curves": _curves(),
        "hazards": _hazards(),
        "burden": _burden(rng),
        "traits": _traits(rng),
    }


# A gene, its chromosome's rank, its middle, and how strong what is there is.
_PLANTED = (
    ("RYR1", 18, 38_500_000, 14), ("IL2RA", 9, 6_060_000, 11), ("FTO", 15, 53_770_000, 18),
    ("TLR7", 22, 12_880_000, 8),
)  # fmt: skip


def _gwas(rng: np.random.Generator) -> pd.DataFrame:
    from gdi_spe.store.chromosomes import CHROMOSOMES, LENGTHS

    n = 60_000
    lengths = np.array([LENGTHS["GRCh38"][name] for name in CHROMOSOMES[:23]], float)
    chromosome = rng.choice(23, n, p=lengths / lengths.sum())
    position = (rng.random(n) * lengths[chromosome]).astype(int) + 1
    # One region is looked at closely.
    chromosome[:1500], position[:1500] = 18, rng.integers(37_700_000, 39_300_000, 1500)
    up, linkage = rng.exponential(1 / np.log(10), n), np.zeros(n)
    gene = np.full(n, None, object)
    for name, rank, at, height in _PLANTED:
        near = np.flatnonzero((chromosome == rank) & (np.abs(position - at) < 1_000_000))
        apart = np.abs(position[near] - at)
        r2 = np.minimum(np.exp(-apart / 120_000) * rng.uniform(0.4, 1.05, len(near)), 1)
        up[near] += height * r2
        linkage[near], gene[near] = r2, name
    table = pd.DataFrame(
        {"chromosome": chromosome + 1, "base_pair_location": position, "p_value": 10**-up,
         "gene": gene, "rsid": [f"rs{i}" for i in range(n)], "r2": linkage}
    )  # fmt: skip
    return table.sort_values(["chromosome", "base_pair_location"], ignore_index=True)


def _genes() -> pd.DataFrame:
    """Return made-up genes around one that is not."""
    start = np.array([37.72, 37.9, 38.02, 38.2, 38.434, 38.588, 38.619, 38.8, 39.0, 39.08]) * 1e6
    long = np.array([90, 60, 150, 120, 161, 31, 18, 140, 60, 170]) * 1000
    names = ["G1", "G2", "G3", "G4", "RYR1", "G6", "G7", "G8", "G9", "G10"]
    return pd.DataFrame(
        {"gene": names, "chromosome": 19, "start": start, "end": start + long,
         "strand": ["+", "-", "-", "+", "+", "-", "+", "-", "+", "+"]}
    )  # fmt: skip


def _frequencies(rng: np.random.Generator) -> pd.DataFrame:
    groups = np.repeat(["EST", "FIN", "LVA"], 6000)
    copies = rng.binomial(1000, np.clip(rng.beta(0.12, 1.4, len(groups)), 0, 0.9))
    return pd.DataFrame({"group": groups, "allele_frequency": copies / 1000})


def _people(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, str]]:
    middle = {"EST": (0.0, 0.0), "FIN": (0.04, 0.02), "LVA": (-0.025, 0.03)}
    labels = rng.choice(list(middle), 6000, p=[0.5, 0.3, 0.2])
    places = np.array([middle[name] for name in labels]) + rng.normal(0, 0.008, (6000, 2))
    names = [f"person {i}" for i in range(6000)]
    table = pd.DataFrame(places, columns=["PC1", "PC2"], index=names)
    return table, dict(zip(names, labels, strict=True))


def _curves() -> pd.DataFrame:
    at = np.arange(0, 15)
    parts = []
    for name, n, rate in (("carriers", 320, 0.16), ("others", 1180, 0.09)):
        survival = np.exp(-rate * at)
        n_at_risk = np.round(n * survival * np.exp(-0.06 * at)).astype(int)
        spread = 1.96 * np.sqrt((1 - survival) / np.maximum(n_at_risk, 1))
        parts.append(
            pd.DataFrame(
                {"group": name, "time_years": at, "n_at_risk": n_at_risk, "survival": survival,
                 "lower": survival * np.exp(-spread), "upper": survival ** np.exp(-spread)}
            )
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    table.attrs["log_rank"] = {"p_value": 3.1e-7}
    return table[table["n_at_risk"] >= 10]


def _hazards() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "term": ["age (10 years)", "sex=male", "BRAF V600E", "PTEN truncating", "stage=III"],
            "beta": [0.12, 0.31, 0.62, -0.28, 0.81],
            "standard_error": [0.04, 0.12, 0.2, 0.21, 0.24],
            "p_value": [0.0027, 0.0098, 0.0019, 0.18, 0.00074],
        }
    )
    table.attrs["model"] = "cox"
    return table


def _burden(rng: np.random.Generator) -> pd.DataFrame:
    from gdi_spe.store.chromosomes import CHROMOSOMES, LENGTHS

    n = 3000
    chromosome = np.sort(rng.integers(0, 23, n))
    lengths = np.array([LENGTHS["GRCh38"][name] for name in CHROMOSOMES[:23]])
    p_value = rng.random(n)
    hits = rng.choice(n, 5, replace=False)
    p_value[hits] = 10.0 ** -rng.uniform(6, 14, 5)
    gene = np.array([f"GENE{i}" for i in range(n)], object)
    gene[hits] = ["PTEN", "LDLR", "BRCA2", "SCN1A", "MYH7"]
    return pd.DataFrame(
        {"gene": gene, "chromosome": chromosome + 1, "p_value": p_value,
         "base_pair_location": (rng.random(n) * lengths[chromosome]).astype(int)}
    )  # fmt: skip


def _traits(rng: np.random.Generator) -> pd.DataFrame:
    organs = np.repeat(["blood", "bone", "brain", "gut", "skin"], 24)
    table = pd.DataFrame(
        {"trait": [f"trait {i}" for i in range(120)], "organ": organs,
         "p_value": rng.random(120), "beta": rng.normal(size=120)}
    )  # fmt: skip
    table.loc[[5, 50, 100], "p_value"] = [1e-9, 1e-12, 1e-7]
    table.loc[[5, 50, 100], "trait"] = ["haemoglobin", "migraine", "melanoma"]
    return table


if __name__ == "__main__":
    sys.exit(main())

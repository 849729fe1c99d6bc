"""plink2's result files with this library's names for what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.boundary.errors import BadInput, shown

if TYPE_CHECKING:
    import pandas as pd

# A regression's columns, as GWAS-SSF (Hayhurst et al. 2022) names them.
_REGRESSION = {
    "#CHROM": "chromosome",
    "POS": "base_pair_location",
    "A1": "effect_allele",
    "BETA": "beta",
    "LOG(OR)_SE": "standard_error",
    "SE": "standard_error",
    "A1_FREQ": "effect_allele_frequency",
    "P": "p_value",
    "LOG10_P": "neg_log_10_p_value",
    "OBS_CT": "n",
    "ID": "rsid",
    "T_STAT": "t_stat",
    "Z_STAT": "z_stat",
    "ERRCODE": "error_code",
}
_SSF_FIRST = (
    "chromosome",
    "base_pair_location",
    "effect_allele",
    "other_allele",
    "beta",
    "standard_error",
    "effect_allele_frequency",
    "p_value",
)
_OTHERS = {
    "#CHROM": "chromosome",
    "POS": "position",
    "ID": "id",
    "REF": "reference",
    "ALT": "alternate",
    "ALT_FREQS": "allele_frequency",
    "ALT_CTS": "allele_count",
    "OBS_CT": "n_observed",
    "MISSING_CT": "n_missing",
    "HOM_A1_CT": "n_homozygous_a1",
    "HET_A1_CT": "n_heterozygous",
    "TWO_AX_CT": "n_homozygous_ax",
    "#IID": "sample_id",
    "IID": "sample_id",
    "#IID1": "sample_id_1",
    "IID2": "sample_id_2",
    "KINSHIP": "kinship",
    "P": "p_value",
    "MIDP": "p_value_mid",
}
_AFREQ = {**_OTHERS, "OBS_CT": "allele_number"}
_SSF_CODES = {str(n): n for n in range(1, 23)} | {
    "X": 23, "PAR1": 23, "PAR2": 23, "XY": 23, "Y": 24, "MT": 25,
}  # fmt: skip
_CHROMOSOMES = {"PAR1": "chrX", "PAR2": "chrX", "XY": "chrX", "MT": "chrM"}
_UNREAD = {".log", ".pgen", ".pvar", ".psam", ".bed", ".bim", ".fam", ".id", ".in", ".out", ".bin"}


def read(path: Path) -> pd.DataFrame | None:
    """Return a result file as a table with our names; ``None`` if it is none."""
    import pandas as pd

    if path.suffix in _UNREAD:
        return None
    try:
        table = pd.read_csv(path, sep=r"\s+", dtype={"#CHROM": "str", "ERRCODE": "str"})
    except (UnicodeDecodeError, ValueError):
        return None
    return regression(table) if ".glm." in path.name else _named(table, path)


def regression(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of ``--glm`` with the columns of `cohort.association`.

    Odds ratios become their logarithms; rows of covariates (``TEST`` other than ``ADD``) go.
    """
    import pandas as pd

    if "TEST" in table:
        table = table[table["TEST"] == "ADD"].reset_index(drop=True)
    if "OR" in table:
        table = table.assign(BETA=np.log(table["OR"]))
    named = table.rename(columns=_REGRESSION)
    named["chromosome"] = named["chromosome"].map(_SSF_CODES).astype(np.int64)
    is_alternate = table["A1"] == table["ALT"]
    named["other_allele"] = np.where(is_alternate, table["REF"], table["ALT"])
    if "error_code" in named:
        named["error_code"] = named["error_code"].where(named["error_code"] != ".")
    gone = ["REF", "ALT", "TEST", "OR", "PROVISIONAL_REF?"]
    named = named.drop(columns=[name for name in gone if name in named])
    first = [name for name in _SSF_FIRST if name in named]
    rest = [name for name in named.columns if name not in first]
    return pd.DataFrame(named[[*first, *rest]])


def _named(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    words = _AFREQ if path.suffix in (".afreq", ".acount") else _OTHERS
    named = table.rename(columns=words)
    if "chromosome" in named:
        text = named["chromosome"].astype(str)
        named["chromosome"] = [_CHROMOSOMES.get(each, f"chr{each}") for each in text]
    named.columns = [str(name).lstrip("#") for name in named.columns]
    return named


def require_some(tables: dict[str, pd.DataFrame], arguments: str) -> None:
    """Refuse a run that wrote no table, by the arguments that asked for none."""
    if not tables:
        raise BadInput(
            f"plink2 wrote no table for {shown(arguments)}",
            remedy='Ask for a result, as in "--freq" or "--glm allow-no-covars"',
        )

"""Words of figures: what is counted, what is measured, and along what."""

from __future__ import annotations

import re

# In a cohort of fewer, the words beside marks say nothing of whose they are.
LEAST_PEOPLE = 1000

PEOPLE = re.compile(
    r"participant|individual|patient|people|person(?![- ]?(?:year|month|day|time))|subject|case"
    r"|control|carrier|sample|women|men\b|donor|famil|death|event|at risk",
    re.IGNORECASE,
)
COUNT = re.compile(r"count|frequency|number|\bn\b|#|total", re.IGNORECASE)
OTHER = re.compile(r"variant|snp|loc[iu]|gene|allele|read|peak|pathway|tests?\b", re.IGNORECASE)
SHARE = re.compile(r"proportion|fraction|share|percent|%|prevalence|rate\b", re.IGNORECASE)
# Letters are read with errors; a few of them must not matter.
GENOME = re.compile(
    r"chro\w{2,6}me|\wro\w?mosom|genomic|\bchr(?:\d{1,2}|X|Y)?\b|positi", re.IGNORECASE
)
LOG_P = re.compile(r"[li1|]og|\bp\b|\(p\)|-value", re.IGNORECASE)
LOG = re.compile(r"[li1|]og", re.IGNORECASE)
EXPECTED = re.compile(r"expected|theoretical|uniform", re.IGNORECASE)
OBSERVED = re.compile(r"observed|sample|quantile", re.IGNORECASE)
PHENOME = re.compile(r"phe-?code|phe-?was|phenotype|\bICD\b|disease|circulat|neoplasm|neurolog"
                      r"|endocrin|respirat|metabol|digest|\bcirc\b|\bneopl?\b|\bneuro\b|\bresp\b"
                      r"|\bendo\b", re.IGNORECASE)  # fmt: skip
SIZE = re.compile(r"\bbeta\b|effect|fold|log2|\bOR\b|odds|estimate|\bSD\b|coefficient|logFC|β",
                   re.IGNORECASE)  # fmt: skip
SURVIVAL = re.compile(r"surviv|kaplan|event.?free|progression.?free", re.IGNORECASE)
AT_RISK = re.compile(r"at risk", re.IGNORECASE)
EFFECT = re.compile(
    r"\bodds|hazard|\beffect|\bbeta\b|\blog|p-?value|per ?cent|%|frequency|\bPC ?\d|component|mean"
    r"|median|surviv|proportion|fraction|prevalence|rate\b|mmol|score|density",
    re.IGNORECASE,
)
N_IS = re.compile(r"(?<!\w)n\s*=\s*(\d{1,3})(?![\d.,])", re.IGNORECASE)
NAMED_VARIANT = re.compile(r"\b[pcg]\.\(?[A-Za-z*]{0,3}\d+|\brs\d{3,}\b|\b[0-9XYM]{1,2}[:-]\d{4,}")
COUNTED = re.compile(
    r"^(?:number of |no\. of |n |# ?)?(?:carriers|patients|participants|people|individuals|cases"
    r"|families|deaths|persons|subjects|probands|donors)\b",
    re.IGNORECASE | re.MULTILINE,
)
# What is measured per so many, on average or as a share is no count.
RATE = re.compile(
    r"\bper\s+(?:1[, ]?0|10|100|hundred|thousand|million|year|person)|/\s*1[, ]?0{2,}|percent"
    r"|\bper cent|%|proportion|fraction|prevalence|incidence|\brates?\b|\bmean\b|\baverage\b"
    r"|\bmedian\b|\bratio\b|heritab",
    re.IGNORECASE,
)
NUMBER_OF = re.compile(r"\bnumbers?\b|\bcounts?\b|\bn\b|#|no\. of", re.IGNORECASE)
# How far p-values are inflated is told beside quantiles of theirs.
INFLATION = re.compile(r"λ|\blambda\b|inflation|\bGC\b|\bq-?q\b", re.IGNORECASE)
# What stands at even places along an axis without being people, and what does that is.
GRID = re.compile(
    r"decile|percentile|quantile|quintile|quartile|\btenths?\b|\bfifths?\b|\bventile|\byears?\b"
    r"|\bmonths?\b|principal comp|\bPCs?\b|component|\bage\b|distance|\bbins?\b|threshold"
    r"|\bclusters?\b|number of (?:PC|factor|variant)|chromosome|iteration|generation",
    re.IGNORECASE,
)
EACH_PERSON = re.compile(
    r"\b(?:patient|participant|subject|individual|person|sample|case|donor|carrier|proband)s?"
    r"\s*(?:\b(?:id|index|number|no|rank|order)\b|#|\d|,|$)",
    re.IGNORECASE,
)
# How many were left, as flow charts say; numbers below a hundred are none of theirs.
N_OF = re.compile(r"\bn\s*=\s*\d{1,3}(?:,\d{3}|\d\d)", re.IGNORECASE)
# Curves that step at each person, however smooth they look, and how many people words tell of.
EMPIRICAL = re.compile(
    r"sensitivity|specificity|true positive|false positive|\brecall\b|\bROC\b|surviv"
    r"|kaplan|event.?free"
    r"|cumulative (?:prop|prob|dist|fract|inc)|\becdf\b",
    re.IGNORECASE,
)
TOLD_PEOPLE = re.compile(
    r"(?<![\w.,])(\d{1,3})\s+(?:cases|controls|patients|participants|individuals|people|persons"
    r"|subjects|probands|carriers|events|deaths)\b|\bn\s*=\s*(\d{1,3})(?![\d.,])",
    re.IGNORECASE,
)
# Frequencies of alleles, as axes name them.
ALLELES = re.compile(r"\b[EM]?AF\b|allele freq", re.IGNORECASE)
# Parts of genes and proteins, and places along them.
TRACK = re.compile(
    r"\bexons?\b|\bintrons?\b|\bUTR\b|transcript|\bdomains?\b|\bENS[TGP]\d|\bNM_\d|\bkb\b|\bMb\b"
    r"|\bbp\b|amino acid|residue|gene model|isoform",
    re.IGNORECASE,
)

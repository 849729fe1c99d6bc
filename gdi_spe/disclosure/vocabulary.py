"""Names that columns have, and what they mean to the rules."""

from __future__ import annotations

import re

# Columns that count people.
PEOPLE = re.compile(
    r"(n|count|counts|size|total|freq|frequency_count|at_risk|n_?risk|patients|participants|people"
    r"|persons|individuals|subjects|members|carriers?|cases|controls|deaths?|n_events?"
    r"|(n|num|number|count|total)_?(of_)?(individuals|participants|people|persons|patients|subjects"
    r"|carriers?\w*|cases?|controls?|samples|men|women|males?|females?|families|pairs|at_risk|deaths?|obs\w*"
    r"|homozyg\w*|heterozyg\w*|hemizyg\w*|hom\w*|het\w*|missing|selected|total|present|excluded|affected|unaffected)"
    r"|(individual|participant|person|patient|carrier|case|control|sample|subject|people)s?_?(count|n|number|total)"
    r"|nobs|n_obs|hom_?(a|b|ref|alt)|het)",
    re.IGNORECASE,
)
ALLELE_COUNT = re.compile(
    r"(ac|allele_?count|alt_?count|mac|minor_allele_count|ac_\w+|allele_count_\w+)", re.IGNORECASE
)
# Integers that count things other than people.
NOT_PEOPLE = re.compile(
    r"(n_?|num_?|number_of_?)(loci|novel|snps?|variants?|genes?|sites|terms|signals|credible_sets?|hits|tests|markers|exons|transcripts|chromosomes|pcs|iterations|clusters|parameters)"
    r"|(chrom|chromosome|chr|pos|position|start|end|bp|year|age_?band|bin|decade|rank|index|cluster|df|dof|credible_set|length|size_bp|score)",
    re.IGNORECASE,
)
DEGREES_OF_FREEDOM = re.compile(
    r"(df|dof|df_?resid(ual)?|residual_?df|degrees_of_freedom)", re.IGNORECASE
)
EXTREMES = re.compile(r"(min|max|minimum|maximum|.*_(min|max))", re.IGNORECASE)
SUMMARY_ROWS = {"count", "mean", "std", "min", "25%", "50%", "75%", "max", "median", "sd", "n"}

# What is known of one person; three of these in a row describe one.
_TRAITS = (
    r"age|age_years|sex|gender|karyotypic_sex|birth_?\w*|dob|born|death_?\w*|date|\w+_date|visit\w*|postcode|post_code|zip\w*|city|municipality"
    r"|country|country_of_origin|population|ancestry|phenotype\w*|diagnos\w*|disease|hpo\w*|mondo|orpha\w*|case|status|vital_status|event|time"
    r"|bmi|height|weight|ldl|hdl|treatment|drug|onset\w*|response|smok\w*|biomarker|site|hospital|gene|genotype|zygosity|term|label"
)
TRAIT = re.compile(_TRAITS, re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}")

# Pseudonyms of this product, and tokens that look like a person's number elsewhere.
PSEUDONYM = re.compile(r"(?<![A-Za-z0-9])[IS]-[0-9A-Za-z]{6,}(?![A-Za-z0-9])")
PERSON_NUMBER = re.compile(r"(?<![A-Za-z0-9_./-])[A-Z]{1,8}[-_]?\d{6,14}(?![A-Za-z0-9])")
_PUBLIC = re.compile(
    r"(ENS[A-Z]*|N[MRPCTGW]_?|X[MRP]_?|GCST|PGS|PMC|PMID|NCT|HGNC|HP|MONDO|ORPHA|NCIT|OMIM|MIM|RS|SS"
    r"|COSV?M?|LRG_?|CHEMBL|DB|EFO_?|GO|SO|UBERON_?|CHEBI_?|DOI|ISBN|GRCH?|EGA[A-Z]+|SNOMED|LOINC|ICD|PR[A-Z]*|SAM[A-Z]*)[-_]?\d+"
)


def person_numbers(text: str) -> list[str]:
    """Return the tokens that look like a person's number and belong to no public series."""
    return [token for token in PERSON_NUMBER.findall(text) if not _PUBLIC.fullmatch(token)]

"""Names that columns have, and what they mean to the rules."""

from __future__ import annotations

import re

_WHO = (
    r"individuals?|participants?|people|persons?|patients?|subjects?|members?|donors?|volunteers?|respondents?|recruits?"
    r"|men|women|boys?|girls?|children|adults|males?|females?|cases?|controls?|ctrls?|carriers?|probands?|samples?|famil(y|ies)|households?"
    r"|trios?|siblings?|twins?|homozyg\w*|heterozyg\w*|hemizyg\w*|deaths?|events?|died|dead|alive|censored|cancers?|strokes?"
    r"|mutated|mutants?|affected|unaffected|exposed|unexposed|treated|untreated|smokers?|recruited|enrolled|screened|consented|withdrawn"
    r"|responders?|train(ing)?|test(ing|ed)?|validation|holdout|used|analy[sz]ed|selected|imputed|present|excluded|included|missing|obs\w*|at_risk|visits?|admissions?"
    r"|non_?null|(at_|in_)?(level|category|stratum|cell|subgroup|arm)|non_?missing|not_missing|valid|complete(_cases)?|measured|genotyped|phenotyped|eligible|remaining|observed|diagnos(es|ed)"
)
# Columns that count people.
PEOPLE = re.compile(
    r"n|count|counts|size|total|freq|.{0,40}value_counts\(?\)?|frequency_count|n_?risk|n_total|total_n|n_percent|frequency"
    r"|(samples|individuals|participants|people|patients)_(before|after|removed|remaining|left|kept|retained|failed|passed|in|out|dropped)|n_tumou?rs(_\w{1,20})?|tumou?rs"
    r"|(patients|participants|people|persons|individuals|subjects|members|donors|carriers?|cases|controls|deaths|events|men|women|males|females|families|samples|affected|unaffected|at_risk|respondents|smokers)"
    r"|(un|non_?)?(treated|exposed|vaccinated|smokers|responders|affected|screened)"
    r"|(case|control|lof|ptv|missense|male|female|exposed|unexposed|all|total)_(carriers|cases|controls|patients)"
    r"|(carriers|homozygotes|heterozygotes)_(cases?|controls?|males?|females?|men|women|all|total|affected|unaffected)"
    r"|(hom(_?(ref|alt|a|b|var))?|het)_?(n|counts?|cts?)|(geno_?)?(cts?|counts?)_(hom(_?(ref|alt|a|b|var))?|het)"
    r"|(nobs|support|diagnoses|diagnosed|incident_cases|prevalent_cases|hospitali[sz]ations|admissions|hom_?(a|b|ref|alt)|het|hom|sample_?size|total_?sample_?size|effective_n|n_?eff|neff|obs_?ct)"
    rf"|(n|num|number|count|counts|total|no|freq)_?(of_)?(the_)?({_WHO}|hom\w*|het\w*|selected|total|effective|eff)(_\w{{1,30}})?"
    rf"|({_WHO})s?_?(count|counts|n|number|total|freq)"
    r"|(n|count|total|freq|num)_?\d{1,2}|n_(f|m|a|b|yes|no|in|out)|(n_|obs_)?(aa|ab|bb|a1a1|a1a2|a2a2)(_n|_counts?)?|\w{1,24}_(n|nobs|n_obs|count)",
    re.IGNORECASE,
)
ALLELE_COUNT = re.compile(
    r"(ac|mac_\w+|allele_?count|alt_?count|mac|minor_allele_count|ac_\w+|allele_count_\w+|n_?alleles|n_alt(_alleles)?|a1_ct|alt_ct|eac|(effect|risk|minor|alt|ref|a1|a2)_?(allele_?)?(ac|ct|count))",
    re.IGNORECASE,
)
_THINGS = (
    r"loc(i|us)|novel|snps?|snvs?|indels?|variants?|genes?|sites|terms?|signals?|credible_sets?|hits|tests?|markers?|exons?"
    r"|transcripts?|chromosomes?|pcs|components?|iterations?|clusters?|parameters?|significant\w*|instruments?|proteins?|peaks?|regions?"
    r"|pathways?|sets?|features?|covariates?|folds?|models?|trees?|layers?|epochs?|steps?|files?|columns?|rows?|bins?|permutations?|bootstraps?|items?|reps?|replicates?|simulations?|draws|studies|cohorts?"
    r"|associations?|qtls?|eqtls?|pqtls?|alleles?|haplotypes?|blocks?|traits?|phenotypes?|probes?|cpgs?|reads?|bases|mutations?|pairs_tested|independent\w*|overlap\w*"
)
# Integers that count things other than people.
NOT_PEOPLE = re.compile(
    rf"(n_?|num_?|no_?(of_)?|number_?(of_)?|total_?|count_?(of_)?)({_THINGS})(_\w{{1,20}})?|({_THINGS})(_(count|n|number|total|tested|removed|left|remaining|kept|excluded|dropped|failed|passed|before|after|in|out))?|nsnps?"
    r"|(chrom|chromosome|chr|contig|pos|position|start|end|stop|bp|year|years|age_?band|age_?group|bin|decade|rank|index|cluster|df|dof|df_\w+|num_?df|den_?df|credible_set|length|size_bp|score|quarter|month|week|day|order"
    r"|id|idx|k|pc|component|fold|seed|epoch|iteration|decile|quantile|quintile|quartile|tertile|percentile|stage|grade|level|class|cs|strand|distance|dist\w*|degree|version|release|chunk|step|bin_(start|end)|threshold|cutoff|lag|(time_)?horizon(_\w{1,10})?|landmark(_\w{1,10})?|tau(_(years|months|days))?)",
    re.IGNORECASE,
)
_COUNTED_THINGS = re.compile(
    rf"(n|num|no|number|total|count)_?(of_)?({_THINGS})(_\w{{1,20}})?|({_THINGS})_(count|n|number|total|tested)|nsnps?",
    re.IGNORECASE,
)


def counts_things(name: str) -> bool:
    """Whether a column of this name counts variants, genes, files or other things than people."""
    return bool(_COUNTED_THINGS.fullmatch(name))


DEGREES_OF_FREEDOM = re.compile(
    r"(df|dof|res_df|df_?resid(ual)?s?|residual_?df|degrees_of_freedom|resid\w*_?df)", re.IGNORECASE
)
EXTREMES = re.compile(
    r"(min|max|minimum|maximum|range|youngest|oldest|smallest|largest|highest(?!_(education|degree|qualification|level))|lowest|longest|shortest|heaviest|tallest|earliest|extremes?|first_value|last_value)(_\w{1,30})?"
    r"|\w*_(min|max|minimum|maximum|range)",
    re.IGNORECASE,
)
SUMMARY_ROWS = {"count", "mean", "std", "min", "25%", "50%", "75%", "max", "median", "sd", "n"}

# What is known of one person; three of these in a row describe one.
_TRAITS = (
    r"age|age_\w+|sex|gender|karyotypic_sex|birth_?\w*|dob|born|death_?\w*|date|\w+_date|date_\w+|visit\w*|postcode|post_code|postal\w*|zip\w*|city|municipality|region|county|address"
    r"|country|country_of_\w+|population|ancestry|ethnic\w*|race|nationality|phenotype\w*|diagnos\w*|disease|hpo\w*|mondo|orpha\w*|icd\w*|case|case_control|status|vital_status|event|time|follow_?up\w*"
    r"|bmi\w*|height\w*|weight|weight_\w+|waist\w*|hip\w*|ldl\w*|hdl\w*|tg|triglycerides?|cholesterol\w*|glucose|hba1c\w*|insulin|creatinine|egfr|crp|hb|h(a)?emoglobin|platelets|wbc|albumin|alt_\w+|ast|ggt|tsh|psa|urate|sodium|potassium"
    r"|sbp|dbp|systolic\w*|diastolic\w*|pulse|heart_rate|fev1?|fvc|treatment|drug|medication\w*|dose|onset\w*|response|smok\w*|alcohol\w*|education\w*|income|occupation|marital\w*|biomarker\w*|site|centre|center|hospital|clinic|ward|batch|gene|genotype|zygosity|term|label"
    r"|dx|town|village|parish|comorbid\w*|stage|grade|survival\w*|outcome|relapse\w*|progression|parity|menopaus\w*|blood_group|consent\w*|family_?id|relation\w*"
)
TRAIT = re.compile(
    rf"((carrier|patient|participant|subject|proband|person|individual|case|donor)s?_)?({_TRAITS})",
    re.IGNORECASE,
)
# Names that a column of people's identifiers has.
PERSON_COLUMN = re.compile(
    r"(f|i|s|e|p)id|(fid|iid|sid|eid|pid|mrn|nhs\w*|ssn|cpr|hetu|pin|upn)"
    r"|(sample|individual|participant|person|patient|subject|donor|proband|carrier|member|case|record|study|family|pseudo\w*|biosample|specimen|volunteer|respondent|user|client|research|enrol\w*|registry|national)s?(_?(id|ids|no|number|num|code|key|name|identifier|hash|barcode|pseudonym|alias|uid|guid))?\d?"
    r"|(id|iid|fid|sample|individual|person|s)_?[12ab]|pseudonyms?|barcode|aliquot|identifier"
    r"|(child|kid|offspring|mother|father|parent|sibling|twin|dad|mom|mum|index_case|relative)s?(_?(id|iid|no|number|code))?"
    r"|(tumou?r|normal|matched_norm|germline)_sample(_?(id|barcode|uuid|name))?|pat(ient)?_?(id|no|nr|nummer)|isikukood|henkilotunnus|hetu|personnummer|fodselsnummer|cpr_?nr|obs_?id|subj(ect)?_?(id|no)?|usubjid|patno",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}")

PERSON_NAME = re.compile(
    r"((first|last|given|family|sur|full|middle|maiden|patient|participant|birth)_?names?|surname|forename|initials|nick_?name|vorname|nachname|eesnimi|perekonnanimi|etunimi|sukunimi|fornavn|etternavn)",
    re.IGNORECASE,
)

# Pseudonyms of this product, and tokens that look like a person's number elsewhere.
PSEUDONYM = re.compile(r"(?<![A-Za-z0-9])[IS]-[0-9A-Za-z]{6,}(?![A-Za-z0-9])")
PERSON_NUMBER = re.compile(r"(?<![A-Za-z0-9_./-])[A-Z]{1,8}[-_]?\d{6,14}(?![A-Za-z0-9])")
_PUBLIC = re.compile(
    r"(ENS[A-Z]*|N[MRPCTGWZ]_?|X[MRP]_?|GCST|PGS|PGP|PMC|PMID|NCT|HGNC|HP|MONDO|ORPHA|NCIT|OMIM|MIM|RS|SS|CG|CH|ILMN_?|ASSAY|RCV|SCV|VCV|CA"
    r"|COSV?M?|LRG_?|CHEMBL|DB|EFO_?|GO|SO|UBERON_?|CL|CHEBI_?|DOI|ISBN|GRCH?|EGA[ADCSPF]|GDI[A-Z]+|SNOMED|LOINC|ICD|PR(S|J[A-Z]{2})?|SAM(N|D|EA|EG)|GSE|GSM|SRR|ERR|REV|KEGG|HSA|IPR|PF|R-[A-Z]{3}|MSIG\w*|GENE|CHR|PEAK|LOC|LINC|CPG|UKB|FG|HMDB|PATH|ISO|RFC|AR|PP|CVE)[-_:]?\d+",
    re.IGNORECASE,
)


# Concepts of terminologies, behind the name of the series.
_OF_SERIES = re.compile(
    r"\b(MedGen|UMLS(_CUI)?|Me?SH|Orphanet|Orphadata|HPO|OMIM|SNOMEDCT(_US)?|ICD-?10|DOID|NCIT|GARD|ClinGen|UniProt(KB)?|RefSeq|PubMed|PMC|MedDRA|GTR|EFO|Reactome|KEGG|LOINC|ATC|RxNorm)"
    r":[A-Z]{0,4}\d{1,12}\b"
)


def is_public(word: str) -> bool:
    """Whether a word belongs to a public series of identifiers."""
    return bool(_PUBLIC.fullmatch(word))


def person_numbers(text: str) -> list[str]:
    """Return the tokens that look like a person's number and belong to no public series."""
    told = _OF_SERIES.sub(" ", text) if ":" in text else text
    return [token for token in PERSON_NUMBER.findall(told) if not is_public(token)]

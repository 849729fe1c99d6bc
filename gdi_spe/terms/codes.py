"""The code systems that a cohort's tables may use, and how their codes are written.

A term of a system that is not listed is refused when it is loaded: nobody could ask for it
later, and a mistyped prefix would hide a diagnosis for good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class CodeSystem:
    """One code system: its prefix, the shape of its codes, and the prefixes seen for it."""

    prefix: str
    title: str
    pattern: str
    aliases: tuple[str, ...] = ()

    def has_shape(self, code: str) -> bool:
        """Say whether a code is written as this system writes its codes."""
        return re.fullmatch(self.pattern, code) is not None


_SEVEN = r"\d{7}"
_EIGHT = r"\d{8}"
_ANY = r"\S+"
_NUMBER = r"\d+"
_ICD10 = r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?"

# TRUST: what a term may be. Patterns follow the registries at identifiers.org, widened only
# where public files of the field are looser (ICD-10 without its dot).
_SYSTEMS = (
    CodeSystem("HP", "Human Phenotype Ontology", _SEVEN, ("HPO",)),
    CodeSystem("MONDO", "Mondo Disease Ontology", _SEVEN),
    CodeSystem("NCIT", "NCI Thesaurus", r"C\d+", ("NCIt",)),
    CodeSystem("ORPHA", "Orphanet nomenclature", _NUMBER, ("Orphanet", "ORPHANET", "ORDO")),
    CodeSystem("OMIM", "Online Mendelian Inheritance in Man", r"(PS)?\d{6}", ("MIM",)),
    CodeSystem("DOID", "Human Disease Ontology", _NUMBER),
    CodeSystem("SNOMEDCT", "SNOMED Clinical Terms", r"\d{6,18}", ("SNOMED", "SCTID")),
    CodeSystem("ICD10", "ICD-10", _ICD10),
    CodeSystem("ICD10CM", "ICD-10-CM", _ICD10),
    CodeSystem("ICD11", "ICD-11", r"[0-9A-Z./&-]+"),
    CodeSystem("ICDO3", "ICD-O-3", r"[0-9A-Z./]+", ("ICDO", "ICD-O-3")),
    CodeSystem("ONCOTREE", "OncoTree", r"[A-Z0-9_]+", ("Oncotree", "OncoTree")),
    CodeSystem("OPCS4", "OPCS-4 procedures", r"[A-Z]\d{2}(\.?\d)?", ("OPCS",)),
    CodeSystem("LOINC", "Logical Observation Identifiers", r"(LP|LA)?\d+-\d", ("LNC",)),
    CodeSystem("RxNorm", "RxNorm", _NUMBER, ("RXNORM", "RXCUI")),
    CodeSystem("ATC", "Anatomical Therapeutic Chemical", r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?"),
    CodeSystem("HemOnc", "HemOnc regimens", _NUMBER, ("HEMONC",)),
    CodeSystem("DrugCentral", "DrugCentral", _NUMBER, ("DRUGCENTRAL",)),
    CodeSystem("DrugBank", "DrugBank", r"DB\d{5}", ("DRUGBANK",)),
    CodeSystem("CHEBI", "Chemical Entities of Biological Interest", _NUMBER, ("ChEBI",)),
    CodeSystem("MAXO", "Medical Action Ontology", _SEVEN),
    CodeSystem("CTCAE", "Adverse event criteria", _ANY),
    CodeSystem("UMLS", "Unified Medical Language System", r"C\d{7}"),
    CodeSystem("MESH", "Medical Subject Headings", r"[A-Z]\d+", ("MeSH",)),
    CodeSystem("UCUM", "Unified Code for Units of Measure", _ANY),
    CodeSystem("UO", "Units of Measurement Ontology", _SEVEN),
    CodeSystem("HGNC", "HUGO Gene Nomenclature Committee", _NUMBER),
    CodeSystem("NCBIGene", "NCBI Gene", _NUMBER, ("NCBIGENE", "ENTREZ")),
    CodeSystem("ENSEMBL", "Ensembl", r"ENS[A-Z]+\d{11}(\.\d+)?", ("Ensembl",)),
    CodeSystem("UniProtKB", "UniProt", _ANY),
    CodeSystem("dbSNP", "dbSNP", r"rs\d+"),
    CodeSystem("ClinVar", "ClinVar", _ANY, ("CLINVAR",)),
    CodeSystem("ClinGen", "ClinGen alleles", r"CA\d+"),
    CodeSystem("SO", "Sequence Ontology", _SEVEN),
    CodeSystem("GENO", "Genotype Ontology", _SEVEN),
    CodeSystem("UBERON", "Uber-anatomy Ontology", _SEVEN),
    CodeSystem("FMAID", "Foundational Model of Anatomy", _NUMBER, ("FMA",)),
    CodeSystem("CL", "Cell Ontology", _SEVEN),
    CodeSystem("PATO", "Phenotype and Trait Ontology", _SEVEN),
    CodeSystem("EFO", "Experimental Factor Ontology", _SEVEN),
    CodeSystem("OBI", "Ontology for Biomedical Investigations", _SEVEN),
    CodeSystem("OGMS", "Ontology for General Medical Science", _SEVEN),
    CodeSystem("OMIABIS", "Biobank ontology", _SEVEN),
    CodeSystem("ECO", "Evidence and Conclusion Ontology", _SEVEN),
    CodeSystem("DUO", "Data Use Ontology", _SEVEN),
    CodeSystem("EDAM", "EDAM", r"\w+"),
    CodeSystem("GSSO", "Gender, Sex and Sexual Orientation Ontology", r"\d{6}"),
    CodeSystem("HANCESTRO", "Human Ancestry Ontology", r"\d{4}(\d{3})?"),
    CodeSystem("GAZ", "Gazetteer", _EIGHT),
    CodeSystem("ISO3166", "Countries", r"[A-Z]{2}(-[A-Z0-9]{1,3})?"),
    CodeSystem("NCBITaxon", "NCBI Taxonomy", _NUMBER),
)

KNOWN: dict[str, CodeSystem] = {system.prefix: system for system in _SYSTEMS}

# Every spelling of a prefix that is understood -> its system.
BY_SPELLING: dict[str, CodeSystem] = KNOWN | {
    alias: system for system in _SYSTEMS for alias in system.aliases
}

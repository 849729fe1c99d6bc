"""The words of the synthetic node: the terms its people have, and slices of three ontologies.

The slices are written for the demo: identifiers and names are those of the ontologies, the
hierarchies are cut down to what the demo asks and are no substitute for a release. HPO comes
with ``hpo3``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Term(NamedTuple):
    """A term of an ontology, as phenopackets write it."""

    id: str
    label: str


class Row(NamedTuple):
    """One term of a slice: what it is a kind of, and what means the same elsewhere."""

    id: str
    label: str
    parents: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


MONDO = (
    Row("MONDO:0700096", "human disease"),
    Row("MONDO:0003847", "hereditary disease", ("MONDO:0700096",)),
    Row("MONDO:0019056", "neuromuscular disease", ("MONDO:0700096",)),
    Row(
        "MONDO:0018940",
        "congenital myasthenic syndrome",
        ("MONDO:0019056", "MONDO:0003847"),
        ("Orphanet:590",),
    ),
    Row("MONDO:0005550", "infectious disease", ("MONDO:0700096",)),
    Row("MONDO:0005108", "viral infectious disease", ("MONDO:0005550",)),
    Row("MONDO:0005812", "influenza", ("MONDO:0005108",)),
    Row("MONDO:0100318", "SARS-CoV-2-related disease", ("MONDO:0005108",)),
    Row("MONDO:0100096", "COVID-19", ("MONDO:0100318",)),
    Row("MONDO:0100163", "multisystem inflammatory syndrome in children", ("MONDO:0100096",)),
    Row("MONDO:0100320", "post-COVID-19 disorder", ("MONDO:0100318",)),
    Row("MONDO:0005070", "neoplasm", ("MONDO:0700096",)),
    Row("MONDO:0004992", "cancer", ("MONDO:0005070",)),
    Row("MONDO:0005105", "melanoma", ("MONDO:0004992",)),
    Row("MONDO:0005012", "cutaneous melanoma", ("MONDO:0005105",), ("NCIT:C3510",)),
    Row("MONDO:0005087", "respiratory system disorder", ("MONDO:0700096",)),
    Row("MONDO:0004979", "asthma", ("MONDO:0005087",)),
    Row("MONDO:0004995", "cardiovascular disorder", ("MONDO:0700096",)),
    Row("MONDO:0005044", "hypertensive disorder", ("MONDO:0004995",)),
    Row("MONDO:0005015", "diabetes mellitus", ("MONDO:0700096",)),
    Row("MONDO:0005148", "type 2 diabetes mellitus", ("MONDO:0005015",)),
)
NCIT = (
    Row("NCIT:C2991", "Disease or Disorder"),
    Row("NCIT:C3262", "Neoplasm", ("NCIT:C2991",)),
    Row("NCIT:C3224", "Melanoma", ("NCIT:C3262",)),
    Row("NCIT:C3510", "Cutaneous Melanoma", ("NCIT:C3224",)),
    Row("NCIT:C1908", "Drug, Food, Chemical or Biomedical Material"),
    Row("NCIT:C1404", "Protein Kinase Inhibitor", ("NCIT:C1908",)),
    Row("NCIT:C64768", "Vemurafenib", ("NCIT:C1404",)),
    Row("NCIT:C82386", "Dabrafenib", ("NCIT:C1404",)),
    Row("NCIT:C77908", "Trametinib", ("NCIT:C1404",)),
    Row("NCIT:C25605", "Response"),
    Row("NCIT:C4870", "Complete Response", ("NCIT:C25605",)),
    Row("NCIT:C18058", "Partial Response", ("NCIT:C25605",)),
    Row("NCIT:C35571", "Progressive Disease", ("NCIT:C25605",)),
    Row("NCIT:C28421", "Sex"),
    Row("NCIT:C16576", "Female", ("NCIT:C28421",)),
    Row("NCIT:C20197", "Male", ("NCIT:C28421",)),
)
ORPHA = (
    Row("ORPHA:68381", "Neuromuscular disease"),
    Row("ORPHA:590", "Congenital myasthenic syndrome", ("ORPHA:68381",)),
    Row("ORPHA:98913", "Postsynaptic congenital myasthenic syndrome", ("ORPHA:590",)),
    Row("ORPHA:98914", "Presynaptic congenital myasthenic syndrome", ("ORPHA:590",)),
    Row("ORPHA:98915", "Synaptic congenital myasthenic syndrome", ("ORPHA:590",)),
)
SLICES = {"MONDO": MONDO, "NCIT": NCIT, "ORPHA": ORPHA}
RELEASE = "gdi-spe-demo-slice-1"

_LABELS = {row.id: row.label for rows in SLICES.values() for row in rows}


def term(curie: str) -> Term:
    """Return a term of the slices with its label."""
    return Term(curie, _LABELS[curie])


# What a congenital myasthenic syndrome looks like, for question 1 ...
CMS_FEATURES = (
    Term("HP:0003473", "Fatigable weakness"),
    Term("HP:0000508", "Ptosis"),
    Term("HP:0001319", "Neonatal hypotonia"),
    Term(
        "HP:0003403",
        "EMG: decremental response of compound muscle action potential "
        "to repetitive nerve stimulation",
    ),
    Term("HP:0003398", "Abnormal synaptic transmission at the neuromuscular junction"),
    Term("HP:0002872", "Apneic episodes precipitated by illness, fatigue, stress"),
)
PTOSIS = CMS_FEATURES[1]
# ... what COVID-19 brings ...
COVID_FEATURES = (
    Term("HP:0001945", "Fever"),
    Term("HP:0012735", "Cough"),
    Term("HP:0002094", "Dyspnea"),
    Term("HP:0000458", "Anosmia"),
)
PNEUMONIA = Term("HP:0002090", "Pneumonia")
SEVERE_COVID = Term("HP:0033141", "Severe SARS-CoV-2 infection")
SKIN_TUMOUR = Term("HP:0002861", "Melanoma")
# ... what children of the planted families have ...
GROWTH_FEATURES = (
    Term("HP:0001263", "Global developmental delay"),
    Term("HP:0001642", "Pulmonic stenosis"),
    Term("HP:0000316", "Hypertelorism"),
)
MUSCLE_FEATURES = (
    Term("HP:0002047", "Malignant hyperthermia"),
    Term("HP:0002650", "Scoliosis"),
    Term("HP:0001382", "Joint hypermobility"),
)
INFECTION_FEATURES = (Term("HP:0002719", "Recurrent infections"),)
# ... and what many people have.
EVERYDAY_FEATURES = (
    Term("HP:0000822", "Hypertension"),
    Term("HP:0002315", "Headache"),
    Term("HP:0001513", "Obesity"),
    Term("HP:0000407", "Sensorineural hearing impairment"),
    Term("HP:0002870", "Obstructive sleep apnea"),
    Term("HP:0002099", "Asthma"),
)
HPO_TERMS = (
    *CMS_FEATURES,
    *COVID_FEATURES,
    PNEUMONIA,
    SEVERE_COVID,
    SKIN_TUMOUR,
    *GROWTH_FEATURES,
    *MUSCLE_FEATURES,
    *INFECTION_FEATURES,
    *EVERYDAY_FEATURES,
)
EVERYDAY_DISEASES = tuple(
    term(curie) for curie in ("MONDO:0004979", "MONDO:0005044", "MONDO:0005148")
)
HEIGHT = Term("LOINC:8302-2", "Body height")
CENTIMETRE = Term("UCUM:cm", "centimeter")


def descendants(curie: str) -> frozenset[str]:
    """Return a term of the slices and everything in them that is a kind of it."""
    found = {curie}
    rows = [row for slice_ in SLICES.values() for row in slice_]
    while more := {row.id for row in rows if found & set(row.parents)} - found:
        found |= more
    return frozenset(found)


def write_slices(folder: Path) -> None:
    """Write each slice as an OBO file named by its code system."""
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, rows in SLICES.items():
        text = f"format-version: 1.2\ndata-version: {RELEASE}\nontology: {prefix.lower()}\n"
        text += "".join(_stanza(row) for row in rows)
        (folder / f"{prefix}.obo").write_text(text, encoding="utf-8", newline="\n")


def _stanza(row: Row) -> str:
    lines = ["", "[Term]", f"id: {row.id}", f"name: {row.label}"]
    lines += [f"is_a: {parent} ! {_LABELS[parent]}" for parent in row.parents]
    lines += [f'xref: {other} {{source="MONDO:equivalentTo"}}' for other in row.same_as]
    return "\n".join(lines) + "\n"

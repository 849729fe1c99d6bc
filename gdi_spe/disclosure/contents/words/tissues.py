"""Tissues and cells that genes are expressed in, as public atlases name them."""

# words of one sort read better together
from __future__ import annotations

import re

# What a tissue or a cell is called by, of which one word is enough.
_TISSUE = re.compile(
    r"adipose|adrenal|amygdala|aorta|appendage|appendix|artery|arteries|astrocytes?|atrial|atrium|bladder|blood|bone|brain|breast|bronch\w*|cardiac|cardiomyocytes?|cartilage|caudate|cecum|cerebell\w*|cerebral|cervix|chondrocytes?|choroid|cingulate|cochlea|colon|cornea|coronary|cortex|cortical"
    r"|dendritic|dermis|duodenum|ebv|ectocervix|endocervix|endocrine|endometrium|endothelial|entorhinal|epidermis|epididymis|epithelial|epithelium|erythroblasts?|esophagus|oesophagus|eye|fallopian|fetal|fibroblasts?|gallbladder|gastroesophageal|glia|gut|heart|hepatocytes?|hippocampus|hypothalamus|ileum|intestin\w*|islets?"
    r"|jejunum|keratinocytes?|kidney|liver|lung|lymph|lymphoid|lymphocytes?|macrophages?|mammary|marrow|mast|medulla|melanocytes?|microglia|monocytes?|mucosa|muscle|muscularis|myocytes?|neural|neurons?|neutrophils?|nerve|oligodendrocytes?|omentum|oral|ovary|pancreas|pancreatic|parathyroid|pbmcs?|pericytes?|pituitary|placenta|platelets|podocytes?|prostate|putamen|rectum|retina|salivary"
    r"|seminal|skeletal|skin|spinal|spleen|stomach|stromal|substantia|synovial|tcells?|bcells?|testis|thalamus|thymus|thyroid|tibial|tonsil|trachea|tubule|umbilical|urinary|uterus|vagina|vascular|vein|ventricle|vesicle|visceral"
)
# Words that only say which part, side or sort of it.
_PART = re.compile(
    r"tissue|cells?|whole|left|right|anterior|posterior|frontal|basal|ganglia|nucleus|accumbens|nigra|cord|c|gland|terminal|transverse|sigmoid|junction|minor|major|sun|not|exposed|lower|upper|leg|suprapubic|cultured|transformed|subcutaneous|smooth|ba\d{1,2}|t|b|nk|cd\d{1,2}|small|large|and|of|the|tube|region|grey|white|matter|primary|adult|naive|memory|regulatory|alpha|beta|acinar|ductal|hemisphere|area|v\d|gtex|hpa|tpm|median|mean|expressed|is|in|nx|expression"
)
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def names_tissue(name: str) -> bool:
    """Whether each word of a name is of a tissue or cell, and one of them names it.

    TRUST: people are not called so, nor is what is measured in one: "blood" and a number are.
    """
    words = [each for each in re.split(r"[^a-z0-9]+", _HUMPS.sub("_", name).lower()) if each]
    told = [bool(_TISSUE.fullmatch(word)) for word in words]
    return any(told) and all(
        tissue or _PART.fullmatch(word) for tissue, word in zip(told, words, strict=True)
    )

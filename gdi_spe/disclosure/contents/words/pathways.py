"""Names of sets of genes: pathways in words, and masks of variants by frequency and effect."""

# words of one sort read better together
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from gdi_spe.disclosure.names.given import is_name

_PATHWAY_WORD = re.compile(
    r"pathways?|signal\w*|metaboli\w*|\w*synthesis|\w*genesis|\w*ysis|transport\w*|repair|replication|transcription\w*|translation\w*|splicing|processing|folding|degradation|(auto|mito|phago)\w*phagy|apopto\w*|ferropto\w*|necropto\w*"
    r"|cycle|checkpoints?|differentiation|proliferation|adhesion|junctions?|contraction|conduction|secretion|absorption|uptake|homeostasis|clearance|oxid\w*|phosphorylation|methylation|acetylation|ubiquitin\w*|proteasom\w*|lysosom\w*|peroxisom\w*|mitochondri\w*"
    r"|ribosom\w*|spliceosom\w*|endocyt\w*|exocyt\w*|golgi|reticulum|chromatin|histones?|telomer\w*|centrosom\w*|cili\w*|cytoskelet\w*|collagen\w*|matrix|angiogen\w*|coagulation|complement|haemostasis|hemostasis|immun\w*|inflamm\w*|innate|adaptive|antigen\w*|cytokines?|chemokines?"
    r"|interleukin\w*|interferon\w*|receptors?|channels?|kinases?|hormones?|insulin|glucagon|leptin|adipogen\w*|lipids?|lipoprotein\w*|cholesterol|sterols?|fatty|bile|amino|acids?|glucose|glyc\w*|urea|h(a)?em(e)?|iron|vitamins?|folate|purines?|pyrimidines?|nucleotides?"
    r"|wnt|notch|hedgehog|mtor\w*|mapk|erk\d?|jak|stat\d?|jak-?stat|nf-?k(appa)?b?|tgf|bmp|egfr?|vegf|pdgf|fgf|pi3k|akt|ras|rho|hippo|hif\d?|p53|ampk|ppar\w*|toll|tlr|tnf|nod|circadian|clock|autophagy|senescence|hypoxia|stress|unfolded|myc|e2f\w*|g2m\w*",
    re.IGNORECASE,
)
# Words of which a pathway's name has none.
_PERSON_WORD = re.compile(
    r"cases?|controls?|patients?|pat|persons?|people|individuals?|indiv|samples?|carriers?|probands?|mother|father|parents?|child(ren)?|sib\w*|twins?|brother|sister|daughter|son"
    r"|famil\w*|donors?|subjects?|participants?|members?|index|trio|(un)?affected|(fe)?males?|m[ae]n|wom[ae]n|boys?|girls?|genotypes?|alleles?|hom|het|zyg\w*|i?id|fid",
    re.IGNORECASE,
)
_PLAIN_WORDS = re.compile(r"[A-Z]?[a-z]{3,20}([ _-][A-Za-z]{1,20}){0,5}")
_CODE = re.compile(r"\d{3}|^[A-Za-z]{0,3}[-_ ]?\d+$")
# How rare the variants of a mask are, and what they do.
_FREQUENCY = re.compile(r"singletons?|doubletons?|ultra_?rare|rare|maf|af|mac|all|common|lt|le|\d")
_EFFECT = re.compile(
    r"p?lof|ptv|hc|lc|mis(sense)?|syn(onymous)?|splic\w*|damaging|deleterious|nonsense|stop(_?gain(ed)?)?|frameshift|inframe|noncoding|coding|utr\d?"
    r"|(revel|cadd|alphamissense|am|spliceai|sift|polyphen|mpc|primateai|eve|loftee)\d{0,3}",
    re.IGNORECASE,
)
_RARE = re.compile(r"(maf|af|mac)?_?\d{0,3}([._]\d{1,5})?(pct|percent)?", re.IGNORECASE)
_MOST_NUMBERED = 6
_LEAST = 3


def names_mask(name: str) -> bool:
    """Whether a name is a class of frequency with an effect of variants: "maf0.1_lof_mis"."""
    words = [word for word in re.split(r"[_\s-]+", name.lower()) if word]
    effects = [word for word in words if _EFFECT.fullmatch(word)]
    rest = [word for word in words if word not in effects]
    rare = all(_FREQUENCY.fullmatch(word) or _RARE.fullmatch(word) for word in rest)
    return bool(effects) and rare


def are_pathways(names: Collection[str]) -> bool:
    """Whether most names have a word for what goes on in cells, and the others are plain words.

    TRUST: names can be forged; codes, numbers in a series and given names are people's.
    """
    told = [bool(_words_of_pathway(name)) for name in names]
    stems = Counter(re.sub(r"[\d_-]+$", "", name) for name in names)
    if len(names) < _LEAST or sum(told) * 2 <= len(names) or max(stems.values()) > _MOST_NUMBERED:
        return False
    return all(
        _is_of_nobody(name) and (known or _PLAIN_WORDS.fullmatch(name))
        for name, known in zip(names, told, strict=True)
    )


def _words_of_pathway(name: str) -> list[str]:
    words = [*re.split(r"[^A-Za-z0-9]+", name), *re.split(r"[^A-Za-z0-9-]+", name)]
    return [word for word in words if _PATHWAY_WORD.fullmatch(word)]


def _is_of_nobody(name: str) -> bool:
    words = re.split(r"[^A-Za-z0-9]+", name)
    if any(_PERSON_WORD.fullmatch(word) for word in words) or _CODE.search(name):
        return False
    return not is_name(name)

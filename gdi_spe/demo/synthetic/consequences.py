"""What a variant effect predictor says of each allele, in the form of VEP's INFO/CSQ."""

from __future__ import annotations

import zlib

from gdi_spe.demo.synthetic.sites import GENES, V600E, Gene, Site

FORMAT = "Allele|Consequence|IMPACT|SYMBOL|Gene|HGVSc|HGVSp"
_IMPACTS = {
    "stop_gained": "HIGH",
    "frameshift_variant": "HIGH",
    "splice_donor_variant": "HIGH",
    "splice_acceptor_variant": "HIGH",
    "missense_variant": "MODERATE",
    "synonymous_variant": "LOW",
}
_RESIDUES = (
    "Ala", "Arg", "Asn", "Asp", "Cys", "Gln", "Glu", "Gly", "His", "Ile",
    "Leu", "Lys", "Met", "Phe", "Pro", "Ser", "Thr", "Trp", "Tyr", "Val",
)  # fmt: skip
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def info_field(site: Site) -> str:
    """Return the value of INFO/CSQ: one entry an allele and gene, separated by commas."""
    return ",".join(
        entry
        for alternate, consequence in zip(site.alternates, site.role.consequences, strict=True)
        for entry in _entries(site, alternate, consequence)
    )


def _entries(site: Site, alternate: str, consequence: str) -> list[str]:
    allele = vep_allele(site, alternate)
    if not site.gene:
        return [f"{allele}|{consequence}|MODIFIER||||"]
    gene = GENES[site.gene]
    coding, protein = _hgvs(gene, site, alternate, consequence)
    impact = _IMPACTS.get(consequence, "MODIFIER")
    entry = f"{allele}|{consequence}|{impact}|{gene.symbol}|{gene.ensembl}|{coding}|{protein}"
    # A neighbouring gene's entry comes first now and then.
    if (site.position - gene.start) // 12 % 20 == 0:
        symbol, ensembl = gene.neighbour
        return [f"{allele}|downstream_gene_variant|MODIFIER|{symbol}|{ensembl}||", entry]
    return [entry]


def vep_allele(site: Site, alternate: str) -> str:
    """Return an allele as VEP writes it: without the base that all alleles of an indel share."""
    plain = [each for each in site.alternates if each not in ("*",) and each[0] != "<"]
    if alternate == "<DEL>":
        return "deletion"
    if all(len(each) == len(site.reference) for each in plain) or alternate == "*":
        return alternate
    return alternate[1:] or "-"


def _hgvs(gene: Gene, site: Site, alternate: str, consequence: str) -> tuple[str, str]:
    if site is V600E:
        return f"{gene.transcript}:c.1799T>A", f"{gene.protein}:p.Val600Glu"
    share = (site.position - gene.start) / (gene.end - gene.start)
    share = share if gene.is_forward else 1 - share
    base = 1 + int(share * (3 * gene.n_residues - 4))
    draw = zlib.crc32(f"{site.position}{alternate}".encode())
    residue = f"{_RESIDUES[base // 3 * 7 % 20]}{1 + base // 3}"
    other = _RESIDUES[(base // 3 * 7 + 1 + draw % 19) % 20]
    change = f"{_on_strand(gene, site.reference)}>{_on_strand(gene, alternate)}"
    coding, protein = {
        "missense_variant": (f"{base}{change}", f"{residue}{other}"),
        "stop_gained": (f"{base}{change}", f"{residue}Ter"),
        "synonymous_variant": (f"{base}{change}", f"{residue}%3D"),
        "frameshift_variant": (f"{base + 1}del", f"{residue}{other}fsTer{2 + draw % 40}"),
        "splice_donor_variant": (f"{base}+1{change}", ""),
        "splice_acceptor_variant": (f"{base}-1{change}", ""),
        "intron_variant": (f"{base}+{20 + draw % 900}{change}", ""),
    }[consequence]
    return (
        f"{gene.transcript}:c.{coding}",
        f"{gene.protein}:p.{protein}" if protein else "",
    )


def _on_strand(gene: Gene, bases: str) -> str:
    return bases if gene.is_forward else bases.translate(_COMPLEMENT)[::-1]

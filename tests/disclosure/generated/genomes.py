"""Genotypes and sequences, in every disguise: all must be blocked."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import io
import json
import random
import zlib

import numpy as np
import pandas as pd
from PIL import Image

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng

PAIRS = np.array(["AA", "AG", "GG"])
SPELLINGS = {
    "slash": np.array(["0/0", "0/1", "1/1"]), "pipe": np.array(["0|0", "0|1", "1|1"]),
    "letters": PAIRS, "letterslash": np.array(["C/C", "C/T", "T/T"]),
    "words": np.array(["hom_ref", "het", "hom_alt"]), "abc": np.array(["AA", "AB", "BB"]),
    "spaced": np.array(["A A", "A G", "G G"]), "iupac": np.array(["A", "R", "G"]),
}  # fmt: skip


def calls(people: int, variants: int, seed: int) -> np.ndarray:
    frequency = rng(seed).uniform(0.05, 0.5, variants)
    return rng(seed + 1).binomial(2, frequency, (people, variants))


def named(matrix: np.ndarray, how: str = "rs") -> pd.DataFrame:
    return pd.DataFrame(matrix, columns=[f"{how}{1000 + i}" for i in range(matrix.shape[1])])


def matrices() -> Items:
    for seed, (people, variants) in enumerate([(30, 40), (120, 300), (400, 25), (50, 600)]):
        g = calls(people, variants, seed)
        coded = {
            "012": g, "dosage": np.round(np.clip(g + rng(seed).normal(0, 0.02, g.shape), 0, 2), 3),
            "zscore": (g - g.mean(0)) / (g.std(0) + 1e-9), "centred": g - g.mean(0),
            "minus": g - 1, "haploid": (g > 0).astype(int), "transposed": g.T,
            "missing": np.where(rng(9).random(g.shape) < 0.05, -9, g),
        }  # fmt: skip
        for coding, matrix in coded.items():
            table = named(matrix)
            for form in ("csv", "parquet", "tsv")[seed % 3 :][:2]:
                data = kit.ROWS[form](table)
                yield Item(f"matrix-{coding}-{seed}-{form}", "block", {f"t.{form}": data}, n=people)
        for spelling, letters in SPELLINGS.items():
            table = named(letters[g], "v")
            yield Item(f"matrix-{spelling}-{seed}", "block", {"t.csv": kit.csv(table)})
    g = calls(60, 80, 5)
    with_ids = named(g)
    with_ids.insert(0, "person", [f"p{i}" for i in range(60)])
    for form, write in kit.ROWS.items():
        yield Item(f"matrix-named-{form}", "block", {f"t.{form}": write(with_ids)}, n=60)
    yield Item("matrix-nohead", "block", {"t.csv": kit.csv(named(g), header=False)})
    yield Item("matrix-spaces", "block", {"t.txt": kit.spaces(named(g))})
    yield Item(
        "matrix-string", "block", {"t.txt": "\n".join("".join(map(str, r)) for r in g).encode()}
    )
    yield Item("matrix-json", "block", {"t.json": json.dumps({"x": g.tolist()}).encode()})
    yield Item(
        "matrix-jsonl", "block", {"t.jsonl": "\n".join(json.dumps(r.tolist()) for r in g).encode()}
    )


def arrays() -> Items:
    g = calls(80, 120, 11)
    scaled = ((g - g.mean(0)) / g.std(0)).astype(np.float32)
    for name, array in {
        "int8": g.astype(np.int8), "float": g.astype(float), "transposed": g.T.astype(np.uint8),
        "scaled": scaled, "cube": np.stack([g > 0, g > 1], axis=2).astype(np.int8),
        "flat": g.reshape(-1).astype(np.int8), "packed": np.packbits(g > 0, axis=1),
        "objects": g.astype(object),
    }.items():  # fmt: skip
        yield Item(f"npy-{name}", "block", {"x.npy": kit.npy(array)}, n=80)
    yield Item("npz", "block", {"x.npz": kit.npz(calls=g.astype(np.int8))}, n=80)
    yield Item("npz-named-zip", "block", {"model.zip": kit.npz(weights=scaled)}, n=80)
    header = json.dumps(
        {"w": {"dtype": "I8", "shape": [80, 120], "data_offsets": [0, 9600]}}
    ).encode()
    tensors = len(header).to_bytes(8, "little") + header + g.astype(np.int8).tobytes()
    yield Item("safetensors", "block", {"model.safetensors": tensors})


def pictures() -> Items:
    for seed, shape in enumerate([(120, 200), (200, 200), (300, 90)]):
        g = calls(*shape, seed + 30)
        for name, levels in {
            "grey": [0, 128, 255],
            "near": [255, 250, 245],
            "dark": [3, 2, 0],
        }.items():
            image = np.array(levels, np.uint8)[g]
            sink = io.BytesIO()
            Image.fromarray(np.stack([image] * 3, axis=2)).save(sink, format="PNG")
            yield Item(f"heatmap-{name}-{seed}", "block", {"fig.png": sink.getvalue()}, n=shape[0])
    g = calls(100, 150, 40)
    drawn, axes = kit.figure(6, 5)
    axes.imshow(g, aspect="auto", cmap="viridis", interpolation="nearest")
    axes.set_title("Genotypes")
    yield Item("imshow", "review", {"fig.png": kit.saved(drawn)}, n=100)


def lists() -> Items:
    pick = random.Random(3)
    for n in (25, 200, 3000):
        rows = [
            (f"rs{10_000 + i}", pick.choice("123456789"), 1000 * i + 5, pick.choice(PAIRS))
            for i in range(n)
        ]
        table = pd.DataFrame(rows, columns=["rsid", "chromosome", "position", "genotype"])
        for form in ("tsv", "csv", "parquet", "json"):
            yield Item(f"consumer-{n}-{form}", "block", {f"t.{form}": kit.ROWS[form](table)})
        split = table.assign(allele1=table.genotype.str[0], allele2=table.genotype.str[1])
        yield Item(f"ancestry-{n}", "block", {"t.txt": kit.tsv(split.drop(columns="genotype"))})
    people = [f"P{i % 20}" for i in range(2000)]
    long = pd.DataFrame({"sample": people, "variant": [f"rs{i // 20}" for i in range(2000)],
                         "gt": calls(1, 2000, 4)[0]})  # fmt: skip
    for form in ("csv", "parquet", "json"):
        yield Item(f"long-{form}", "block", {f"t.{form}": kit.ROWS[form](long)}, n=20)
    carriers = pd.DataFrame({"variant": [f"1:{1000 + i}:A:G" for i in range(40)],
                             "carrier": [f"S{i:04d}" for i in range(40)], "phenotype": "HP:0001250"})  # fmt: skip
    yield Item("carriers", "block", {"t.csv": kit.csv(carriers)})
    one = pd.DataFrame({"chrom": ["1"] * 12, "pos": range(100, 112), "ref": "A", "alt": "G",
                        "zygosity": ["het", "hom"] * 6, "gene": [f"GENE{i}" for i in range(12)]})  # fmt: skip
    yield Item("one-person", "block", {"patient_variants.csv": kit.csv(one)})


def containers() -> Items:
    g = calls(6, 50, 20)
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
    head += "\t".join(f"S{i}" for i in range(6)) + "\n"
    body = "".join(
        f"1\t{100 * i + 1}\trs{i}\tA\tG\t.\tPASS\t.\tGT\t"
        + "\t".join(SPELLINGS["slash"][g[:, i]])
        + "\n"
        for i in range(50)
    )
    vcf = (head + body).encode()
    for name, data in {
        "vcf.txt": vcf, "vcf.gz": kit.gz(vcf), "fig.png": kit.gz(vcf), "body.tsv": body.encode(),
        "headless.tsv": vcf.split(b"\n", 1)[1], "vcf.zip": kit.zipped(notes__txt=vcf),
        "commented.txt": b"Results of the study\n\n" + vcf, "vcf.xz": b"\xfd7zXZ\x00" + vcf[:100],
        "crlf.vcf": vcf.replace(b"\n", b"\r\n"), "utf16.txt": vcf.decode().encode("utf-16"),
    }.items():  # fmt: skip
        yield Item(f"vcf-{name}", "block", {name: data})
    ped = "\n".join(
        f"F{i} I{i} 0 0 1 -9 " + " ".join(" ".join(PAIRS[x]) for x in row)
        for i, row in enumerate(g)
    )
    raw = named(g).assign(FID="F", IID=[f"I{i}" for i in range(6)])
    traw = pd.DataFrame({"CHR": 1, "SNP": [f"rs{i}" for i in range(50)], "(C)M": 0, "POS": range(50),
                         "COUNTED": "A", "ALT": "G"} | {f"F_I{i}": g[i] for i in range(6)})  # fmt: skip
    yield Item("ped", "block", {"t.ped": ped.encode()})
    yield Item("raw", "block", {"t.raw": kit.spaces(raw)})
    yield Item("traw", "block", {"t.traw": kit.tsv(traw)})
    haps = "\n".join(
        f"1 rs{i} {i} A G " + " ".join(str(x) for x in rng(i).integers(0, 2, 80)) for i in range(60)
    )
    yield Item("haps", "block", {"t.haps": haps.encode()})
    gen = "\n".join(
        f"1 rs{i} {i} A G "
        + " ".join(["1 0 0", "0 1 0", "0 0 1"][x] for x in rng(i).integers(0, 3, 40))
        for i in range(60)
    )
    yield Item("gen", "block", {"t.gen": gen.encode()})
    eigen = "\n".join("".join(map(str, column)) for column in calls(50, 90, 7).T)
    yield Item("eigenstrat", "block", {"t.geno": eigen.encode()})
    fam = "\n".join(f"F{i} I{i} 0 0 {1 + i % 2} {1 + i % 2}" for i in range(40))
    yield Item("fam", "block", {"t.fam": fam.encode()})
    magic = {
        "bcf": b"BCF\x02\x02" + bytes(90), "bam": b"BAM\x01" + bytes(90), "cram": b"CRAM\x03\x00" + bytes(90),
        "bed": b"\x6c\x1b\x01" + bytes(range(200)), "pgen": b"\x6c\x1b\x10" + bytes(90),
        "bgen": (20).to_bytes(4, "little") * 1 + bytes([20, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0]) + b"bgen" + bytes(90),
        "h5": b"\x89HDF\r\n\x1a\n" + bytes(90), "sqlite": b"SQLite format 3\x00" + bytes(90),
        "duckdb": bytes(8) + b"DUCK" + bytes(90), "pickle": b"\x80\x04\x95\x10" + bytes(90),
        "pickle0": b"(dp0\nS'x'\np1\n(lp2\nI1\naI2\nas.", "rds": kit.gz(b"X\n\x00\x00\x00\x03" + bytes(90)),
        "rdata": kit.gz(b"RDX3\nX\n" + bytes(90)), "onnx": b"\x08\x07\x12\x07skl2onnx" + bytes(90),
        "gds": b"COREARRAY" + bytes(90), "2bit": b"\x43\x27\x41\x1a" + bytes(90), "pod5": b"\x8bPOD\r\n\x1a\n" + bytes(90),
        "sas": b"\x00" * 12 + b"\xc2\xea\x81\x60" + bytes(90), "dta": b"<stata_dta><header><release>118" + bytes(90),
        "sav": b"$FL2@(#) SPSS DATA FILE" + bytes(90), "torch": kit.zipped(archive__data__pkl=b"\x80\x02}q\x00."),
        "matlab": b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(100), "lz4": b"\x04\x22\x4d\x18" + bytes(90),
    }  # fmt: skip
    for name, data in magic.items():
        wanted = "block"
        yield Item(f"container-{name}", wanted, {f"figure.{name}": data})
        yield Item(f"container-{name}-as-png", wanted, {"figure.png": data})
    zarr = {
        "g.zarr/.zarray": b'{"chunks":[10,10],"dtype":"|i1","shape":[10,10]}',
        "g.zarr/0.0": bytes(100),
    }
    hail = {
        "c.mt/metadata.json.gz": kit.gz(b'{"name":"MatrixTableSpec"}'),
        "c.mt/rows/parts/part-0": bytes(50),
    }
    yield Item("zarr-zip", "block", {"x.zip": kit.zipped(**zarr)})
    yield Item("hail-zip", "block", {"x.zip": kit.zipped(**hail)})
    yield Item(
        "zarr-meta",
        "block",
        {"x.json": b'{"zarr_format":2,"shape":[500,1000],"chunks":[100,100],"dtype":"|i1"}'},
    )


def reads() -> Items:
    pick = random.Random(5)

    def bases(n: int) -> str:
        return "".join(pick.choice("ACGT") for _ in range(n))

    fastq = "".join(f"@r{i}\n{bases(80)}\n+\n{'I' * 80}\n" for i in range(50))
    fasta = "".join(f">s{i}\n{bases(300)}\n" for i in range(5))
    sam = "@SQ\tSN:1\tLN:9999\n" + "".join(
        f"r{i}\t0\t1\t{i}\t60\t80M\t*\t0\t0\t{bases(80)}\t{'I' * 80}\n" for i in range(30)
    )
    table = pd.DataFrame({"id": range(30), "sequence": [bases(100) for _ in range(30)]})
    short = pd.DataFrame({"read": [bases(36) for _ in range(60)]})
    for name, data in {
        "fastq": fastq.encode(), "fastq.gz": kit.gz(fastq.encode()), "fasta": fasta.encode(),
        "sam": sam.encode(), "sam-nohead": sam.split("\n", 1)[1].encode(), "md": f"# Notes\n\n{bases(200)}\n".encode(),
        "json": json.dumps({"seq": bases(500)}).encode(), "csv": kit.csv(table), "short.csv": kit.csv(short),
        "lower.txt": bases(200).lower().encode(), "wrapped.txt": "\n".join(bases(40) for _ in range(20)).encode(),
        "hex.txt": zlib.compress(fasta.encode()).hex().encode(),
    }.items():  # fmt: skip
        yield Item(f"reads-{name}", "block", {f"t.{name}": data})


MAKERS = (matrices, arrays, pictures, lists, containers, reads)

"""What a made export is, and the forms that a table, a picture or a page can be written in."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
import pandas as pd

mpl.use("Agg")
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Item:
    """A made export: its files, what is known of it, and the verdict it must get."""

    name: str
    verdict: str
    files: dict[str, bytes]
    n: int | None = None
    m: int | None = None
    declared: str = ""
    prior: dict[str, bytes] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()


Items = Iterator[Item]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- tables in every form ---------------------------------------------------------------------


def csv(table: pd.DataFrame, **more: object) -> bytes:
    return table.to_csv(**({"index": False} | more)).encode()


def tsv(table: pd.DataFrame) -> bytes:
    return csv(table, sep="\t")


def semicolons(table: pd.DataFrame) -> bytes:
    return csv(table, sep=";")


def spaces(table: pd.DataFrame) -> bytes:
    return csv(table, sep=" ")


def parquet(table: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    table.columns = [str(c) for c in table.columns]
    table.to_parquet(sink, index=False)
    return sink.getvalue()


def records(table: pd.DataFrame) -> bytes:
    return table.to_json(orient="records").encode()


def columns(table: pd.DataFrame) -> bytes:
    return json.dumps({str(c): table[c].tolist() for c in table}, default=str).encode()


def page(table: pd.DataFrame, words: str = "Results") -> bytes:
    return f"<html><body><h1>{words}</h1>{table.to_html(index=False)}</body></html>".encode()


def markdown(table: pd.DataFrame) -> bytes:
    rows = [
        [str(c) for c in table.columns],
        ["---"] * table.shape[1],
        *table.astype(str).to_numpy(),
    ]
    return ("\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n").encode()


def latex(table: pd.DataFrame) -> bytes:
    rows = [[str(c) for c in table.columns], *table.astype(str).to_numpy()]
    body = " \\\\\n".join(" & ".join(row) for row in rows).replace("_", "\\_")
    return (
        f"\\begin{{tabular}}{{{'l' * table.shape[1]}}}\n\\hline\n{body} \\\\\n\\hline\n"
        "\\end{tabular}\n"
    ).encode()


def printed(table: pd.DataFrame) -> bytes:
    return (table.to_string(index=False) + "\n").encode()


def npy(matrix: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.save(sink, matrix, allow_pickle=True)
    return sink.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)
    return sink.getvalue()


def zipped(**files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "."), data)
    return sink.getvalue()


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def excel(
    *sheets: pd.DataFrame, state: str = "visible", more: dict[str, str] | None = None
) -> bytes:
    """A workbook as spreadsheet programs write it; the last of several sheets has the state."""
    numbers = range(1, len(sheets) + 1)
    files = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": "<Relationships/>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><sheets>'
        + "".join(
            f'<sheet name="Sheet{i}" sheetId="{i}" r:id="rId{i}"'
            + (f' state="{state}"' if i == len(sheets) > 1 else "") + "/>"
            for i in numbers
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{_KINDS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in numbers
        )
        + "</Relationships>",
    }  # fmt: skip
    for i, table in zip(numbers, sheets, strict=True):
        rows = [[str(c) for c in table.columns], *table.to_numpy().tolist()]
        body = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in rows)
        files[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        )
    return zipped(**{k: v.encode() for k, v in (files | (more or {})).items()})


def _cell(value: object) -> str:
    if isinstance(value, int | float) and value == value:
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


# Forms that a table of rows can take, by the ending they have.
ROWS = {
    "csv": csv, "tsv": tsv, "ssv.csv": semicolons, "parquet": parquet, "json": records,
    "cols.json": columns, "html": page, "md": markdown, "tex": latex, "txt": printed,
    "xlsx": excel, "csv.gz": lambda table: gz(csv(table)),
}  # fmt: skip


# --- notebooks and pictures -------------------------------------------------------------------


def notebook(*outputs: dict[str, object], source: str = "table", cell: dict | None = None) -> bytes:
    code = {
        "cell_type": "code", "execution_count": 1, "metadata": {}, "source": source,
        "outputs": [
            {"output_type": "execute_result", "execution_count": 1, "metadata": {}} | out
            for out in outputs
        ],
    }  # fmt: skip
    made = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "# Analysis of the study"},
            code | (cell or {}),
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, indent=1).encode()


def shown(table: pd.DataFrame) -> dict[str, object]:
    """A table as pandas shows it in a notebook."""
    return {"data": {"text/html": table.to_html(), "text/plain": table.to_string()}}


def figure(width: float = 5, height: float = 4) -> tuple[Figure, object]:
    drawn = Figure(figsize=(width, height))
    return drawn, drawn.subplots()


def saved(drawn: Figure, form: str = "png", **more: object) -> bytes:
    sink = io.BytesIO()
    drawn.savefig(sink, format=form, **({"dpi": 80} | more if form != "svg" else more))
    return sink.getvalue()

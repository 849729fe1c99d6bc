"""The pages of the researcher's library, from the docstrings of what a researcher calls."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from types import FunctionType, ModuleType
from typing import Any

import gdi_spe as spe
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.opened import Cohort

_LISTS = ("Parameters", "Raises", "Warns", "Attributes")
_CODE = ("Examples",)
# What no researcher gives: the object itself, and the places of a workspace, which tests change.
_UNTOLD = ("self", "here")


@dataclass(frozen=True)
class Entry:
    """One thing that a researcher calls, by the name it is called by."""

    name: str
    thing: Any

    @property
    def summary(self) -> str:
        """The first sentence of its docstring, on one line."""
        return " ".join((inspect.getdoc(self.thing) or "").split("\n\n")[0].split())

    @property
    def anchor(self) -> str:
        """What a link to it ends in."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class Page:
    """One subject."""

    file: str
    title: str
    about: str
    entries: tuple[Entry, ...]


def pages() -> dict[str, str]:
    """Return each page's text by its path under ``reference``."""
    found = list(_subjects())
    texts = {f"library/{page.file}.md": _page(page) for page in found}
    return {"library/index.md": _index(found), **texts}


def _subjects() -> Iterator[Page]:
    own = [Entry(f"spe.{name}", getattr(spe, name)) for name in spe.__all__]
    functions = tuple(each for each in own if not isinstance(each.thing, ModuleType))
    yield Page("session", "In a notebook", "What `import gdi_spe as spe` gives.", functions)
    for kind in (Held, *_mixins()):
        title, about = _first(import_module(kind.__module__)), inspect.getdoc(kind) or ""
        entries = tuple(_public(kind, "cohort"))
        if entries:
            file = "cohort" if kind is Held else kind.__name__.lower()
            yield Page(file, "A cohort" if kind is Held else title, about, entries)
    about = inspect.getdoc(Selection) or ""
    yield Page("selection", "Selections", about, tuple(_public(Selection, "selection")))
    for each in own:
        if isinstance(each.thing, ModuleType):
            drawn = (Entry(f"{each.name}.{n}", getattr(each.thing, n)) for n in each.thing.__all__)
            told = tuple(entry for entry in drawn if callable(entry.thing))
            yield Page(each.name.split(".")[-1], _first(each.thing), "", told)


def _mixins() -> Iterator[type]:
    """Yield the subjects of a cohort in the order of its class."""
    yield from (kind for kind in Cohort.__bases__ if kind is not Held)


def _public(kind: type, owner: str) -> Iterator[Entry]:
    for name, thing in vars(kind).items():
        is_shown = isinstance(thing, FunctionType | property) or hasattr(thing, "attrname")
        if name[:1] != "_" and is_shown and inspect.getdoc(thing):
            yield Entry(f"{owner}.{name}", thing)


def _first(thing: object) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].split(":")[0].rstrip(".")


def _index(found: list[Page]) -> str:
    lines = [
        "# The library",
        "",
        "`import gdi_spe as spe` in a workspace. Examples on these pages are run by the tests, on",
        "the synthetic cohort of the [demo](../../tutorials/demo.md): `cohort` is",
        '`spe.open_cohort("GDI-XX-COHORT-001")`.',
    ]
    for page in found:
        lines += ["", f"## [{page.title}]({page.file}.md)", "", "| | |", "|---|---|"]
        lines += [
            f"| [`{entry.name}`]({page.file}.md#{entry.anchor}) | {_cell(entry.summary)} |"
            for entry in page.entries
        ]
    tree = [page.file for page in found]
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", *tree, "```"]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(page: Page) -> str:
    lines = [f"# {page.title}"]
    if page.about:
        lines += ["", *_told(page.about, {})]
    for entry in page.entries:
        lines += ["", f"({entry.anchor})=", f"## `{entry.name}`", "", *_entry(entry)]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry) -> list[str]:
    if not isinstance(entry.thing, FunctionType):
        return _told(inspect.getdoc(entry.thing) or "", {})
    signature = inspect.signature(entry.thing)
    known = {name: each for name, each in signature.parameters.items() if name not in _UNTOLD}
    return [*_called(entry.name, known), "", *_told(inspect.getdoc(entry.thing) or "", known)]


def _called(name: str, known: Mapping[str, inspect.Parameter]) -> list[str]:
    words: list[str] = []
    is_named_only = False
    for each in known.values():
        if each.kind is each.KEYWORD_ONLY and not is_named_only:
            words.append("*")
        is_named_only = is_named_only or each.kind in (each.KEYWORD_ONLY, each.VAR_POSITIONAL)
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        default = "" if each.default is each.empty else f"={_default(each.default)}"
        words.append(f"{stars}{each.name}{default}")
    line = f"{name}({', '.join(words)})"
    if len(line) > 88:
        line = f"{name}(\n" + "".join(f"    {word},\n" for word in words) + ")"
    return ["```text", *line.split("\n"), "```"]


def _default(value: object) -> str:
    return "..." if callable(value) else repr(value)


def _told(text: str, known: Mapping[str, inspect.Parameter]) -> list[str]:
    """Return a NumPy docstring as Markdown."""
    lines: list[str] = []
    for heading, body in _sections(text):
        if heading:
            lines += ["", f"**{heading}**", ""]
        if heading in _LISTS:
            lines += _listed(body, known)
        elif heading in _CODE:
            lines += ["```pycon", *_trimmed(body), "```"]
        else:
            lines += _blocks(_trimmed(body))
    return _trimmed(lines)


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    heading, body, lines = "", [], text.splitlines()  # type: tuple[str, list[str], list[str]]
    underlined = {
        number
        for number, (above, below) in enumerate(pairwise(lines))
        if above.strip() and below and set(below) == {"-"}
    }
    for number, line in enumerate(lines):
        if number in underlined:
            yield heading, body
            heading, body = line.strip(), []
        elif number - 1 not in underlined:
            body.append(line)
    yield heading, body


def _listed(body: list[str], known: Mapping[str, inspect.Parameter]) -> list[str]:
    """Return a section of names with their descriptions as a list."""
    lines: list[str] = []
    for line in _trimmed(body):
        if line and line[0] != " ":
            names = [name.strip() for name in line.split(",")]
            kinds = {_kind(known[name]) for name in names if name in known} - {""}
            kind = f": `{kinds.pop()}`" if len(kinds) == 1 else ""
            lines.append("- " + ", ".join(f"`{name}`" for name in names) + kind)
            lines.append("")
        else:
            lines.append(f"  {line.strip()}" if line.strip() else "")
    return lines


def _kind(parameter: inspect.Parameter) -> str:
    if parameter.annotation is parameter.empty:
        return ""
    return str(parameter.annotation).strip("'\"")


def _blocks(body: list[str]) -> list[str]:
    """Return plain paragraphs; examples among them become code."""
    lines: list[str] = []
    is_code = False
    for line in body:
        if line.startswith(">>>") and not is_code:
            lines.append("```pycon")
            is_code = True
        elif is_code and not line.strip():
            lines.append("```")
            is_code = False
        lines.append(line)
    return [*lines, "```"] if is_code else lines


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines

"""HTML: tables, words and pictures are kept; everything that can act or hide is dropped or told."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.table import Table, clean_text
from gdi_spe.disclosure.forms.documents.embedded import picture_within
from gdi_spe.disclosure.forms.documents.page_code import data_in_script, data_in_style
from gdi_spe.disclosure.forms.documents.page_data import Attributes
from gdi_spe.disclosure.forms.tabular.cells import table_of_rows
from gdi_spe.disclosure.forms.writing.columns.pairs import lines_of_pairs
from gdi_spe.disclosure.forms.writing.written import words_and_tables
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible, named

_BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "pre", "blockquote"}
_IGNORED = {
    "html", "head", "body", "div", "span", "meta", "link", "title", "ul", "ol", "table", "thead",
    "tbody", "tfoot", "b", "i", "em", "strong", "code", "br", "hr", "section", "article", "main",
    "header", "footer", "small", "sup", "sub", "a", "figure", "figcaption", "colgroup", "col",
    "dl", "dt", "dd", "nav", "u",
}  # fmt: skip
_LONGEST_ATTRIBUTE = 200
_MEANT = ("description", "keywords", "subject", "abstract")
_WIDEST = 500
# A title, names and rows.
_LEAST_TITLED = 3
_SAYS_WHAT = re.compile(
    r"%|\b(per ?cent\w*|share|proportion|rate|prevalence|mean|average|median|maximum|minimum)s?\b",
    re.IGNORECASE,
)
# The day of a page stands in its head: below the title, an author or a subtitle between them.
_DAY = re.compile(r"20\d{2}-\d{2}-\d{2}")
_MOST_BETWEEN = 2
_LONGEST_HEAD = 4
_TINY = re.compile(r"font-size:[0-3](\.\d+)?(px|pt|%)|font-size:0?\.[01]\d*r?em")
_AWAY = re.compile(
    r"(left|top|text-indent|margin-left):-\d{3,}|clip:rect\(0|(^|;)(max-)?(height|width):[01](px)?(;|$)"
)


class _Reader(HTMLParser):
    """Take a page apart into blocks, rows of cells and pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[str, object]] = []
        self.hidden: list[str] = []
        # Short comments: not written again, and looked at all the same.
        self.unseen: list[str] = []
        self._rows: list[list[str]] | None = None
        self._row_ended = False
        self._cell: list[str] | None = None
        self._caption: list[str] | None = None
        self._words: list[str] = []
        self._mute = 0
        self._code: list[str] | None = None
        self._kind: str | None = None
        self._said = Attributes()
        self._is_date = False
        self._span = (1, 1)
        # For each column, how many more rows a cell above reaches down, and what it says.
        self._waiting: dict[int, tuple[int, str]] = {}
        # How many rows a table begins with that are one cell over its whole width.
        self._n_wide = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        if tag in ("script", "style"):
            self._code, self._kind = [], dict(attrs).get("type")
        if tag in ("script", "style", "template", "object", "iframe", "svg", "form", "input"):
            self._mute += tag not in ("input",)
            if tag not in ("script", "style"):
                self.hidden.append(f"a <{tag}> element")
        elif tag == "caption":
            self._caption = []
        elif tag == "table":
            self._flush()
            if self._rows is not None:
                raise Impossible("a table stands inside a table")
            self._rows = []
            self._waiting = {}
            self._n_wide = 0
            self._row_ended = False
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
            self._row_ended = False
        elif tag in ("td", "th") and self._rows is not None:
            # A cell after the end of a row stands in a row of its own.
            if self._row_ended:
                self._rows.append([])
                self._row_ended = False
            self._cell = []
            self._span = _spans(dict(attrs))
        elif tag == "img":
            self._flush()
            self.blocks.append(("img", dict(attrs).get("src") or ""))
        elif tag in _BLOCKS or tag in ("br", "div", "title"):
            self._flush()
            self._is_date = tag in ("p", "h3", "h4") and dict(attrs).get("class") == "date"
        elif tag not in _IGNORED:
            self.hidden.append(f"a <{tag}> element")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = (dict(attrs).get("style") or "").lower().replace(" ", "")
        if any(
            w in style for w in ("display:none", "visibility:hidden", "opacity:0", "font-size:0")
        ):
            self.hidden.append("an element that is not shown")
        if re.search(r"(?<!-)color:(white|#fff|transparent|rgba?\(255,255,255)", style):
            self.hidden.append("white words")
        if _TINY.search(style) or _AWAY.search(style) or "hidden" in dict(attrs):
            self.hidden.append("words that are too small to read, or not on the page")
        if tag == "meta" and dict(attrs).get("name") in _MEANT:
            self.unseen.append(dict(attrs).get("content") or "")
        for name, value in attrs:
            self._said.add(name, value or "")
            is_picture = tag == "img" and name == "src"
            if name.startswith("on") or (len(value or "") > _LONGEST_ATTRIBUTE and not is_picture):
                self.hidden.append(f"the attribute {name[:40]} of <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption" and self._caption is not None:
            self.blocks.append(("p", " ".join("".join(self._caption).split())))
            self._caption = None
            return
        if tag in ("script", "style"):
            self._look_at_code(tag)
        if tag in ("script", "style", "template", "object", "iframe", "svg", "form"):
            self._mute = max(0, self._mute - 1)
        elif tag in ("td", "th") and self._rows and self._cell is not None:
            self._place(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "tr":
            self._row_ended = True
        elif tag == "table" and self._rows is not None:
            self._title()
            self.blocks.append(("table", self._rows))
            self._rows = None
        elif tag in _BLOCKS:
            self._flush(tag)

    def _title(self) -> None:
        """Take a first row for words above a table: one cell over all of its width.

        TRUST: what says what numbers are, as a percent does, stays in the names of their columns.
        """
        assert self._rows is not None  # noqa: S101  # asked for inside a table
        widest = max(map(len, self._rows), default=0)
        titled = self._n_wide == 1 and len(self._rows) > _LEAST_TITLED
        if titled and len(self._rows[0]) == widest and not _SAYS_WHAT.search(self._rows[0][0]):
            self.blocks.append(("p", self._rows[0][0]))
            del self._rows[0]

    def _place(self, words: str) -> None:
        """Put a cell where it stands, over all the rows and columns that it spans."""
        assert self._rows is not None  # noqa: S101  # asked for inside a table
        down, across = self._span
        row, waiting = self._rows[-1], self._waiting
        at = len(row)
        while (n := waiting.get(at, (0, ""))[0]) > 0:
            row.append(waiting[at][1])
            waiting[at] = (n - 1, waiting[at][1])
            at += 1
        if not row and across > 1 and len(self._rows) == 1:
            self._n_wide = 1
        elif row and len(self._rows) == 1:
            self._n_wide = 0
        for _ in range(across):
            row.append(words)
            if down > 1:
                waiting[len(row) - 1] = (down - 1, words)

    def handle_data(self, data: str) -> None:
        if self._code is not None:
            self._code.append(data)
        if self._mute:
            return
        if self._caption is not None:
            self._caption.append(data)
        elif self._cell is not None:
            self._cell.append(data)
        elif self._rows is None:
            self._words.append(data)
        elif data.strip():
            self.hidden.append("words between the cells of a table")

    def _look_at_code(self, tag: str) -> None:
        """Tell of data in a script or style; one without any is dropped and no more."""
        code, self._code = "".join(self._code or ()), None
        found = data_in_script(code, self._kind) if tag == "script" else data_in_style(code)
        if found:
            self.hidden.append(f"{found} in a <{tag}> element")

    def handle_comment(self, data: str) -> None:
        if len(data) > _LONGEST_ATTRIBUTE:
            self.hidden.append(f"a comment of {len(data):,} characters")
        else:
            self.unseen.append(data)

    def _flush(self, tag: str = "p") -> None:
        told = "".join(self._words)
        words = told.strip("\n") if tag == "pre" else " ".join(told.split())
        self._words = []
        if words.strip():
            self.blocks.append(("date" if self._dates_page(words) else tag, words))
        self._is_date = False

    def _dates_page(self, words: str) -> bool:
        """Whether words are the day of the page: so marked, once, and right below its title."""
        before = [tag for tag, _ in self.blocks]
        # TRUST: a day that nothing else stands beside, in the head of a page, is the page's.
        return (
            self._is_date
            and bool(_DAY.fullmatch(words))
            and "h1" in before[-_MOST_BETWEEN:]
            and len(before) <= _LONGEST_HEAD
            and not {"date", "table", "img"} & set(before)
        )

    def close(self) -> None:
        super().close()
        self._flush()
        self.hidden += self._said.told()
        if self._rows is not None:
            raise Impossible("a table does not end")


def _spans(attributes: dict[str, str | None]) -> tuple[int, int]:
    def number(name: str) -> int:
        told = attributes.get(name) or "1"
        return min(max(int(told), 1), _WIDEST) if told.isdecimal() and len(told) < 5 else 1

    return number("rowspan"), number("colspan")


def encode(text: str, name: str, policy: DisclosurePolicy, inner: Encode) -> Canonical:
    """Write a page anew from its blocks."""
    parts, body = taken_apart(text, policy, inner)
    media_type = "text/html"
    page = f'<!doctype html>\n<meta charset="utf-8">\n{body}\n'
    return Canonical(page.encode(), media_type, named(name, media_type), tuple(parts))


def taken_apart(text: str, policy: DisclosurePolicy, inner: Encode) -> tuple[list[Part], str]:
    """Return a page's parts, and its canonical body."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    parts: list[Part] = []
    lines: list[str] = []
    words: list[str] = []
    for place, (tag, content) in enumerate(reader.blocks, start=1):
        if tag == "table":
            _add_table(content, f"table[{place}]", policy, parts, lines)
        elif tag == "img":
            _add_picture(str(content), f"picture[{place}]", policy, inner, (parts, lines))
        elif tag == "date":
            lines.append(f'<p class="date">{content}</p>')
        else:
            said = clean_text(str(content))
            if tag == "pre":
                parts += _quoted(words_and_tables(f"words[{place}]", said, policy), reader)
            else:
                words.append(said)
            lines.append(f"<{tag}>{escape(said)}</{tag}>")
    if words:
        parts.append(Text("words", "\n".join(words), is_alone=not parts))
    if reader.unseen:
        parts.append(Text("unseen words", clean_text("\n\n".join(reader.unseen)), is_alone=False))
    parts += [Opaque("page", f"The page has {what}") for what in dict.fromkeys(reader.hidden)]
    return parts, "\n".join(lines)


def _quoted(parts: tuple[Part, ...], reader: _Reader) -> list[Part]:
    """Return what stands in a page as a program wrote it; words around it say what it is."""
    is_alone = len(reader.blocks) == 1
    return [replace(p, is_alone=is_alone) if isinstance(p, Text) else p for p in parts]


def _add_table(
    rows: object, path: str, policy: DisclosurePolicy, parts: list[Part], lines: list[str]
) -> None:
    assert isinstance(rows, list)  # noqa: S101  # tables are lists of rows
    named = lines_of_pairs(rows)
    table = table_of_rows(path, rows, policy.files.significant_digits)
    if table is None:
        words = " ".join(cell for row in rows for cell in row)
        parts.append(Text(path, words, is_alone=False))
        lines.append(f"<p>{escape(clean_text(words))}</p>")
        return
    # Names with their values, side by side, are judged as they are in words.
    parts += [table] if named is None else words_and_tables(path, "\n".join(named), policy)
    lines.append(written_table(table))


def written_table(table: Table) -> str:
    """Write a table as HTML."""
    head = "".join(f"<th>{escape(c.name)}</th>" for c in table.columns)
    rows = zip(*(c.texts() for c in table.columns), strict=True)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>\n<tr>{head}</tr>\n{body}\n</table>"


def _add_picture(
    source: str, path: str, policy: DisclosurePolicy, inner: Encode,
    into: tuple[list[Part], list[str]],
) -> None:  # fmt: skip
    parts, lines = into
    found, written = picture_within(source, path, policy, inner, may_be_drawn=True)
    parts += found
    if written:
        lines.append(f'<img alt="" src="{written}">')

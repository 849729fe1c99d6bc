"""Mime bundles: which kinds may be shown, each made harmless, and what the whole costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import nh3

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall import images
from gdi_spe.node.gateway.firewall.wire import to_json

NOT_SHOWN = "[An output of a kind that is not shown here: use tables, text, PNG or JPEG figures.]"
_MAX_HTML_CHARACTERS = 262_144
_MAX_MARKDOWN_CHARACTERS = 65_536
_MAX_JSON_DEPTH = 32
_TABLE_TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col"}
_BLOCK_TAGS = {"p", "br", "hr", "div", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_LIST_TAGS = {"ul", "ol", "li", "dl", "dt", "dd"}
_INLINE_TAGS = {"b", "i", "em", "strong", "span", "code", "small", "sub", "sup"}
_HTML_TAGS = _TABLE_TAGS | _BLOCK_TAGS | _LIST_TAGS | _INLINE_TAGS
_SPANS = {"rowspan", "colspan"}
# Elements that vanish with what is in them; the text of others stays.
_VANISH = {"script", "style", "iframe", "object", "svg", "math", "template", "noscript", "title"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
_VOID |= {"param", "source", "track", "wbr"}
# One unambiguous tag, quantifiers possessive: no reader can see it end elsewhere.
_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9:-]*+)
    (?:\s++[^\s"'<>/=]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+)*+\s*+/?>""",
    re.X,
)
_TAG_START = re.compile(r"<[A-Za-z/!?]")
_MAX_HTML_DEPTH = 100
# Small enough that the parser's worst case (quadratic in open elements) takes milliseconds.
_HARMLESS_CHARACTERS = 16_384


class NotShown(Refused):
    """A representation that cannot be made harmless; another of the bundle may still pass."""

    code = "gateway-not-shown"


def bundle(data: Any) -> tuple[dict[str, Any], int]:
    """Rebuild a mime bundle from the kinds that may be shown.

    Returns
    -------
    The new bundle, and the bytes it costs. A bundle of which nothing may be shown becomes a fixed
    sentence that says so, and costs nothing.
    """
    if not isinstance(data, dict):
        raise NotShown("bundle")
    shown: dict[str, Any] = {}
    for kind, rule in _RULES.items():
        if kind in data:
            try:
                shown[kind] = rule(_joined(data[kind]))
            except Refused:
                continue
    if data and not shown:
        return {"text/plain": NOT_SHOWN}, 0
    return shown, sum(_cost(value) for value in shown.values())


def text_bundle(data: Any, max_characters: int) -> tuple[dict[str, Any], int]:
    """Rebuild a bundle of which only the plain text matters: inspection, the pager."""
    text = _joined(data.get("text/plain", "")) if isinstance(data, dict) else ""
    text = text[:max_characters] if isinstance(text, str) else ""
    return {"text/plain": text}, _cost(text)


def clean_html(text: str) -> str:
    """Keep tables and text, without any attribute that loads, links, styles or hides.

    Raises
    ------
    NotShown
        If the text is too long, or so nested that parsing it would hold up everybody else.
    """
    if len(text) > _MAX_HTML_CHARACTERS:
        raise NotShown("html too long")
    if len(text) > _HARMLESS_CHARACTERS and not is_plainly_nested(text):
        raise NotShown("html not plainly nested")
    return nh3.clean(
        text,
        tags=_HTML_TAGS,
        attributes={"td": _SPANS, "th": _SPANS},
        attribute_filter=_attribute,
        allowed_classes={"table": {"dataframe"}},
        url_schemes=set(),
        strip_comments=True,
        clean_content_tags=_VANISH,
    )


def is_plainly_nested(text: str) -> bool:
    """Say whether every tag is unambiguous and closed in order, and none lies too deep."""
    opened: list[str] = []
    at = 0
    while start := _TAG_START.search(text, at):
        tag = _TAG.match(text, start.start())
        if tag is None:
            return False
        at = tag.end()
        name = tag.group(2).lower()
        if tag.group(1):
            if not opened or opened.pop() != name:
                return False
        elif name not in _VOID:
            opened.append(name)
            if len(opened) > _MAX_HTML_DEPTH:
                return False
    return not opened


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return "dataframe" if "dataframe" in value.split() else None
    return value if re.fullmatch(r"[1-9][0-9]{0,2}", value) else None


def _joined(value: Any) -> Any:
    """Join the list of lines that the notebook format also allows."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotShown("not text")
    return value


def _html(value: Any) -> str:
    return clean_html(_text(value))


def _markdown(value: Any) -> str:
    """Break images, links and raw HTML, which the page's renderer would otherwise build."""
    text = _text(value)
    if len(text) > _MAX_MARKDOWN_CHARACTERS:
        raise NotShown("markdown too long")
    return re.sub(r"!\[|<|\]\(|\]\[|\]:", lambda found: " ".join(found.group()) + " ", text)


def _image(kind: str) -> Callable[[Any], str]:
    return lambda value: images.rebuild(kind, _text(value))


def _json(value: Any) -> Any:
    _bound_depth(value, _MAX_JSON_DEPTH)
    return value


def _bound_depth(value: Any, levels: int) -> None:
    if isinstance(value, dict | list):
        if levels == 0:
            raise NotShown("json too deep")
        for inner in value.values() if isinstance(value, dict) else value:
            _bound_depth(inner, levels - 1)


def _cost(value: Any) -> int:
    return len(value.encode("utf-8", "replace") if isinstance(value, str) else to_json(value))


# TRUST: what is not listed is not shown: no JavaScript, SVG, PDF, widgets, Vega or Plotly.
_RULES: dict[str, Callable[[Any], Any]] = {
    "text/plain": _text,
    "text/html": _html,
    "text/markdown": _markdown,
    "text/latex": _text,
    "image/png": _image("image/png"),
    "image/jpeg": _image("image/jpeg"),
    "application/json": _json,
}

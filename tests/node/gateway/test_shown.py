"""Mime bundles, images, notebooks and listings: what is kept of each, and what it costs."""

from __future__ import annotations

import base64
import io
import struct
import time
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall import bodies, display, images, saved_outputs

SECRET = "SECRET-0123456789"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def picture(kind: str, **options: Any) -> bytes:
    image = Image.effect_noise((60, 40), 90).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pixels(text: str) -> bytes:
    return Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA").tobytes()


# images


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_is_drawn_as_before(mode: str) -> None:
    image = Image.effect_noise((61, 43), 90).convert("L").convert("RGB")
    out = io.BytesIO()
    (image if mode == "RGB" else image.convert("L").convert(mode)).save(out, "PNG")

    assert pixels(images.rebuild("image/png", b64(out.getvalue()))) == pixels(b64(out.getvalue()))


def test_texts_and_tails_of_a_png_are_gone() -> None:
    info = PngInfo()
    info.add_text("Comment", SECRET)
    data = picture("PNG", pnginfo=info, dpi=(100, 100)) + SECRET.encode()

    rebuilt = base64.b64decode(images.rebuild("image/png", b64(data)))

    assert SECRET.encode() in data
    assert SECRET.encode() not in rebuilt
    assert b"pHYs" not in rebuilt


def test_bytes_behind_the_compressed_pixels_are_gone() -> None:
    data = picture("PNG")
    start = data.index(b"IDAT") - 4
    (size,) = struct.unpack_from(">I", data, start)
    body = data[start + 8 : start + 8 + size] + SECRET.encode()
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", 0)
    data = data[:start] + chunk + data[start + 12 + size :]

    assert SECRET.encode() not in base64.b64decode(images.rebuild("image/png", b64(data)))


def test_a_bomb_of_a_png_is_refused_without_being_unpacked() -> None:
    header = struct.pack(">IIBBBBB", 4000, 4000, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(200_000_000))), (b"IEND", b"")]
    chunks = b"".join(struct.pack(">I", len(b)) + n + b + b"0000" for n, b in parts)

    with pytest.raises(images.NotAnImage):
        images.rebuild("image/png", b64(b"\x89PNG\r\n\x1a\n" + chunks))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}])
def test_a_jpeg_is_drawn_as_before_without_its_comments(options: dict[str, bool]) -> None:
    data = picture(
        "JPEG", comment=SECRET.encode(), exif=b"Exif\x00\x00" + SECRET.encode(), **options
    )

    rebuilt = images.rebuild("image/jpeg", b64(data + SECRET.encode()))

    assert SECRET.encode() in data
    assert SECRET.encode() not in base64.b64decode(rebuilt)
    assert pixels(rebuilt) == pixels(b64(data))


@given(st.binary(max_size=200), st.sampled_from(["image/png", "image/jpeg"]))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes, kind: str) -> None:
    starts = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8"}
    for candidate in (data, starts[kind] + data):
        with pytest.raises(Refused):
            images.rebuild(kind, b64(candidate))


# bundles


def test_a_data_frame_keeps_its_table() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "<script>1</script>"]})
    html = display.clean_html(frame._repr_html_())

    assert '<table class="dataframe">' in html
    assert "&lt;script&gt;1&lt;/script&gt;" in html
    assert "style" not in html


def test_markdown_neither_loads_nor_links() -> None:
    text = f"# t\n![](http://e/{SECRET}) <img src=http://e> [x](http://e) [y][z]\n\n[z]: http://e\n"

    (shown,) = display.bundle({"text/markdown": text})[0].values()

    for opening in ("![", "<img", "](", "][", "]:"):
        assert opening not in shown


def test_a_bundle_of_which_nothing_may_be_shown_says_so() -> None:
    assert display.bundle({"application/javascript": SECRET}) == (
        {"text/plain": display.NOT_SHOWN},
        0,
    )


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<ul><li>",
        "<div><table><tr><td></div>",
        '<div title="></div><p>"></p>',
        "<div><!-- </div> -->",
        "<object></div><div>",
        "<div/></div><div>",
    ],
)
def test_html_that_would_hold_up_the_parser_is_refused_quickly(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begun = time.perf_counter()

    with pytest.raises(display.NotShown):
        display.clean_html(text)

    assert time.perf_counter() - begun < 1


def test_a_large_honest_table_passes() -> None:
    rows = "<tr>\n  <td>abc</td><td align='right'>1.234</td><td><br/>x &amp; y</td></tr>\n" * 2500
    text = f'<table border="1" class="dataframe"><tbody>{rows}</tbody></table>'

    assert display.clean_html(text).count("<td>") == 7500


def test_json_that_is_deep_is_not_shown() -> None:
    value: Any = 1
    for _ in range(100):
        value = [value]

    assert "application/json" not in display.bundle({"application/json": value})[0]


@given(st.dictionaries(st.sampled_from(sorted(display._RULES)), st.text() | st.lists(st.text())))
def test_a_bundle_costs_what_it_weighs(data: Any) -> None:
    shown, cost = display.bundle(data)

    weight = sum(len(str(v).encode("utf-8", "replace")) for v in shown.values())
    assert cost == weight or shown == {"text/plain": display.NOT_SHOWN} or "json" in str(shown)


# notebooks


class Seen:
    """Hashes of what was saved, in memory."""

    def __init__(self) -> None:
        self.digests: set[bytes] = set()

    def has_seen(self, digest: bytes) -> bool:
        return digest in self.digests

    def remember(self, digests: Iterable[bytes]) -> None:
        self.digests.update(digests)


def model(cells: list[Any], **metadata: Any) -> dict[str, Any]:
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    at = "2026-11-22T00:00:00.123Z"
    return {"path": "a.ipynb", "type": "notebook", "last_modified": at, "content": content}


def cell(source: str, text: Any, **metadata: Any) -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}]
    return {
        "cell_type": "code",
        "id": "abc",
        "source": source,
        "metadata": metadata,
        "execution_count": 3,
        "outputs": outputs,
    }


def test_outputs_that_the_browser_saved_come_back_as_they_were_and_free() -> None:
    seen, saved = Seen(), model([cell("print(1)", ["1\n", "2\n"], tags=["x"])])
    saved_outputs.remember(saved["content"], seen)
    # The server joins lines and marks trust on the way back.
    read = model([cell("print(1)", "1\n2\n", tags=["x"], trusted=True)])

    rebuilt = saved_outputs.rebuild(read, seen)

    (shown,) = rebuilt.body["content"]["cells"]
    assert shown["outputs"][0]["text"] == "1\n2\n"
    assert shown["metadata"] == {"tags": ["x"]}
    assert rebuilt.cost <= 8


def test_outputs_that_the_container_wrote_are_left_out_and_the_source_is_charged() -> None:
    seen = Seen()
    saved_outputs.remember(model([cell("print(1)", "1\n")])["content"], seen)
    forged = model([cell("print(1)" + "#" * 1000, SECRET, x=SECRET)], x=SECRET)
    forged["content"]["cells"][0]["id"] = SECRET

    rebuilt = saved_outputs.rebuild(forged, seen)

    assert SECRET not in str(rebuilt.body)
    assert rebuilt.cost >= 1008


def test_a_saved_output_stays_with_a_changed_cell() -> None:
    seen = Seen()
    saved_outputs.remember(model([cell("print(1)", "1\n")])["content"], seen)

    rebuilt = saved_outputs.rebuild(model([cell("print( 1 )", "1\n")]), seen)

    assert rebuilt.body["content"]["cells"][0]["outputs"][0]["text"] == "1\n"


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["cells", "content", "source", "outputs", "path", "type"]), x
            )
        ),
        max_leaves=10,
    )
)
def test_no_notebook_raises_anything_but_a_refusal(body: Any) -> None:
    for rule in (lambda b: saved_outputs.rebuild(b, Seen()), bodies.listing, bodies.entry):
        try:
            rule(body)
        except Refused:
            continue


# listings, kernels, sessions


def test_odd_names_are_not_listed() -> None:
    at = "2026-11-22T00:00:00Z"
    names = ["a.txt", ".hidden", "x\n<b>.txt", "d" * 200, "a/../b", "é.txt"]
    found = [{"path": name, "type": "file", "last_modified": at} for name in names]
    body = {"path": "", "type": "directory", "last_modified": at, "content": found}

    assert [entry["path"] for entry in bodies.listing(body)["content"]] == ["a.txt", "é.txt"]


@pytest.mark.parametrize(
    "change",
    [{"id": SECRET}, {"name": SECRET}, {"execution_state": SECRET}],
)
def test_a_kernel_that_is_none_is_refused(change: dict[str, str], wire: Any) -> None:
    with pytest.raises(Refused):
        bodies.kernel({**wire.kernel_model, **change}, NOW)


def test_fields_of_a_kernel_that_are_not_named_are_gone(wire: Any) -> None:
    body = {**wire.kernel_model, "x": SECRET, "last_activity": SECRET, "connections": 10**50}

    assert SECRET not in str(bodies.kernel(body, NOW))
    assert bodies.kernel(body, NOW)["connections"] == 9

"""What Jupyter keeps of a progress bar: which model is shown, and the state of each model.

None of it is written; what it says in words is judged, and what no progress bar has is told.
"""

from __future__ import annotations

import re
from typing import Any

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.table import clean_text

VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_MODEL_ID = re.compile(r"[0-9a-f]{4,32}")
_MODULE = re.compile(r"@jupyter-widgets/(base|controls)")
_MODEL = re.compile(
    r"(FloatProgress|IntProgress|HTML|HBox|Layout|ProgressStyle|HTMLStyle|DescriptionStyle)Model"
)
_REFERENCE = re.compile(r"IPY_MODEL_[0-9a-f]{4,32}")
# What says how a model is drawn; its words are names of the library, in capitals or short.
_OF_DRAWING = re.compile(
    r"_(model|view)_(module|module_version|name|count)|bar_style|orientation|layout|style"
)
_DRAWN = re.compile(r"[@A-Za-z][A-Za-z/-]{0,30}|[\^~]?\d+\.\d+\.\d+|")
_MOST_MODELS = 400
_LONGEST = 120
_VERSION = {"version_major", "version_minor"}


def is_view(value: Any) -> bool:
    """Whether an output says only which model is shown."""
    return (
        isinstance(value, dict)
        and set(value) == {"model_id", *_VERSION}
        and _MODEL_ID.fullmatch(str(value["model_id"])) is not None
        and all(type(value[each]) is int and 0 <= value[each] < 10 for each in _VERSION)
    )


def without_widgets(metadata: Any, path: str, parts: list[Part]) -> Any:
    """Take the state of progress bars out of metadata, and add what it says; all else stays."""
    if not isinstance(metadata, dict) or not isinstance(metadata.get("widgets"), dict):
        return metadata
    kept = metadata["widgets"].get(_STATE)
    if set(metadata["widgets"]) != {_STATE} or not isinstance(kept, dict):
        return metadata
    models = kept.get("state")
    if set(kept) != {"state", *_VERSION} or not isinstance(models, dict):
        return metadata
    words: list[str] = []
    if len(models) > _MOST_MODELS or not all(_reads(k, m, words) for k, m in models.items()):
        return metadata
    if words:
        parts.append(Text(path, clean_text("\n".join(words)), is_alone=False))
    return {key: value for key, value in metadata.items() if key != "widgets"}


def _reads(key: str, model: Any, words: list[str]) -> bool:
    """Whether a model is one of a progress bar, with nothing in it but what that has."""
    if not isinstance(model, dict) or not isinstance(model.get("state"), dict):
        return False
    known = {"model_module", "model_module_version", "model_name", "state"}
    return (
        set(model) == known
        and bool(_MODEL_ID.fullmatch(key))
        and bool(_MODULE.fullmatch(str(model["model_module"])))
        and bool(_DRAWN.fullmatch(str(model["model_module_version"])))
        and bool(_MODEL.fullmatch(str(model["model_name"])))
        and all(_is_plain(name, value, words) for name, value in model["state"].items())
    )


def _is_plain(name: str, value: Any, words: list[str]) -> bool:
    """Whether a value is empty, a step, a reference, or short words, which are added."""
    if value is None or isinstance(value, bool) or value == []:
        return True
    if isinstance(value, int | float):
        # TRUST: a bar counts steps; numbers with many digits may hold something else.
        return len(str(value)) <= 10
    if isinstance(value, list):
        return name in ("children", "_dom_classes") and all(
            isinstance(each, str) and _REFERENCE.fullmatch(each) for each in value
        )
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    drawn = _OF_DRAWING.fullmatch(name) and _DRAWN.fullmatch(value)
    if not drawn and not _REFERENCE.fullmatch(value):
        words.append(value)
    return True

"""What of a kernel's messages reaches a browser: one test an attack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.node.gateway.firewall import conversation, display, messages
from gdi_spe.node.gateway.firewall.budget import Budget
from gdi_spe.node.gateway.firewall.conversation import KernelMemory, View
from gdi_spe.node.gateway.firewall.wire import Message, Protocol, encode

SECRET = "SECRET-0123456789"
Say = Callable[..., Message]

# Which fields a browser may see of each type: written here a second time, on purpose.
_BUNDLE = {"data", "metadata", "transient"}
FIELDS = {
    "status": {"execution_state"},
    "execute_input": {"code", "execution_count"},
    "stream": {"name", "text"},
    "display_data": _BUNDLE,
    "update_display_data": _BUNDLE,
    "execute_result": _BUNDLE | {"execution_count"},
    "error": {"ename", "evalue", "traceback"},
    "clear_output": {"wait"},
    "shutdown_reply": {"status", "restart"},
    "execute_reply": {
        "status",
        "execution_count",
        "payload",
        "user_expressions",
        "ename",
        "evalue",
        "traceback",
    },
    "kernel_info_reply": set(messages.KERNEL_INFO),
    "complete_reply": {"status", "matches", "cursor_start", "cursor_end", "metadata"},
    "inspect_reply": {"status", "found", "data", "metadata"},
    "history_reply": {"status", "history"},
    "is_complete_reply": {"status", "indent"},
    "comm_info_reply": {"status", "comms"},
    "interrupt_reply": {"status"},
    "input_request": {"prompt", "password"},
}
HEADER = {"msg_id", "msg_type", "username", "session", "date", "version"}

# Messages that carry the secret where none may pass.
CANARIES: dict[str, tuple[str, str, Any]] = {
    "unknown type": ("iopub", SECRET, {"x": SECRET}),
    "comm open": ("iopub", "comm_open", {"comm_id": SECRET, "data": SECRET}),
    "comm message": ("iopub", "comm_msg", {"comm_id": SECRET, "data": {"x": SECRET}}),
    "debug event": ("iopub", "debug_event", {"x": SECRET}),
    "welcome": ("iopub", "iopub_welcome", {"subscription": SECRET}),
    "other field of a stream": ("iopub", "stream", {"name": "stdout", "text": "", "x": SECRET}),
    "name of a stream": ("iopub", "stream", {"name": SECRET, "text": ""}),
    "state": ("iopub", "status", {"execution_state": SECRET}),
    "other field of a status": ("iopub", "status", {"execution_state": "busy", "x": SECRET}),
    "code": ("iopub", "execute_input", {"code": SECRET, "execution_count": 1}),
    "metadata": ("iopub", "display_data", {"data": {"text/plain": ""}, "metadata": {"x": SECRET}}),
    "display id": (
        "iopub",
        "display_data",
        {"data": {"text/plain": ""}, "transient": {"display_id": SECRET, "y": SECRET}},
    ),
    "javascript": ("iopub", "display_data", {"data": {"application/javascript": SECRET}}),
    "pdf": ("iopub", "display_data", {"data": {"application/pdf": SECRET}}),
    "svg": ("iopub", "display_data", {"data": {"image/svg+xml": f"<svg>{SECRET}</svg>"}}),
    "vega": ("iopub", "display_data", {"data": {"application/vnd.vega.v5+json": {"x": SECRET}}}),
    "widget": (
        "iopub",
        "display_data",
        {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": SECRET}}},
    ),
    "name of a mime type": ("iopub", "display_data", {"data": {f"x/{SECRET}": "x"}}),
    "no image": ("iopub", "display_data", {"data": {"image/png": SECRET}}),
    "html comment": ("iopub", "display_data", {"data": {"text/html": f"<!--{SECRET}-->"}}),
    "html script": ("iopub", "display_data", {"data": {"text/html": f"<script>{SECRET}</script>"}}),
    "html style": ("iopub", "display_data", {"data": {"text/html": f"<style>{SECRET}</style>"}}),
    "html image": (
        "iopub",
        "display_data",
        {"data": {"text/html": f'<img src="http://e/{SECRET}" onerror="{SECRET}">'}},
    ),
    "html attributes": (
        "iopub",
        "display_data",
        {
            "data": {
                "text/html": f'<b id="{SECRET}" title="{SECRET}" class="{SECRET}" data-x="{SECRET}"'
                f' style="background:url(http://e/{SECRET})">y</b><a href="http://e/{SECRET}">z</a>'
                f'<table class="dataframe {SECRET}"><td rowspan="{SECRET}">1</td></table>'
            }
        },
    ),
    "set next input": (
        "shell",
        "execute_reply",
        {"status": "ok", "payload": [{"source": "set_next_input", "text": SECRET}]},
    ),
    "user expressions": (
        "shell",
        "execute_reply",
        {"status": "ok", "user_expressions": {"a": SECRET}, "ename": SECRET},
    ),
    "error of a reply": (
        "shell",
        "execute_reply",
        {"status": "error", "ename": SECRET, "evalue": SECRET, "traceback": [SECRET]},
    ),
    "kernel info": ("shell", "kernel_info_reply", {"banner": SECRET, "implementation": SECRET}),
    "history": ("shell", "history_reply", {"status": "ok", "history": [[1, 1, SECRET]]}),
    "comm info": ("shell", "comm_info_reply", {"comms": {SECRET: {}}}),
    "debug reply": ("control", "debug_reply", {"x": SECRET}),
    "metadata of completions": (
        "shell",
        "complete_reply",
        {"status": "ok", "matches": [], "metadata": {"x": SECRET}},
    ),
    "cursor": ("shell", "complete_reply", {"status": "ok", "matches": [], "cursor_end": SECRET}),
    "type of a reply": ("shell", "stream", {"name": "stdout", "text": SECRET}),
}


def seen_of(view: View, said: Message) -> str:
    """Return every byte of what a browser would get, in either protocol."""
    shown = view.to_browser(said)
    frames = [encode(message, protocol) for message in shown for protocol in Protocol]
    return "".join(f if isinstance(f, str) else f.decode("utf-8", "replace") for f in frames)


@pytest.fixture
def asked(memory: KernelMemory, ask: Say) -> KernelMemory:
    memory.from_browser(ask(code="1 + 1"))
    return memory


@pytest.mark.parametrize("name", CANARIES)
def test_a_secret_outside_the_allowed_fields_does_not_pass(
    name: str, view: View, asked: KernelMemory, say: Say
) -> None:
    channel, kind, content = CANARIES[name]

    assert SECRET not in seen_of(view, say(kind, content, channel))


def test_nothing_of_header_parent_or_metadata_passes(
    view: View, asked: KernelMemory, say: Say
) -> None:
    seen = seen_of(view, say("stream", {"name": "stdout", "text": "fine"}))

    assert "fine" in seen
    assert SECRET not in seen


def _pass_metadata(content: Any, _context: Any) -> Any:
    return {**content, "metadata": content.get("metadata")}, 1


def _pass_all(content: Any, _context: Any) -> Any:
    return content, 1


@pytest.mark.parametrize(
    ("canary", "rule", "broken"),
    [
        ("metadata", ("iopub", "display_data"), _pass_metadata),
        ("other field of a stream", ("iopub", "stream"), _pass_all),
        ("state", ("iopub", "status"), _pass_all),
        ("code", ("iopub", "execute_input"), _pass_all),
        ("kernel info", ("shell", "kernel_info_reply"), _pass_all),
        ("user expressions", ("shell", "execute_reply"), _pass_all),
        ("comm open", ("iopub", "comm_open"), _pass_all),
        ("html comment", ("iopub", "display_data"), _pass_all),
    ],
)
def test_the_canaries_sing_when_a_rule_is_broken(
    canary: str,
    rule: tuple[str, str],
    broken: Any,
    view: View,
    asked: KernelMemory,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(messages.RULES, rule, broken)
    channel, kind, content = CANARIES[canary]

    assert SECRET in seen_of(view, say(kind, content, channel))


def test_the_canaries_sing_when_html_is_not_cleaned(
    view: View, asked: KernelMemory, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(display._RULES, "text/html", lambda text: text)

    for name in ("html comment", "html script", "html image", "html attributes"):
        assert SECRET in seen_of(view, say(*CANARIES[name][1:], CANARIES[name][0]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(set().union(*FIELDS.values()))), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(rule=st.sampled_from(sorted(messages.RULES)), data=st.data())
def test_whatever_a_kernel_says_only_named_fields_come_out(
    rule: tuple[str, str], data: Any, memory: KernelMemory, ask: Say, say: Say
) -> None:
    channel, kind = rule
    view = View(memory, lambda: 0.0)
    memory.from_browser(ask())
    content = data.draw(
        st.dictionaries(st.sampled_from(sorted(FIELDS[kind] | {"x"})), json_values, max_size=6)
    )

    for shown in view.to_browser(say(kind, content, channel)):
        assert set(shown.content) <= FIELDS[shown.type]
        assert set(shown.header) <= HEADER
        assert shown.metadata == {}
        assert set(shown.parent_header) <= HEADER
        encode(shown, Protocol.V1)


def test_the_code_shown_is_the_browsers(
    view: View, memory: KernelMemory, ask: Say, say: Say
) -> None:
    memory.from_browser(ask(code="print(1)"))

    (shown,) = view.to_browser(say("execute_input", {"code": SECRET, "execution_count": 10**9}))

    assert shown.content == {"code": "print(1)", "execution_count": 99_999}


def test_kernel_info_is_the_same_for_every_kernel(
    view: View, memory: KernelMemory, ask: Say, say: Say
) -> None:
    memory.from_browser(ask(kind="kernel_info_request"))

    (shown,) = view.to_browser(say("kernel_info_reply", {"banner": SECRET}, "shell"))

    assert shown.content == messages.KERNEL_INFO


def test_every_byte_that_is_shown_is_charged(
    view: View, asked: KernelMemory, budget: Budget, say: Say
) -> None:
    view.to_browser(say("stream", {"name": "stdout", "text": "x" * 1000}))
    assert budget.used_bytes == 1002
    view.to_browser(say("error", {"ename": "E", "evalue": "v" * 100, "traceback": ["t" * 100]}))
    assert budget.used_bytes >= 1202


def test_the_same_content_again_costs_sixteen_bytes(
    view: View, asked: KernelMemory, budget: Budget, say: Say
) -> None:
    output = say("stream", {"name": "stdout", "text": "x" * 1000})
    view.to_browser(output)
    used = budget.used_bytes

    view.to_browser(output)

    assert budget.used_bytes == used + 16


def test_what_was_too_large_becomes_a_notice_in_the_cell(
    view: View, asked: KernelMemory, budget: Budget, say: Say
) -> None:
    huge = say("display_data", {"data": {"text/plain": SECRET * 30_000}})

    (notice,) = view.to_browser(huge)

    assert "Output withheld: it is" in notice.content["data"]["text/plain"]
    assert SECRET not in json.dumps(notice.content)
    assert notice.parent_header["msg_id"] == "a1"
    assert budget.used_bytes == 16
    assert view.to_browser(huge) == []


def test_states_toggle_only_once_a_request(view: View, asked: KernelMemory, say: Say) -> None:
    toggles = [say("status", {"execution_state": ("busy", "idle")[i % 2]}) for i in range(1000)]

    assert sum(len(view.to_browser(toggle)) for toggle in toggles) == 2


def test_unasked_states_pass_once_a_second(
    view: View, asked: KernelMemory, say: Say, fake_time: Any
) -> None:
    dead = say("status", {"execution_state": "dead"}, to="")

    assert len(view.to_browser(dead)) == 1
    assert len(view.to_browser(dead)) == 0
    fake_time.pass_by(1)
    assert len(view.to_browser(dead)) == 1


def test_a_second_tab_sees_the_same_states(
    view: View, asked: KernelMemory, say: Say, fake_time: Any
) -> None:
    other = View(asked, fake_time.monotonic)
    busy = say("status", {"execution_state": "busy"})

    assert len(view.to_browser(busy)) == len(other.to_browser(busy)) == 1


def test_an_answer_that_nobody_asked_for_is_dropped(view: View, say: Say) -> None:
    assert view.to_browser(say("execute_reply", {"status": "ok"}, "shell", to=SECRET)) == []


def test_an_unknown_parent_passes_as_a_bare_id_and_is_charged(
    view: View, budget: Budget, say: Say
) -> None:
    (shown,) = view.to_browser(say("stream", {"name": "stdout", "text": "x"}, to="ab" * 16))

    assert shown.parent_header["msg_id"] == "ab" * 16
    assert budget.used_bytes == 1 + 16 + 2


def test_a_kernel_may_not_be_asked_for_comms(memory: KernelMemory, ask: Say) -> None:
    assert memory.from_browser(ask(kind="comm_open", comm_id="x")) is None
    assert memory.from_browser(ask(kind="debug_request")) is None


def test_a_request_carries_only_what_the_protocol_names(memory: KernelMemory, ask: Say) -> None:
    rebuilt = memory.from_browser(ask(code="1", user_expressions={"a": "b"}, x=1))

    assert rebuilt is not None
    assert rebuilt.content == {"code": "1", "user_expressions": {}}
    assert rebuilt.metadata == {}


class TestWhenTheBudgetIsSpent:
    @pytest.fixture(autouse=True)
    def _spent(self, budget: Budget) -> None:
        budget.used_bytes = budget.limit_bytes

    def test_the_count_and_status_of_a_reply_are_the_gateways(
        self, view: View, memory: KernelMemory, ask: Say, say: Say
    ) -> None:
        memory.from_browser(ask("b1", code="1"))
        memory.from_browser(ask("b2", code="2"))
        reply = {"status": "error", "execution_count": 77_123, "payload": [{"source": "page"}]}

        (shown,) = view.to_browser(say("execute_reply", reply, "shell", to="b2"))

        assert shown.content == {
            "status": "ok",
            "execution_count": 2,
            "payload": [],
            "user_expressions": {},
        }

    def test_a_reply_passes_once(self, view: View, asked: KernelMemory, say: Say) -> None:
        reply = say("execute_reply", {"status": "ok"}, "shell")

        assert [len(view.to_browser(reply)) for _ in range(3)] == [1, 0, 0]

    def test_outputs_become_one_constant_notice_a_cell(
        self, view: View, asked: KernelMemory, say: Say
    ) -> None:
        first = view.to_browser(say("stream", {"name": "stdout", "text": SECRET}))
        second = view.to_browser(say("display_data", {"data": {"text/plain": SECRET * 90_000}}))

        assert len(first) == 1
        assert "the budget of" in str(first[0].content)
        assert second == []

    @pytest.mark.parametrize("kind", ["complete_reply", "inspect_reply", "input_request"])
    def test_answers_of_free_text_are_over(
        self, kind: str, view: View, asked: KernelMemory, say: Say
    ) -> None:
        content = {"status": "ok", "matches": [SECRET], "prompt": SECRET}

        channel = "stdin" if kind == "input_request" else "shell"
        assert view.to_browser(say(kind, content, channel)) == []

    def test_two_kernels_that_say_different_things_look_alike(
        self, view: View, asked: KernelMemory, say: Say, fake_time: Any
    ) -> None:
        def told(secret: int) -> list[Any]:
            other = View(asked, fake_time.monotonic)
            said = [
                say("execute_input", {"code": str(secret), "execution_count": secret}),
                say("stream", {"name": "stdout", "text": str(secret)}),
                say(
                    "execute_reply",
                    {"status": ["ok", "error"][secret % 2], "execution_count": secret},
                    "shell",
                ),
                say("kernel_info_reply", {"banner": str(secret)}, "shell"),
                say("shutdown_reply", {"restart": bool(secret % 2)}, "control"),
            ]
            return [shown.content for one in said for shown in other.to_browser(one)]

        assert told(7) == told(1234)

    def test_a_cell_can_still_end(self, view: View, asked: KernelMemory, say: Say) -> None:
        states = ["busy", "idle"]

        shown = [view.to_browser(say("status", {"execution_state": state})) for state in states]

        assert [one[0].content["execution_state"] for one in shown] == states


def test_the_list_of_types_is_the_one_that_was_reviewed() -> None:
    assert {kind for _, kind in messages.RULES} == set(FIELDS)
    assert set(FIELDS) >= conversation._CONSTANT_ANSWERS

"""The day's budget: taken before use, never given back by a crash."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.node.gateway.firewall.budget import BLOCK_BYTES, REPEAT_BYTES, Budget
from gdi_spe.node.gateway.registry import Registry


def test_a_kill_at_any_moment_never_lowers_what_was_used(ledger: Any, fake_time: Any) -> None:
    budget = Budget("k", 8 << 20, ledger, fake_time.now)
    for size in (1, 1000, 70_000, 64, 500_000):
        assert budget.charge("stream", size)
        after_kill = Budget("k", 8 << 20, ledger, fake_time.now)
        assert budget.used_bytes <= after_kill.used_bytes <= budget.used_bytes + BLOCK_BYTES


@given(st.lists(st.integers(0, 300_000), max_size=40))
def test_no_sequence_of_charges_passes_the_limit(sizes: list[int]) -> None:
    from datetime import UTC, datetime

    class Ledger:
        stored = 0

        def used_bytes(self, key: str, day: str) -> int:
            return self.stored

        def store_used_bytes(self, key: str, day: str, used_bytes: int) -> None:
            self.stored = used_bytes

    ledger = Ledger()
    budget = Budget("k", 1 << 20, ledger, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    shown = sum(size for size in sizes if budget.charge("x", size))

    assert shown == budget.used_bytes <= 1 << 20
    assert ledger.stored >= budget.used_bytes


def test_a_clean_end_gives_the_rest_of_the_block_back(ledger: Any, fake_time: Any) -> None:
    budget = Budget("k", 8 << 20, ledger, fake_time.now)
    budget.charge("stream", 1000)
    budget.settle()

    assert Budget("k", 8 << 20, ledger, fake_time.now).used_bytes == 1000


def test_a_day_that_is_over_does_not_come_back(budget: Budget, fake_time: Any) -> None:
    budget.charge("stream", 1000)
    fake_time.at += timedelta(days=1)
    assert budget.charge("stream", 5)
    assert budget.used_bytes == 5
    day = budget.day

    fake_time.at -= timedelta(days=1)

    assert budget.charge("stream", 5)
    assert (budget.used_bytes, budget.day) == (10, day)


def test_the_end_of_the_budget_is_kept_for_cells_to_finish(budget: Budget) -> None:
    while budget.charge("stream", 1000):
        pass

    assert not budget.charge("stream", 1000)
    assert budget.charge("status", 3, is_control=True)


def test_the_same_content_again_costs_sixteen_bytes(budget: Budget) -> None:
    budget.charge("stream", 1000, b"d")
    budget.charge("stream", 1000, b"d")

    assert budget.used_bytes == 1000 + REPEAT_BYTES


def test_a_report_that_nobody_heard_is_told_again(budget: Budget) -> None:
    budget.charge("stream", 10)
    budget.give_back_report(budget.take_report())
    budget.charge("stream", 5)

    assert budget.take_report() == {"stream": {"n": 2, "bytes": 15}}
    assert budget.take_report() == {}


def test_the_registry_keeps_budgets_over_a_restart(tmp_path: Path, fake_time: Any) -> None:
    registry = Registry(tmp_path / "gateway.db")
    Budget("k", 8 << 20, registry, fake_time.now).charge("stream", 100_000)
    registry.close()  # as after SIGKILL: nothing was settled

    again = Registry(tmp_path / "gateway.db")
    assert Budget("k", 8 << 20, again, fake_time.now).used_bytes >= 100_000
    again.close()


def test_the_registry_is_for_its_owner_alone(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "gateway.db")
    registry.close()

    assert (tmp_path / "gateway.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("n_saved", [3])
def test_the_registry_keeps_hashes_of_what_was_saved(tmp_path: Path, n_saved: int) -> None:
    registry = Registry(tmp_path / "gateway.db")
    digests = [bytes([n]) * 16 for n in range(n_saved)]
    registry.keep_saved("w00000000aa", digests)

    assert registry.saved("w00000000aa") == digests
    assert registry.saved("w00000000bb") == []
    registry.close()

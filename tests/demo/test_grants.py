"""What the node concludes from the development providers, by its own rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.demo.stand_ins.cast import ADA, BEN, CAST, CLEO
from gdi_spe.demo.stand_ins.providers import visa_value
from gdi_spe.node.identity import entitlements
from gdi_spe.node.identity.clearinghouse import Decision, decide
from gdi_spe.node.identity.keys import HttpFetcher, key_source_for
from gdi_spe.node.identity.trust import Identity, trust_of
from gdi_spe.node.settings import Settings


def decided(browser: Any, settings: Settings, sub: str, user: str = "") -> Decision:
    told = browser.userinfo(browser.log_in(sub)["access_token"]).json()
    identity = Identity(settings.identity.issuer, user or sub)
    trust, keys = trust_of(settings.identity), key_source_for(settings)
    return decide(told["ga4gh_passport_v1"], identity, trust, keys, datetime.now(UTC))


@pytest.mark.parametrize("member", CAST, ids=lambda member: member.key)
def test_everybody_is_granted_what_the_cast_says(
    browser: Any, home: tuple[Path, Path, Settings], member: Any
) -> None:
    decision = decided(browser, home[2], member.sub)

    assert tuple(decision.granted) == member.cohorts
    assert decision.refusals == ()


def test_somebody_elses_passport_grants_nothing(
    browser: Any, home: tuple[Path, Path, Settings]
) -> None:
    assert decided(browser, home[2], ADA.sub, user=BEN.sub).granted == {}


def test_the_node_reads_the_entitlements_back_with_its_own_key(
    running: object, home: tuple[Path, Path, Settings]
) -> None:
    (source,) = home[2].identity.entitlements

    found = entitlements.ask(source, home[2], HttpFetcher())

    expected = {(m.sub, visa_value(c)) for m in (ADA, CLEO) for c in m.cohorts}
    assert {(each.user.userid, each.resource) for each in found} == expected
    assert all(each.is_active(datetime.now(UTC)) for each in found)

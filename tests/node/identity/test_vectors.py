"""The shared set of passports: what each of them must, and must not, grant."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.node.identity.clearinghouse import decide
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.trust import read_trust

VISAS = Path(__file__).parents[4] / "shared" / "data" / "visas"
VECTORS: list[dict[str, Any]] = (
    json.loads((VISAS / "vectors.json").read_text()) if VISAS.exists() else []
)

pytestmark = pytest.mark.skipif(not VECTORS, reason="../shared/data/visas is not here")


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_a_shared_passport_is_decided_as_the_specification_says(vector: dict[str, Any]) -> None:
    trust, user = read_trust(VISAS / "trust.json")
    told = json.loads((VISAS / "trust.json").read_text())
    keys = FixedKeys(json.loads((VISAS / "jwks.json").read_text()))

    decision = decide(
        vector["passport"], user, trust, keys, datetime.fromtimestamp(told["now"], UTC)
    )

    assert list(decision.granted) == ([told["dataset"]["id"]] if vector["expect_grant"] else [])
    assert set(keys.asked) <= {issuer["jku"] for issuer in told["trusted_issuers"]}

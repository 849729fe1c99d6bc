"""The Hub crashes while people work: what must end ends, and who works on is found again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gdi_spe.demo.browser import Browsers, browser
from gdi_spe.demo.making import Made, make
from gdi_spe.demo.researcher import Researcher
from gdi_spe.demo.stand_ins.access_committee import CommitteeClient
from gdi_spe.demo.stand_ins.cast import ADA, CLEO, Member
from gdi_spe.node.identity.people import username_of
from tests.journeys.test_story import left_behind, missing

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.timeout(600)]

PATIENCE_SECONDS = 60.0


@dataclass
class Site:
    """A whole node, two researchers at work, and a Hub that can be killed."""

    made: Made
    browsers: Browsers
    committee: CommitteeClient

    def researcher(self, member: Member) -> Researcher:
        settings = self.made.stack.settings
        person = username_of(settings.identity.issuer, member.sub)
        page = self.browsers.person().new_page()
        return Researcher(page, settings.hub.public_url.rstrip("/"), person, member.sub)

    def at_work(self, member: Member) -> Researcher:
        found = self.researcher(member)
        found.log_in()
        found.start(member.cohorts[0].lower())
        return found

    def containers(self) -> int:
        label = f"label=gdi-spe.node={self.made.stack.run_dir.name}"
        words = ["docker", "ps", "-q", "--filter", label]
        return len(subprocess.run(words, capture_output=True, check=True).stdout.split())

    def seconds_until(self, n_containers: int) -> float:
        begun = time.monotonic()
        while self.containers() != n_containers:
            assert time.monotonic() - begun < PATIENCE_SECONDS
            time.sleep(0.2)
        return time.monotonic() - begun


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    if why := missing():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="gdi-spe-crash-"))
    made = make(folder)
    made.operator.make_cohorts(made.synthetic)
    made.stack.start_providers()
    made.stack.start_node()
    with browser() as browsers:
        try:
            yield Site(made, browsers, CommitteeClient.of(made.stack.state))
        finally:
            made.stack.stop()
            assert left_behind(made.stack) == []
            shutil.rmtree(folder)


def test_ends_and_work_survive_a_crash_of_the_hub(site: Site) -> None:
    # Cleo's grant ends tomorrow, so that her page warns; Ada's has no end.
    site.committee.withdraw(CLEO.sub, CLEO.cohorts[0])
    site.committee.grant(CLEO.sub, CLEO.cohorts[0], end=datetime.now(UTC) + timedelta(hours=20))
    cleo, ada = site.at_work(CLEO), site.at_work(ADA)
    cleo.page.wait_for_selector("#spe-banner")
    assert "in less than a day" in cleo.page.inner_text("#spe-banner")
    assert ada.page.locator("#spe-banner").count() == 0

    site.made.stack.processes.kill("hub")
    site.committee.withdraw(CLEO.sub, CLEO.cohorts[0])

    # The grant's end is enforced with no Hub there, on the container and on the page.
    assert site.seconds_until(1) < PATIENCE_SECONDS
    cleo.page.wait_for_function(
        "document.querySelector('#spe-banner')?.innerText.includes('closed')", timeout=40_000
    )

    site.made.stack.start("hub")

    # Who still may work is found again, and who may not does not come back.
    ada.page.goto(f"{ada.hub}/hub/projects")
    assert ada.page.get_by_role("link", name="Open workspace").count() == 1
    cleo.page.context.clear_cookies()
    cleo.log_in()
    assert "You hold no current grant" in cleo.text()
    assert site.containers() == 1

    # Timers hold after the restart as before it.
    site.committee.withdraw(ADA.sub, ADA.cohorts[0])
    assert site.seconds_until(0) < PATIENCE_SECONDS

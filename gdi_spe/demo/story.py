"""The life of a result, from a VCF to a download, and the end of a grant.

Every step shows what it promises on real parts: the command, a browser, containers, the node's
own log. The same steps are the project's journey test.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gdi_spe.demo.access_committee import CommitteeClient
from gdi_spe.demo.browser import Browsers, Researcher, Reviewer
from gdi_spe.demo.cast import ADA, BEN, CLEO, ROSA, SVEN
from gdi_spe.demo.operator import Operator
from gdi_spe.demo.stack import Stack
from gdi_spe.demo.telling import Step, evidence, expect
from gdi_spe.demo.truth import COHORTS

COHORT, OTHER_COHORT = (definition.id for definition in COHORTS)
PROJECT, OTHER_PROJECT = COHORT.lower(), OTHER_COHORT.lower()
THREE_QUESTIONS = "tutorials/01-three-questions.ipynb"
START_SECONDS = 5.0
REVOCATION_SECONDS = 60.0


@dataclass
class Story:
    """What the steps share."""

    stack: Stack
    operator: Operator
    synthetic: Path
    browsers: Browsers
    pictures: Path
    truth: dict[str, Any] = field(default_factory=dict)
    researchers: dict[str, Researcher] = field(default_factory=dict)
    wid: str = ""
    shown: str = ""
    request: str = ""
    ended_at: datetime | None = None

    def steps(self) -> list[Step]:
        """Return the story."""
        return [
            Step("A synthetic node: two datasets with planted answers and near misses", self.data),
            Step("Datasets are ingested, cohorts defined and materialised", self.cohorts),
            Step("Only settings tell the development provider from LS AAI", self.production),
            Step("Who has a visa gets in, who has none is told what to do", self.log_ins),
            Step("Inside a workspace nothing beyond its walls is reachable", self.isolation),
            Step(
                "A notebook answers the three questions; the answers are the planted", self.answer
            ),
            Step(
                "Rows of people are blocked, small cells named, the aggregate passes", self.checks
            ),
            Step("Two reviewers approve, neither seeing the other's vote", self.reviews),
            Step("The release is downloaded: the bytes that were reviewed", self.download),
            Step("The grant is withdrawn: silence within 60 s, and work is kept", self.revocation),
            Step("The audit log holds all of it, and notices one changed byte", self.audit),
        ]

    # --- the node ------------------------------------------------------------------------------

    def data(self) -> None:
        """Show what was generated."""
        self.truth = json.loads((self.synthetic / "truth.json").read_text())
        people = self.truth["n_individuals"]
        expect(
            people >= 2500, f"{people} individuals over two datasets (seed {self.truth['seed']})"
        )
        for question, title in self.truth["questions"].items():
            answers = self.truth["answers"][question][COHORT]
            near = self.truth["near_misses"][question]
            evidence(f"{title}: {len(answers)} planted answers, {len(near)} near misses")

    def cohorts(self) -> None:
        """Run the commands an admin runs."""
        self.operator.make_cohorts(self.synthetic)
        for definition in COHORTS:
            cohort = self.operator.json("cohort", "show", definition.id)
            evidence(f"{definition.id}: {json.dumps(cohort)[:240]}")

    def production(self) -> None:
        """A node set for production refuses to start with the development provider."""
        self.stack.start_providers()
        printed = self.operator.refused_in_production(self.stack.home)
        expect("production" in printed, f"refused: {printed.splitlines()[-1][:160]}")
        self.stack.start_node()
        evidence(f"the node serves {self.stack.settings.hub.public_url}")

    # --- log-ins ---------------------------------------------------------------------------------

    def log_ins(self) -> None:
        """Log in as three researchers, each in a browser of their own."""
        ada = self._researcher("ada", ADA.sub)
        expect(PROJECT in ada.html(), f"{ADA.name} sees her project")
        ada.picture(self.pictures / "projects.png")
        seconds = ada.start(PROJECT)
        expect(seconds <= START_SECONDS, f"JupyterLab after {seconds:.1f} s (at most 5)")
        ada.picture(self.pictures / "lab.png")
        ben = self._researcher("ben", BEN.sub)
        expect("no current grant" in ben.text(), f"{BEN.name} is refused: {_one_line(ben.text())}")
        ben.picture(self.pictures / "refused.png")
        cleo = self._researcher("cleo", CLEO.sub)
        page = cleo.html()
        expect(OTHER_PROJECT in page, f"{CLEO.name} sees {OTHER_COHORT}")
        expect(COHORT not in page and PROJECT not in page, "and nothing of any other cohort")
        status = cleo.status_of(f"/hub/spawn/{cleo.username()}/{PROJECT}")
        expect(status in (403, 404), f"asking for {PROJECT} by its address: HTTP {status}")

    def _researcher(self, key: str, sub: str) -> Researcher:
        page = self.browsers.person().new_page()
        researcher = Researcher(page, self.stack.settings.hub.public_url)
        researcher.log_in(sub)
        self.researchers[key] = researcher
        return researcher

    # --- inside ----------------------------------------------------------------------------------

    def isolation(self) -> None:
        """Let the node's own probe try every wall from inside."""
        running = [w for w in self.operator.json("workspace", "list") if w["status"] == "running"]
        self.wid = next(w["wid"] for w in running if w["project"] == PROJECT)
        result = self.operator.json("workspace", "probe", self.wid)
        lines = result["lines"] if isinstance(result, dict) else result
        failed = [line for line in lines if not line["ok"]]
        for line in lines:
            mark = "ok " if line["ok"] else "BAD"
            evidence(f"{mark} {line['control']:<24} {line['observed'][:90]}")
        expect(not failed, f"{len(lines)} controls hold")
        noticed = self.operator.probe_with_a_control_off(self.wid)
        expect(bool(noticed), f"with a control switched off the same probe notices: {noticed}")

    def answer(self) -> None:
        """Run the tutorial in the browser and compare its answers with what was planted."""
        ada = self.researchers["ada"]
        self.shown = ada.run_notebook(THREE_QUESTIONS, until="ANSWERS {")
        ada.picture(self.pictures / "notebook.png")
        given = json.loads(re.search(r"ANSWERS (\{.*\})", self.shown).group(1))  # type: ignore[union-attr]  # waited for
        for question, title in self.truth["questions"].items():
            planted = self.operator.pseudonyms(COHORT, self.truth["answers"][question][COHORT])
            digest = hashlib.sha256("\n".join(sorted(planted)).encode()).hexdigest()
            answer = given["questions"][question]
            expect(
                (answer["n"], answer["sha256"]) == (len(planted), digest),
                f"{title}: {answer['n']} individuals, the planted ones",
            )
        self._compare_frequencies(given["alleles"])

    def _compare_frequencies(self, given: dict[str, dict[str, list[int]]]) -> None:
        planted = [a for a in self.truth["alleles"] if a["cohort"] == COHORT]
        for allele in planted:
            name = "{chromosome}-{position}-{reference}-{alternate}".format(**allele)
            for population, counts in allele["counts"].items():
                got = given.get(name, {}).get(population)
                if got != list(counts):
                    expect(False, f"{name} in {population}: {got}, planted {counts}")
        expect(
            bool(planted), f"allele counts of {len(planted)} alleles by population are planted's"
        )

    # --- out -------------------------------------------------------------------------------------

    def checks(self) -> None:
        """See what the node says of what the notebook submitted."""
        page = self._export_pages("ada", ADA.sub)
        listed = page.requests()
        self.request = next(
            one["id"] for one in listed if one["title"] == "Frequencies for Table 2"
        )
        rows = next(one["id"] for one in listed if one["title"] == "Carriers, one row a person")
        cells = next(one["id"] for one in listed if one["title"] == "Carriers by population")
        expect("block" in page.request_text(rows).lower(), "the table of people is blocked")
        evidence(_one_line(page.findings(rows)))
        page.picture(self.pictures / "blocked.png")
        expect("block" in page.request_text(cells).lower(), "the table with small cells is blocked")
        evidence(_one_line(page.findings(cells)))
        text = page.request_text(self.request).lower()
        expect("pass" in text and "block" not in text, "the aggregate passes the checks")

    def _export_pages(self, key: str, sub: str) -> Reviewer:
        context = (
            self.researchers[key].page.context
            if key in self.researchers
            else self.browsers.person()
        )
        pages = Reviewer(context.new_page(), self.stack.settings.web.public_url)
        pages.log_in(sub)
        return pages

    def reviews(self) -> None:
        """Approve twice, blind; the researcher may not."""
        ada = self._export_pages("ada", ADA.sub)
        expect(ada.review_status(self.request) == 403, "the researcher cannot review the request")
        for key, sub in (("rosa", ROSA.sub), ("sven", SVEN.sub)):
            reviewer = self._export_pages(key, sub)
            seen = reviewer.review_text(self.request)
            expect(
                ROSA.name not in seen and "approved by" not in seen.lower(), f"{key} sees no vote"
            )
            reviewer.picture(self.pictures / "review.png")
            reviewer.approve(self.request, "Counts are above the floor; the kind is what it says.")
            evidence(f"{key} approved")

    def download(self) -> None:
        """Download in the researcher's browser and compare the hash with the reviewed one."""
        ada = self._export_pages("ada", ADA.sub)
        reviewed = self.operator.json("export", "show", self.request)["files"]
        expected = {file["name"]: file["sha256"] for file in reviewed}
        got = ada.download(self.request)
        expect(got == expected, f"SHA-256 of what arrived is that of what was reviewed: {got}")

    # --- the end of a grant ----------------------------------------------------------------------

    def revocation(self) -> None:
        """Withdraw the grant, watch everything end, give it back, find the files."""
        ada = self.researchers["ada"]
        kept = ada.put_text_file("kept.ipynb")
        committee = CommitteeClient.of(self.stack.state)
        begun = time.monotonic()
        committee.withdraw(ADA.sub, COHORT)
        seconds = ada.seconds_until_closed(begun, REVOCATION_SECONDS)
        expect(seconds <= REVOCATION_SECONDS, f"the route is closed after {seconds:.1f} s")
        gone = self.operator.seconds_until_gone(self.wid, begun, REVOCATION_SECONDS)
        expect(gone <= REVOCATION_SECONDS, f"the container is gone after {gone:.1f} s")
        self.ended_at = datetime.now(UTC)
        status = ada.status_of(f"/hub/spawn/{ada.username()}/{PROJECT}")
        expect(status == 403, f"another cannot be started: HTTP {status}")
        committee.grant(ADA.sub, COHORT)
        ada.log_in_again(ADA.sub)
        ada.start(PROJECT)
        expect(ada.has_file(kept), "the grant is back, and so are the work volume and its files")

    def audit(self) -> None:
        """Verify the chain, then change one byte of a copy."""
        printed = self.operator.command("audit", "verify")
        evidence(printed.splitlines()[-1])
        found = self.operator.verify_with_a_changed_byte()
        expect(bool(found), f"a byte changed in a copy is found: {_one_line(found)}")
        chain = self.operator.four_writers(2_500)
        expect(bool(chain), f"four processes wrote 10,000 events at once: {chain}")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()[:300]

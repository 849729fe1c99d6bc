"""The airlock's desk: its operations whole, with transactions, disk and checks in the right order.

Checks take seconds, so they run outside transactions; what they found is stored only if nothing
changed meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.boundary.findings import FileReport, Finding, RequestReport, Verdict
from gdi_spe.boundary.identifiers import FileName
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.engine import request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process.sandbox import check_confined
from gdi_spe.node.airlock import releases, requests, reviews, views
from gdi_spe.node.airlock.content import ContentChanged, ContentStore, Incoming
from gdi_spe.node.airlock.people import Actor
from gdi_spe.node.airlock.releases import Handed
from gdi_spe.node.airlock.requests import Draft, Prepared
from gdi_spe.node.airlock.reviews import Ballot
from gdi_spe.node.airlock.states import Status
from gdi_spe.node.airlock.tables import ExportFile
from gdi_spe.node.cohorts.marks import marks_of
from gdi_spe.node.database.engine import Database
from gdi_spe.node.ledger.memory import Ledger
from gdi_spe.node.ledger.watch import Claimed, Watch

log = logging.getLogger(__name__)

# Forms whose rows the node reads itself; tables in other forms are written as CSV by the check.
_PLAIN = ("text/csv", "text/tab-separated-values")

_NAME: TypeAdapter[str] = TypeAdapter(FileName)


def file_name(name: str) -> str:
    """Return a file's name if it is one, or refuse it."""
    try:
        # TRUST: names become parts of URLs, headers and files on people's computers.
        return _NAME.validate_python(name)
    except ValidationError:
        raise BadInput(
            "a file's name has letters, digits, dot, dash and underscore, begins with a letter or "
            "digit, and is at most 80 long"
        ) from None


@dataclass(frozen=True)
class Desk:
    """Everything that can be asked of the airlock."""

    database: Database
    store: ContentStore
    policy: DisclosurePolicy
    now: Callable[[], datetime]
    ledger: Ledger

    # --- from a workspace; the socket says which ------------------------------------------------

    def create(self, draft: Draft) -> str:
        """Make a request and return its id."""
        with self.database.write() as session:
            return requests.create(session, draft, self.now())

    def incoming(self) -> Incoming:
        """Open a place for one file's bytes; write chunks, `add_file`, close."""
        return self.store.incoming(self.policy.files.max_file_bytes)

    def add_file(self, wid: str, rid: str, name: str, incoming: Incoming) -> dict[str, Any]:
        """Keep a file's bytes, re-encode them, and add both to the request."""
        name = file_name(name)
        with self.database.read() as session:
            requests.of_workspace(session, rid, wid)
        prepared = self._prepare(name, incoming.keep(), incoming.n_bytes)
        with self.database.write() as session:
            requests.of_workspace(session, rid, wid)
            requests.add_file(session, rid, name, prepared, self.policy, self.now())
        canonical = prepared.sha256 if prepared.is_canonical else None
        return {"sha256": canonical, "bytes": prepared.n_bytes, "name": prepared.release_name}

    def _prepare(self, name: str, upload_sha256: str, n_bytes: int) -> Prepared:
        """Make the canonical form, from the stored bytes, in a confined process."""
        uploaded = {name: self.store.path(upload_sha256)}
        with check_confined(uploaded, self.policy, CheckContext(), self.store.scratch) as checked:
            found = checked.canonical(name)
            if found is None:
                return Prepared(
                    upload_sha256, n_bytes, upload_sha256, n_bytes, False, name,
                    "application/octet-stream",
                )  # fmt: skip
            file, path = found
            data = path.read_bytes()
        # TRUST: the hash is of the bytes that are kept; what the check said it was is not asked.
        return Prepared(
            upload_sha256, n_bytes, self.store.put(data), len(data), True, file.canonical_name,
            file.media_type,
        )  # fmt: skip

    def declare(self, wid: str, rid: str, name: str, side_car: SideCar) -> None:
        """Keep what is declared about a file."""
        with self.database.write() as session:
            requests.of_workspace(session, rid, wid)
            requests.declare(session, rid, file_name(name), side_car, self.now())

    def submit(
        self, wid: str, rid: str, context: CheckContext, watches: Sequence[Watch] = ()
    ) -> dict[str, Any]:
        """Check a request, ask the ledgers of its cohorts, and hand it on or block it."""
        with self.database.read() as session:
            request = requests.of_workspace(session, rid, wid)
            # A request that cannot be submitted is told so before a minute of checking.
            if refusal := requests.refusal_of_submission(request):
                raise refusal
            files = requests.files_of(session, rid)
            digest = requests.content_digest(files)
            earlier = releases.earlier_files(session, request.project, rid)
        report, tables = self._check(files, self._with_earlier(context, earlier))
        claimed = [each for file in files if (each := self._claimed(file, tables))]
        while True:
            with self.database.read() as session:
                waiting = requests.waiting_beside(session, rid)
            judged = self._with_ledgers(rid, report, claimed, watches, waiting)
            with self.database.write() as session:
                # TRUST: a request that came to wait meanwhile was not compared with; ask again.
                if not watches or requests.waiting_beside(session, rid) <= waiting:
                    status = requests.submit(session, rid, digest, judged, self.now())
                    break
        return {"id": rid, "status": status, **judged.model_dump(mode="json")}

    def _with_ledgers(
        self, rid: str, report: RequestReport, claimed: Sequence[Claimed],
        watches: Sequence[Watch], waiting: Collection[str],
    ) -> RequestReport:  # fmt: skip
        """Add what the node counts itself, and what the numbers tell with others.

        The others are those released before and those of requests that wait as well.
        """
        for watch in watches:
            watch.prepare(rid, claimed)
            found = watch.findings(claimed, self.policy.counts.minimum, waiting)
            report = request_report(
                [_with_findings(each, found.get(each.file, [])) for each in report.files],
                self.policy,
            )
        return report

    def _claimed(self, file: ExportFile, tables: Mapping[str, bytes]) -> Claimed | None:
        """Return a file with what is declared of it, if it is declared whose numbers it holds."""
        if not file.side_car:
            return None
        side_car = SideCar.model_validate_json(file.side_car)
        if not (side_car.by or side_car.where or side_car.selection):
            return None
        if file.media_type in _PLAIN:
            return Claimed(file.name, self.store.read(file.sha256), side_car)
        return Claimed(file.name, tables.get(file.name), side_car)

    def _with_earlier(self, context: CheckContext, earlier: Sequence[ExportFile]) -> CheckContext:
        """Add what was released before, newest first, as far as it can be compared in time."""
        prior: list[Path] = []
        versions: dict[str, int] = {}
        left = self.policy.files.max_request_bytes
        for file in earlier:
            left -= file.n_bytes
            if left >= 0:
                self.store.read(file.sha256)
                path = self.store.path(file.sha256)
                prior.append(path)
                if (version := _version_of(file)) is not None:
                    versions[str(path)] = version
        # TRUST: what was not compared is counted, and means that a person looks.
        n_left_out = len(earlier) - len(prior)
        return context.model_copy(
            update={
                "prior": tuple(prior), "prior_versions": versions, "n_prior_left_out": n_left_out,
            }
        )  # fmt: skip

    def _check(
        self, files: Sequence[ExportFile], context: CheckContext
    ) -> tuple[RequestReport, dict[str, bytes]]:
        """Check the bytes as they came, and compare their canonical form with what is kept.

        The tables of files that are no CSV come with the report, as CSV.
        """
        side_cars = {f.name: SideCar.model_validate_json(f.side_car) for f in files if f.side_car}
        context = context.model_copy(update={"side_cars": side_cars})
        paths = {file.name: self.store.path(file.upload_sha256) for file in files}
        for file in files:
            self.store.read(file.upload_sha256)
        with check_confined(paths, self.policy, context, self.store.scratch) as checked:
            report = checked.outcome.report
            read = ((file.name, checked.table(file.name)) for file in files)
            tables = {name: table for name, table in read if table is not None}
        missing = _without_data(side_cars)
        report = request_report(
            [_with_findings(each, missing.get(each.file, [])) for each in report.files],
            self.policy,
        )
        for file in files:
            judged = report.file(file.name)
            # TRUST: the findings must be about the very bytes that would leave.
            if file.is_canonical and judged.sha256 not in (None, file.sha256):
                raise ContentChanged(file.sha256)
            if not file.is_canonical and judged.sha256 is not None:
                raise requests.ChangedMeanwhile
        return report, tables

    def show_to_workspace(self, wid: str, rid: str) -> dict[str, Any]:
        """Return a request as its author sees it, in the workspace it came from."""
        with self.database.read() as session:
            request = requests.of_workspace(session, rid, wid)
            return views.of_author(session, request, self.policy)

    def list_to_workspace(self, wid: str) -> list[dict[str, Any]]:
        """Return the requests of a workspace."""
        with self.database.read() as session:
            return views.of_workspace_list(session, wid)

    # --- from the pages; the person has logged in -----------------------------------------------

    def home(self, actor: Actor) -> dict[str, Any]:
        """Return a person's own requests, and what waits for them as a reviewer."""
        with self.database.read() as session:
            return {
                "mine": views.mine(session, actor.person),
                "queue": views.queue(session, actor),
                "blocked": [
                    views.summary(each) for each in reviews.blocked(session, actor, self.policy)
                ],
            }

    def show(self, rid: str, actor: Actor) -> dict[str, Any]:
        """Return a request as this person may see it."""
        with self.database.read() as session:
            return views.for_actor(session, rid, actor, self.policy)

    def show_for_review(self, rid: str, actor: Actor) -> dict[str, Any]:
        """Return a request for review, or say why this person may not review it."""
        with self.database.read() as session:
            return views.for_review(session, rid, actor)

    def open_file(self, rid: str, name: str, actor: Actor) -> Handed:
        """Give a reviewer the bytes that would leave, and record that they looked."""
        try:
            with self.database.write() as session:
                file = reviews.opened(session, rid, name, actor, self.now())
                data = self.store.read(file.sha256)
                return Handed(file.release_name, file.media_type, file.sha256, data)
        except ContentChanged as found:
            self._note(rid, found)
            raise

    def vote(self, rid: str, actor: Actor, ballot: Ballot) -> Status:
        """Cast a vote, and release the request if it was the last approval."""
        with self.database.write() as session:
            status = reviews.vote(session, rid, actor, ballot, self.policy, self.now())
        return self.release(rid) if status is Status.APPROVED else status

    def show_blocked(self, rid: str, actor: Actor) -> dict[str, Any]:
        """Return a blocked request to a reviewer who may set the block aside, or say why not."""
        with self.database.read() as session:
            request = reviews.blocked_for(session, rid, actor, self.policy)
            return views.of_reviewer(session, request, actor)

    def overrule(self, rid: str, actor: Actor, reason: str) -> Status:
        """Have a blocked request reviewed after all, where the policy allows it."""
        with self.database.write() as session:
            return reviews.overrule(session, rid, actor, reason, self.policy, self.now())

    def release(self, rid: str) -> Status:
        """Let an approved request out."""
        try:
            # TRUST: what may leave is remembered before it does; too much in it does no harm.
            self.ledger.settle(rid)
            with self.database.write() as session:
                releases.release(session, rid, self.store, self.policy, self.now())
            return Status.RELEASED
        except ContentChanged as found:
            self._note(rid, found)
            raise

    def release_approved(self) -> int:
        """Release what was approved when the process ended before it could; return how many."""
        with self.database.read() as session:
            waiting = [r["id"] for r in views.everything(session) if r["status"] == Status.APPROVED]
        return sum(self._is_released(rid) for rid in waiting)

    def _is_released(self, rid: str) -> bool:
        """Release one of several; what is wrong with it never holds back the others."""
        try:
            return self.release(rid) is Status.RELEASED
        except SpeError as error:
            log.error("an approved request cannot be released: %s: %s", rid, error)
            return False

    def withdraw(self, rid: str, person: str) -> None:
        """Take a request back."""
        with self.database.write() as session:
            requests.withdraw(session, rid, person, self.now())

    def download(self, rid: str, name: str, person: str) -> Handed:
        """Hand a released file to its author."""
        try:
            with self.database.write() as session:
                return releases.download(
                    session, rid, name, person, self.store, self.policy, self.now()
                )
        except ContentChanged as found:
            self._note(rid, found)
            raise

    def check_still_released(self, rid: str, person: str) -> None:
        """Raise unless what a person is fetching is released to them still."""
        with self.database.read() as session:
            releases.check_still_released(session, rid, person, self.now())

    def _note(self, rid: str, found: ContentChanged) -> None:
        with self.database.write() as session:
            releases.note_tampering(session, rid, found, self.now())


def _without_data(side_cars: Mapping[str, SideCar]) -> dict[str, list[Finding]]:
    """Find figures whose numbers are said to be in a file that is not in the request."""
    return {
        name: [
            Finding(
                rule="DIF306", severity=Verdict.REVIEW, part=name,
                why=f"The numbers behind it are said to be in {side_car.data[:80]}, which is not "
                "in the request.",
                fix="Send the file of the numbers with the figure.",
            )
        ]
        for name, side_car in side_cars.items() if side_car.data and side_car.data not in side_cars
    }  # fmt: skip


def _version_of(file: ExportFile) -> int | None:
    """Return the cohort version that a released file says it was made of."""
    if not file.side_car:
        return None
    recipe = SideCar.model_validate_json(file.side_car).recipe
    return recipe.cohort_version if recipe else None


def _with_findings(report: FileReport, found: Sequence[Finding]) -> FileReport:
    """Add findings to a file's report; they can only make it worse."""
    findings = tuple(sorted((*report.findings, *found), key=lambda f: (-f.severity, f.rule)))
    verdict = max((f.severity for f in findings), default=report.verdict)
    return report.model_copy(update={"findings": findings, "verdict": max(verdict, report.verdict)})


def desk_of(
    database: Database, home: Path, policy: DisclosurePolicy, now: Callable[[], datetime]
) -> Desk:
    """Make the desk of a node."""
    return Desk(database, ContentStore(home), policy, now, Ledger(home))


def cohorts_context(folders: Sequence[Path]) -> CheckContext:
    """Return what a check must know of the cohorts of a workspace: their size and pseudonyms."""
    n_individuals, identifiers = 0, set[str]()
    versions, sieves = set[int](), list[Path]()
    is_sensitive = False
    for folder in folders:
        manifest = json.loads((folder / "manifest.json").read_text())
        n_individuals += int(manifest["n_individuals"])
        versions.add(int(manifest.get("version", 0)))
        is_sensitive = is_sensitive or bool(manifest.get("is_sensitive", False))
        marks = marks_of(folder)
        if marks is None:
            # A version from before marks were made with it.
            identifiers |= _names_in(folder)
        else:
            sieves.append(marks)
    return CheckContext(
        n_individuals=n_individuals or None,
        identifiers=frozenset(identifiers),
        sieves=tuple(sieves),
        is_sensitive=is_sensitive,
        cohort_version=versions.pop() if len(versions) == 1 else None,
    )


def _names_in(folder: Path) -> set[str]:
    import pyarrow.parquet as pq

    names = set[str]()
    for table, column in (
        ("individuals", "individual_id"), ("samples", "individual_id"), ("samples", "sample_id"),
    ):  # fmt: skip
        names |= set(pq.read_table(folder / f"{table}.parquet", columns=[column])[0].to_pylist())
    return names

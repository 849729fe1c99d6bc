"""The command ``spe``: what a workspace has, checks and exports, from a terminal or a script."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import ExitCode, SpeError
from gdi_spe.boundary.findings import Verdict

_EXIT_OF = {
    Verdict.PASS: ExitCode.OK,
    Verdict.REVIEW: ExitCode.REVIEW,
    Verdict.BLOCK: ExitCode.BLOCK,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    asked = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return int(run(asked))
    except SpeError as error:
        print(f"spe: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spe", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _verb(verbs, "cohorts", _cohorts, "list the cohorts of this workspace")
    check = _verb(verbs, "check", _check, "try the node's rules on files")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--kind", default="", help='what the table is, such as "counts"')
    check.add_argument(
        "--fix", action="append", default=[], choices=("round", "suppress", "drop-metadata", "mac"),
        help="write a mended copy beside each file and check that; may be given again",
    )  # fmt: skip
    export = _verb(verbs, "export", _export, "send files and ask for their release")
    export.add_argument("files", nargs="*", type=Path, metavar="FILE")
    export.add_argument("--title", help="what it is; without it the requests are listed")
    export.add_argument("--justification", default="", help="why it may leave")
    export.add_argument("--kind", default="", help="what the tables are")
    _verb(verbs, "isolation-report", _isolation, "try to leave the workspace")
    return parser


def _verb(
    verbs: Any, name: str, run: Callable[[argparse.Namespace], int], told: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=told, description=told)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _say(asked: argparse.Namespace, text: str, value: Any) -> None:
    print(json.dumps(value, indent=1) if asked.json else text)


def _cohorts(asked: argparse.Namespace) -> int:
    from gdi_spe.workspace.cohorts import cohorts

    found = cohorts()
    rows = [
        {"id": each.id, "version": each.version, "title": each.title, "until": each.until}
        for each in found
    ]
    _say(asked, repr(found), rows)
    return ExitCode.OK if len(found) else ExitCode.EMPTY


def _check(asked: argparse.Namespace) -> int:
    from gdi_spe.boundary.errors import NotFound
    from gdi_spe.workspace.outputs.exports import check, mend

    worst, told = Verdict.PASS, []
    for path in asked.files:
        if not path.is_file():
            raise NotFound("file", str(path))
        for how in asked.fix:
            path = mend(path, how)
        result = check(path, kind=asked.kind)
        worst = max(worst, result.report.verdict)
        told.append(result)
    files = [file for each in told for file in each.report.model_dump(mode="json")["files"]]
    _say(asked, "\n".join(map(repr, told)), {"verdict": worst.word, "files": files})
    return _EXIT_OF[worst]


def _export(asked: argparse.Namespace) -> int:
    from gdi_spe.boundary.errors import BadInput
    from gdi_spe.workspace.outputs.exports import export, exports, request_export

    if not asked.title:
        if asked.files:
            raise BadInput("an export request needs a title", remedy="Give --title")
        found = exports()
        _say(asked, repr(found), [each.told for each in found])
        return ExitCode.OK
    for path in asked.files:
        export(path, path.name, why=asked.title, kind=asked.kind)
    names = [path.name for path in asked.files] or None
    request = request_export(asked.title, asked.justification, names)
    _say(asked, repr(request), request.told)
    return ExitCode.BLOCK if request.status == "blocked" else ExitCode.OK


def _isolation(asked: argparse.Namespace) -> int:
    from gdi_spe.workspace.isolation import isolation_report

    report = isolation_report()
    rows = [{"tried": a.what, "closed": a.is_closed, "detail": a.detail} for a in report.attempts]
    _say(asked, repr(report), {"evidence": False, "attempts": rows})
    return ExitCode.OK if report.is_isolated else ExitCode.FAILED


if __name__ == "__main__":
    sys.exit(main())

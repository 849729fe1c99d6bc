"""Write the pages that list what is in the code: ``python docs/generate_reference.py [--check]``.

``reference/error-codes.md`` from the classes of errors, ``reference/rules.md`` from the rules of
disclosure, ``reference/commands.md`` from the verbs of ``gdi-spe``, ``reference/library`` from the
docstrings of the researcher's library. ``--check`` writes nothing and ends with 1 if a page is not
what the code says.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import click
import library_pages

import gdi_spe
from gdi_spe.boundary.errors import SpeError
from gdi_spe.disclosure.intake.formats import FIXES as FORMAT_FIXES
from gdi_spe.disclosure.rules import RULES
from gdi_spe.disclosure.rules.catalogue import CATALOGUE
from gdi_spe.disclosure.rules.examples import Example
from gdi_spe.disclosure.rules.of_releases import OF_RELEASES
from gdi_spe.node.cli.main import VERBS

HERE = Path(__file__).parent / "reference"


def main() -> int:
    """Write or check the pages."""
    pages = {"error-codes.md": error_codes(), "commands.md": commands(), "rules.md": rules()}
    pages |= library_pages.pages()
    if "--check" in sys.argv[1:]:
        return _check(pages)
    for old in set(HERE.glob("library/*.md")) - {HERE / name for name in pages}:
        old.unlink()
    for name, text in pages.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8")
    return 0


def _check(pages: Mapping[str, str]) -> int:
    outdated = [
        name
        for name, text in pages.items()
        if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != text
    ]
    for name in outdated:
        print(f"docs/reference/{name} is outdated: run python docs/generate_reference.py")
    return int(bool(outdated))


def rules() -> str:
    """Return the page of the rules of disclosure, with an example that each finds."""
    fixes = {rule.id: rule.fix for rule in RULES} | FORMAT_FIXES
    lines = [
        "# Rules",
        "",
        "What is asked of every part of a file before it leaves. An id is stable: findings and",
        "reports cite it. Each example on this page is run by a test.",
    ]
    for rule, entry in sorted(CATALOGUE.items()):
        lines += ["", f"## {rule}: {entry.title}", "", entry.why, "", "Found:"]
        lines += [*_example(entry.bad), "", "Left alone:", *_example(entry.good)]
        if rule in fixes:
            lines += ["", f"To fix: {fixes[rule]}"]
        if entry.parameters:
            names = ", ".join(f"`{name}`" for name in entry.parameters)
            lines += ["", f"Numbers of [the policy](policy.md): {names}."]
    lines += ["", "## Across releases and limits", "", "| Rule | Means |", "|---|---|"]
    lines += [f"| `{rule}` | {why} |" for rule, why in sorted(OF_RELEASES.items())]
    return "\n".join(lines) + "\n"


def _example(example: Example) -> list[str]:
    if not example.is_text:
        return ["", f"> {example.content}"]
    shown = [line[:90] + (" ..." if len(line) > 90 else "") for line in example.content.split("\n")]
    shown = [line for line in shown if line]
    more = [f"... {len(shown) - 6:,} lines more"] if len(shown) > 6 else []
    people = f"`{example.name}`, {example.n_individuals:,} individuals"
    return ["", f"{people}:", "", "```text", *shown[:6], *more, "```"]


def error_codes() -> str:
    """Return the page of error codes."""
    for module in _modules_with_codes():
        import_module(module)
    lines = [
        "# Error codes",
        "",
        "A code is stable: it is in the audit log, in the answers of the node's processes, and on",
        "the command line (`gdi-spe: CODE: what happened`). The text that goes with it is the only",
        "one that crosses the trust line.",
        "",
        "| Code | Exit | HTTP | Means |",
        "|---|---|---|---|",
    ]
    rows = {
        (error.code, int(error.exit_code), error.http_status, _first_sentence(error))
        for error in _subclasses(SpeError)
        if error.__module__.startswith("gdi_spe.") and ("code" in vars(error) or error is SpeError)
    }
    lines += [
        f"| `{code}` | {exit_} | {http} | {text} |" for code, exit_, http, text in sorted(rows)
    ]
    return "\n".join(lines) + "\n"


def _modules_with_codes() -> Iterator[str]:
    """Yield the modules that have a class with a ``code``; the others need not be importable."""
    root = Path(gdi_spe.__path__[0])
    for path in sorted(root.rglob("*.py")):
        classes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)]
        names = {
            target.id
            for each in classes
            for line in each.body
            if isinstance(line, ast.Assign)
            for target in line.targets
            if isinstance(target, ast.Name)
        }
        if "code" in names:
            yield ".".join(path.relative_to(root.parent).with_suffix("").parts)


def _subclasses(kind: type[SpeError]) -> Iterator[type[SpeError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _subclasses(each)


def _first_sentence(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()).replace("|", "\\|")


def commands() -> str:
    """Return the page of commands."""
    lines = [
        "# Commands",
        "",
        "`gdi-spe [--home DIR] [--json] VERB ...`. `--home` names the node's folder, else",
        "`GDI_SPE_HOME` does; a node is never guessed. `--json` prints for a program. Both may",
        "stand anywhere on the line. [Exit codes](exit-codes.md) are the same for every verb.",
    ]
    for verb, found in sorted(VERBS.items()):
        command: click.Command = getattr(import_module(found.module), found.attribute)
        lines += ["", f"## `gdi-spe {verb}`"]
        if isinstance(command, click.Group):
            lines += ["", _first_sentence_of(command)]
        for path, each in _leaves(command, f"gdi-spe {verb}"):
            lines += _described(path, each)
    return "\n".join(lines) + "\n"


def _leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from _leaves(command.commands[name], f"{path} {name}")


def _first_sentence_of(command: click.Command) -> str:
    text = inspect.cleandoc(command.help or (command.callback and command.callback.__doc__) or "")
    return " ".join(text.split("\n\n")[0].split())


def _described(path: str, command: click.Command) -> list[str]:
    words = [path]
    options = []
    for each in command.params:
        if isinstance(each, click.Argument):
            words.append(each.make_metavar(click.Context(command)))
        elif isinstance(each, click.Option) and not each.hidden:
            told = [f"required{'; ' if each.help else ''}"] if each.required else []
            told += [each.help or ""]
            names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
            options.append(f"| {names} | {''.join(told).replace('|', chr(92) + '|')} |")
    lines = ["", f"### `{' '.join(words)}`", "", _first_sentence_of(command)]
    if options:
        lines += ["", "| Option | |", "|---|---|", *options]
    return lines


if __name__ == "__main__":
    sys.exit(main())

"""`carewright knowledge …`: the knowledge base, for those who keep it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.faces import exit_codes
from agent.faces.cli_common import emit, note, today

app = typer.Typer(help="The knowledge base, for those who keep it.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def check() -> None:
    """Read every file anew, run its own cases, and say everything that is wrong."""
    from agent import knowledge_index

    found = knowledge_index.check()
    for fault in found.faults:
        typer.echo(fault)
    note(f"{found.files} files, {found.cases} cases, {len(found.faults)} faults.")
    if found.faults:
        raise typer.Exit(exit_codes.KNOWLEDGE)


@app.command("list")
def list_(kind: Annotated[str | None, typer.Argument(help="only this kind")] = None) -> None:
    """One line a file: kind, id, version, last review, number of rules, title."""
    from agent import knowledge_index

    names = [each.name for each in knowledge_index.KINDS]
    if kind is not None and kind not in names:
        note(f"carewright: no kind of knowledge is called {kind!r}; there are {', '.join(names)}")
        raise typer.Exit(exit_codes.UNKNOWN_NAME)
    for entry in knowledge_index.held():
        if kind in (None, entry.kind.name):
            document = entry.document
            rules = len(knowledge_index.ids(document)) - 1
            typer.echo(
                "\t".join((entry.kind.name, document.id, document.version, document.last_reviewed.isoformat(), str(rules), document.title))
            )


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="ID", help="a file's id, or the id of a rule in it")]) -> None:
    """A file as it stands; or one rule of it, with the file's sources."""
    from agent import knowledge_index

    found = knowledge_index.find(name)
    if not found:
        note(f"carewright: the knowledge base holds nothing called {name!r}; `carewright knowledge list` shows what there is")
        raise typer.Exit(exit_codes.UNKNOWN_NAME)
    for entry, text in found:
        document = entry.document
        note(f"{entry.path}, version {document.version}, last reviewed {document.last_reviewed}, confidence {document.confidence}")
        emit(knowledge_index.rule_text(name, text) or text)


@app.command()
def new(
    kind: Annotated[str, typer.Argument(help="the kind of file to begin")],
    name: Annotated[str, typer.Argument(metavar="ID", help="the file's name, in kebab-case")],
    out: Annotated[Path | None, typer.Option(help="write to this file instead of standard output")] = None,
) -> None:
    """The skeleton of a file of that kind: every field that it must have, to be filled in."""
    from agent import knowledge_index
    from agent.faces.knowledge_skeleton import skeleton

    found = next((each for each in knowledge_index.KINDS if each.name == kind), None)
    if found is None:
        note(f"carewright: no kind of knowledge is called {kind!r}; there are {', '.join(each.name for each in knowledge_index.KINDS)}")
        raise typer.Exit(exit_codes.UNKNOWN_NAME)
    emit(skeleton(found, name, today()), out)
    note(f"It belongs in {found.folder}/{name}.toml; status draft keeps it out of use until it is ready.")


@app.command()
def coverage(out: Annotated[Path | None, typer.Option(help="write to this file, such as docs/coverage.md")] = None) -> None:
    """Which checks know which medicines, as one page of Markdown."""
    from agent.coverage import lines, page

    emit(page(lines()), out)


@app.command()
def reach(out: Annotated[Path | None, typer.Option(help="write to this file instead of standard output")] = None) -> None:
    """Names that conditions ask for and that no record can set, with the rules that wait for them: they never speak."""
    from agent.reach import page, unset

    found = unset()
    emit(page(found), out)
    unexplained = sum(not each.why for each in found)
    note(
        f"{len(found)} names that nothing sets, {sum(bool(e.never) for e in found)} of them silence a rule; {unexplained} without a reason."
    )

"""`carewright evaluate`: the program against known answers, a table on standard output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.faces.cli_common import AsOf

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def evaluate(
    suite: Annotated[Literal["ecqm"], typer.Argument(help="which known answers")],
    paths: Annotated[list[Path], typer.Argument(help="where they lie: files or folders")],
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option(help="also write the tables to this file, as Markdown")] = None,
) -> None:
    """Score the program against known answers."""
    suites: dict[str, Callable[[], str]] = {"ecqm": lambda: _ecqm(paths)}
    text = suites[suite]()
    typer.echo(text)
    if out is not None:
        out.write_text(text + "\n", "utf-8")


def markdown(title: str, table: Table) -> str:
    """A table with its heading."""
    columns, rows = table
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (columns, *rows)]
    rule = "|" + "---|" * len(columns)
    return "\n".join([f"## {title}", "", f"| {lines[0]} |", rule, *(f"| {line} |" for line in lines[1:])])


def _ecqm(paths: Sequence[Path]) -> str:
    from scenarios.ecqm import agreement, disagreements, judge

    judged = [one for path in paths for one in judge(path)]
    head = "# Quality measures as questions to the plan\n\nA measure's gap is looked for in the plan as `scenarios/measures/` declares."
    return "\n\n".join([head, markdown("Agreement", agreement(judged)), markdown("Disagreements", disagreements(judged))])

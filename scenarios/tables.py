"""Tables of a report, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def markdown(title: str, table: Table) -> str:
    """A table with its heading."""
    columns, rows = table
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (columns, *rows)]
    rule = "|" + "---|" * len(columns)
    return "\n".join([f"## {title}", "", f"| {lines[0]} |", rule, *(f"| {line} |" for line in lines[1:])])

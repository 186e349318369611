"""Pieces of a text page: headings, label–text pairs, lists; hanging indents, nothing ever cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent.faces.bibliography import Mark
from agent.safe_text import readable

LABEL_WIDTH = 9


def heading(title: str, style: str = "bold") -> Iterable[RenderableType]:
    """An empty line and a title; short ones in capitals."""
    yield Text("")
    yield line(title.upper() if len(title) < 24 and title[:1].isalpha() else title, style)


def line(text: str, style: str = "") -> Text:
    """Plain text in a style; markup in it is not read."""
    return Text(text, style)


def hanging(text: Text) -> RenderableType:
    """Text that wraps within the page."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(ratio=1)
    grid.add_row(text)
    return grid


def pairs(rows: Iterable[tuple[str, Text]], label: int = LABEL_WIDTH) -> Table:
    """Labels in a narrow column, text beside them; a label that repeats is written once."""
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=label, no_wrap=True, style="dim")
    grid.add_column(ratio=1)
    previous = None
    for name, text in rows:
        grid.add_row("" if name == previous else name, text)
        previous = name
    return grid


def numbered(lines: Iterable[str]) -> Table:
    """Lines of the plan with their numbers."""
    return pairs(((f"{number}.", Text(readable(entry), "bold")) for number, entry in enumerate(lines, 1)), label=3)


def bullets(lines: Iterable[Text]) -> Table:
    """Lines with a dash."""
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    for entry in lines:
        grid.add_row("-", entry)
    return grid


def cited(text: str, marks: Sequence[Mark]) -> Text:
    """Text and the numbers of its sources."""
    return with_marks(Text(text), marks)


def with_marks(text: Text, marks: Sequence[Mark]) -> Text:
    """The same text with the numbers of its sources, and their grades, appended."""
    return text.append(f" [{', '.join(map(str, marks))}]", "dim") if marks else text


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""The calendar as text: a picture in signs, then what stands behind each sign."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent.faces.text_layout import heading, line
from agent.faces.timeline import SIGN_WORDS, SIGNS, Timeline, timeline
from agent.faces.view import View
from agent.faces.words_options import WHO_WORDS
from agent.safe_text import readable
from tools.clinical.weighed import CalendarEntry

_COLUMNS = 12
"""So many weeks stand in the picture; the list has all of them."""


def calendar_text(view: View) -> Iterable[RenderableType]:
    """Who does what by when."""
    picture = timeline(view.plan)
    if picture is None:
        return
    yield from heading("Calendar")
    yield _picture(picture)
    yield line("  ".join(f"{SIGNS[kind]} {SIGN_WORDS[kind]}" for kind in picture.kinds), "dim")
    yield Text("")
    yield _list(view.plan.calendar)


def _picture(picture: Timeline) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True)
    weeks = picture.weeks[:_COLUMNS]
    for label, _ in weeks:
        table.add_column(label.replace("week ", "w"), justify="center", no_wrap=True)
    for who, _ in picture.lanes:
        table.add_row(WHO_WORDS[who], *(signs or "·" for signs in picture.row(who)[: len(weeks)]))
    return table


def _list(entries: Iterable[CalendarEntry]) -> RenderableType:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=10, no_wrap=True)
    grid.add_column(width=10, no_wrap=True, style="dim")
    grid.add_column(ratio=1)
    before = ""
    for entry in entries:
        grid.add_row("" if entry.by == before else entry.by, WHO_WORDS[entry.who], _what(entry))
        before = entry.by
    return grid


def _what(entry: CalendarEntry) -> Text:
    text = Text(f"{readable(entry.what)}.")
    if entry.only_if:
        text.append(f" {readable(entry.only_if)}", "italic")
    if entry.after:
        text.append(f" After {', '.join(entry.after)}.", "dim")
    return text.append(f" [{', '.join((entry.id, *entry.items))}]", "dim")

"""The patient page as plain text: short lines, one blank line between parts, nothing of the record that could move a cursor."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from agent.patient import Card, Page, Part
from agent.safe_text import readable

_WIDTH = 78


def patient_text(page: Page, *, width: int = _WIDTH) -> str:
    """The page for paper, a pipe or a screen; ends with a line break."""
    return "\n".join(_lines(page, width)) + "\n"


def _lines(page: Page, width: int) -> Iterator[str]:
    yield page.title.upper()
    for text in (page.made, page.state, page.lacking, *page.urgent):
        if text:
            yield from _wrapped(text, width)
    for part in page.parts:
        yield ""
        yield part.title.upper()
        yield from _part(part, width)
    yield ""
    yield from _wrapped(page.footer, width)


def _part(part: Part, width: int) -> Iterator[str]:
    if part.intro:
        yield from _wrapped(part.intro, width)
    for line in part.lines:
        yield from _wrapped(line, width, first="- ", rest="  ")
    for card in part.cards:
        yield from _card(card, width, apart=part.kind == "medicines")


def _card(card: Card, width: int, *, apart: bool) -> Iterator[str]:
    if apart:
        yield ""
    yield from _wrapped(card.title, width, first="* ", rest="  ")
    if card.note:
        yield from _wrapped(card.note, width, first="  ", rest="  ")
    for row in card.rows:
        yield from _wrapped(f"{row.label}: {row.text}", width, first="  ", rest="    ")


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(readable(text), width, initial_indent=first, subsequent_indent=rest, break_long_words=True) or [first.rstrip()]

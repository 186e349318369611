"""The page as values, arranged for reading; what text and HTML show, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled line: `How to take it` and how."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One medicine, test or visit.

    Attributes:
        kind: the action, for colour; never the only sign of it, since the title says it too.
        note: how the record writes the name, where that says more.
        item: the item of the plan behind it; empty for a medicine that merely goes on.
    """

    title: str
    rows: tuple[Row, ...] = ()
    kind: str = ""
    note: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section under a heading.

    Attributes:
        kind: `medicines`, `ambulance` and so on: an anchor, and what the style sheet knows it by.
    """

    kind: str
    title: str
    intro: str = ""
    cards: tuple[Card, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page in one language.

    Attributes:
        language: as HTML names it.
        state: whether it is a draft or signed, the first thing that a reader must know.
        holds: whether what it says may be followed.
        urgent: what cannot wait; empty for a routine plan.
        lacking: what stands in another language, said aloud; empty where nothing does.
    """

    language: str
    title: str
    made: str
    state: str
    holds: bool
    urgent: tuple[str, ...]
    lacking: str
    parts: tuple[Part, ...]
    footer: str

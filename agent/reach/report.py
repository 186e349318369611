"""The names that nothing sets, with the rules that ask for them and why they are left."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, convert

from agent.reach.settable import GUIDELINES, settable
from agent.reach.uses import Word, asked

_LEFT = Path(__file__).with_name("left.toml")


class Left(Struct, frozen=True, forbid_unknown_fields=True):
    """Names that are left unset on purpose, and why."""

    names: tuple[str, ...]
    why: str


class Unset(Struct, frozen=True, kw_only=True):
    """A name that a condition asks for and no record can set.

    Attributes:
        word: of the condition that asks.
        never: rules that can therefore never speak.
        narrowed: rules that speak without it, and would speak in more or fewer records with it.
        why: the reason for which it is left; empty where nobody gave one.
    """

    word: Word
    name: str
    never: tuple[str, ...]
    narrowed: tuple[str, ...]
    why: str = ""


def unset() -> tuple[Unset, ...]:
    """Every such name: those that silence most rules first. Raises KnowledgeError."""
    can, reasons = settable(), left()
    never: dict[tuple[Word, str], set[str]] = {}
    narrowed: dict[tuple[Word, str], set[str]] = {}
    for each in asked():
        guidelines = each.kind in GUIDELINES
        missing = {(word, name) for word, name in each.names() if not can.names(word, name, guidelines)}
        speaks = can.can_hold(each.clauses, guidelines) and (
            not each.happened or any(can.names("happened", n, True) for n in each.happened)
        )
        for key in missing:
            (narrowed if speaks else never).setdefault(key, set()).add(each.rule)
    found = [
        Unset(
            word=word,
            name=name,
            never=tuple(sorted(never.get((word, name), ()))),
            narrowed=tuple(sorted(narrowed.get((word, name), ()))),
            why=reasons.get(name, ""),
        )
        for word, name in {*never, *narrowed}
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.never), -len(each.narrowed), each.name, each.word)))


def left() -> dict[str, str]:
    """Names that stay unset, each with its reason."""
    entries = convert(tomllib.loads(_LEFT.read_text("utf-8")).get("left", []), list[Left])
    return {name: entry.why for entry in entries for name in entry.names}


def page(names: Iterable[Unset]) -> str:
    """One line a name: the word that asks, the name, the rules that never speak, those that speak without it, why it is left."""
    rows = ["asked\tname\tnever speak\tspeak without it\tleft because"]
    rows += ["\t".join((e.word, e.name, ", ".join(e.never), ", ".join(e.narrowed), e.why)) for e in names]
    return "\n".join(rows) + "\n"

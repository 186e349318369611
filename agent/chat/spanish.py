"""What can be asked in Spanish: the same intents, recognised by `grammar_es.toml`, with what is asked about under its English name."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from re import Pattern

import msgspec
from msgspec import Struct

from agent.chat.intent import Intent
from tools.terminology import terminology

_MARKS = re.compile(r"[¿?¡!]|\.+$")


class SpanishPhrase(Struct, frozen=True, forbid_unknown_fields=True):
    """A way of asking.

    Attributes:
        say: a regular expression; its groups are what is asked about.
        asks: what is asked about, where the question does not name it.
        changes: a supposition with `{what}` and `{value}` for the groups.
    """

    intent: str
    say: str
    asks: str = ""
    changes: str = ""


class Spelling(Struct, frozen=True, forbid_unknown_fields=True):
    """How names of medicines differ: pairs of Spanish and English."""

    ends: tuple[tuple[str, str], ...]
    inner: tuple[tuple[str, str], ...]


class SpanishGrammar(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    harm: str
    polite: str
    article: str
    phrase: tuple[SpanishPhrase, ...]
    names: dict[str, str]
    spelling: Spelling


def understand_spanish(line: str) -> Intent | None:
    """The intent behind a line in Spanish; `None` where none is recognised."""
    grammar, bare = _grammar(), re.sub(_grammar().polite, "", plain(line))
    if re.search(grammar.harm, bare):
        return Intent("refuse")
    for pattern, phrase in _patterns():
        if found := pattern.match(bare):
            return Intent(phrase.intent, _argument(phrase, found))
    name = re.sub(grammar.article, "", bare)
    return Intent("about", english(name)) if english(name) != name else None


def english(name: str) -> str:
    """A name under its English one: listed, or a medicine that the terminology knows by an English spelling; else as it is."""
    bare = re.sub(_grammar().article, "", name.strip())
    if known := _grammar().names.get(bare):
        return known
    first, _, strength = bare.partition(" ")
    for told, rest in ((bare, ""), (first, strength)):
        for candidate in _spelled(told):
            match = terminology().medication(candidate)
            if match.ingredients and match.confidence == "sure":
                return f"{candidate} {rest}".strip()
    return bare


def plain(text: str) -> str:
    """Lower case, without accents and marks."""
    bare = unicodedata.normalize("NFD", _MARKS.sub("", text.casefold().strip()))
    return " ".join("".join(letter for letter in bare if unicodedata.category(letter) != "Mn").split())


def _argument(phrase: SpanishPhrase, found: re.Match[str]) -> str:
    named = [group for group in found.groups() if group]
    if not phrase.changes:
        return english(named[0]) if named else phrase.asks
    what, value = (*map(english, named[:1]), *named[1:], "", "")[:2]
    return phrase.changes.format(what=what, value=value.replace(",", "."))


def _spelled(name: str) -> Iterator[str]:
    spelling = _grammar().spelling
    other = name
    for spanish, instead in spelling.inner:
        other = other.replace(spanish, instead)
    for stem in dict.fromkeys((name, other)):
        yield from (stem.removesuffix(end) + instead for end, instead in spelling.ends if stem.endswith(end))


@lru_cache(maxsize=1)
def _grammar() -> SpanishGrammar:
    return msgspec.convert(tomllib.loads((Path(__file__).parent / "grammar_es.toml").read_text("utf-8")), SpanishGrammar)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Pattern[str], SpanishPhrase], ...]:
    return tuple((re.compile(phrase.say), phrase) for phrase in _grammar().phrase)

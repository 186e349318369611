"""Is a sentence borne out by the sources it cites? Strict on purpose: what it cannot show to be borne out is struck.

Independent of whoever wrote the sentence. Every word is one of the sources or a plain connecting word; every number stands
in a source, with the same unit, next to what the sentence gives it to; a verb of treatment acts on what it acts on in a source;
and the sentence denies exactly what a source denies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'][^\W\d_]+)*|[^\s\w]", re.UNICODE)
_CONNECTING = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "to",
        "for",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "as",
        "is",
        "are",
        "was",
        "be",
        "been",
        "has",
        "have",
        "had",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "which",
        "there",
        "here",
        "because",
        "so",
        "since",
        "therefore",
        "also",
        "both",
        "while",
        "when",
        "where",
        "patient",
        "patients",
        "treatment",
        "plan",
        "line",
        "reason",
        "now",
    ]
)
_DENYING = frozenset(
    ["no", "not", "never", "without", "nor", "none", "neither", "cannot", "cant", "isnt", "dont", "absent", "denies", "unless"]
)
_ACTING = frozenset(
    [
        "start",
        "stop",
        "hold",
        "change",
        "continue",
        "replace",
        "raise",
        "reduce",
        "lower",
        "increase",
        "decrease",
        "double",
        "halve",
        "add",
        "avoid",
        "give",
        "take",
        "switch",
        "restart",
        "begin",
        "withdraw",
        "discontinue",
        "resume",
    ]
)
_NUMBER = re.compile(r"\d")


def unsupported(sentence: str, sources: Sequence[str]) -> str:
    """Why the sentence is not borne out by the sources; empty where it is."""
    words = _tokens(sentence)
    known = {word for source in sources for word in _tokens(source)}
    strange = [w for w in words if w not in known and w not in _CONNECTING and (w[0].isalnum() or not w.isascii() or w in "%<>≥≤=")]
    if strange:
        return "what no source says: " + ", ".join(dict.fromkeys("a number" if _NUMBER.match(w) else "a word" for w in strange))
    if not set(_pairs(words)) <= frozenset[tuple[str, str]]().union(*map(_paired, sources)):
        return "a number or a verb that a source gives to something else"
    denied = set(words) & _DENYING
    content = set(words) - _CONNECTING
    bearing = max(sources, key=lambda source: len(content & set(_tokens(source))), default="")
    if bool(denied) != bool(set(_tokens(bearing)) & _DENYING):
        return "it denies, or leaves out a denial"
    return ""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text; a full stop inside a number ends none."""
    return tuple(part.strip() for part in re.split(r"(?<=[.!?;])\s+|\n+", text) if part.strip())


@lru_cache(maxsize=2048)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_plain(token) for token in _TOKEN.findall(text.casefold()))


@lru_cache(maxsize=2048)
def _paired(source: str) -> frozenset[tuple[str, str]]:
    return frozenset(_pairs(_tokens(source)))


_GROUPED = re.compile(r"[1-9]\d*,\d{3}")


def _plain(token: str) -> str:
    """A number as its value; one that is a thousand in one country and one in another (`1,000`) is only what is written the same."""
    if not _NUMBER.match(token):
        return token.replace("'", "")
    if _GROUPED.fullmatch(token):
        return token
    text = token.replace(",", ".") if token.count(",") == 1 and "." not in token else token.replace(",", "")
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return token


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each number with the words before and after it, each verb of treatment with the word after it; connecting words are skipped."""
    bare = [word for word in words if word not in _CONNECTING and (word[0].isalnum() or word in "%<>≥≤=")]
    for here, after in zip(bare, [*bare[1:], ""], strict=True):
        if _NUMBER.match(here) or here in _ACTING or _NUMBER.match(after):
            yield here, after

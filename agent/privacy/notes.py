"""Free text without what may identify somebody: known values of the record, what looks like an identifier, and every name-like word.

A word with a capital letter stays only where the knowledge of this project has it, too: there is no list of names that could be too
short. So a text loses more than it must (names of places, of firms, of tests that are not known here), and that is meant: what is left
is the clinical vocabulary, lower-case words and values. Prompts hold no free text at all; this is for what people write to a plan.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple, get_args

Kind = Literal["known", "contact", "date", "number", "address", "name", "age"]


_KINDS: tuple[Kind, ...] = get_args(Kind)


class Found(NamedTuple):
    """A part of a text that may identify somebody."""

    start: int
    end: int
    kind: Kind


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_STREET = r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|square|sq|terrace|close|parkway|highway)"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("contact", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("contact", r"(?:https?://|www\.)\S+"),
    ("contact", r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|io|[a-z]{2})\b(?:/\S*)?"),
    ("contact", r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    ("contact", r"\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b"),
    ("date", r"\b\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"),
    ("date", r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b"),
    ("date", rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_MONTH}\.?(?:\s+\d{{1,2}}(?:st|nd|rd|th)?)?(?:,?\s+\d{{4}})?\b"),
    ("date", r"\b(?:19|20)\d{2}s?\b"),
    ("date", r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"),
    ("date", r"\b\d{1,2}:\d{2}(?::\d{2})?\s*(?:am|pm)?\b"),
    ("number", r"\b[A-Za-z]{2}\d{2}[A-Za-z]{4}\w{8,}\b"),
    ("address", r"\b(?:zip|postal|post)(?: ?code)?(?: is)?:? \w{3,6}(?: \w{2,4})?\b"),
    ("number", r"(?<![\w.])\+?\(?\d[\d() /.-]{5,}\d(?:x\d+)?(?!\w)"),
    ("number", r"\b(?=[\w-]*\d[\w-]*\d[\w-]*\d[\w-]*\d)[A-Z0-9][A-Z0-9-]{5,}\b"),
    ("number", r"(?<![\w.])\d{4,}(?![\w.]*\d)"),
    ("address", rf"\b\d{{1,5}}[A-Za-z]?\s+(?:[A-Z][\w'’.-]*\s+){{1,4}}{_STREET}\b\.?"),
    ("address", r"\b(?:apt|apartment|suite|unit|flat|room|p\.?\s?o\.? box)\.?\s*#?\s*\w+\b"),
    ("address", r"\b(?:the )?corner of\b"),
    ("age", r"\b(?:9\d|1[01]\d)(?=[- ]?(?:years?|yrs?|y/?o)\b)"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE if kind != "number" else 0)) for kind, pattern in _PATTERNS)
_WORD = re.compile(r"[^\W\d_][\w'’.-]*(?<![.'’-])")
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|prof|sir|madam|nurse|patient named|name is|name:|call me|i am|i'm|signed)\b\.?:?\s+", re.IGNORECASE
)
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*")
_PARTICLES = frozenset(
    [
        "and",
        "de",
        "del",
        "der",
        "den",
        "des",
        "da",
        "das",
        "do",
        "dos",
        "du",
        "di",
        "dei",
        "della",
        "la",
        "le",
        "el",
        "al",
        "van",
        "von",
        "ten",
        "ter",
        "y",
        "u",
        "nad",
        "na",
        "ul",
        "str",
        "of",
        "the",
    ]
)
_JOINT = re.compile(r"(?:[ ,'’#/&-]|\.(?= )|\n){0,5}(?:(?:" + "|".join(sorted(_PARTICLES)) + r")[. ]{1,2}){0,2}")
_ALONE = re.compile(r"[ ,|\n]{1,3}([a-z]\w{0,11})\.?[ ,|\n]{1,3}")
_INITIAL = re.compile(r" \w\.? ")
_PEOPLE = re.compile(r"[a-z]{3,}(?:ian|ean|ese|ishman|udi|hii)(?:e?s)?")
"""How peoples are called in English."""
_OF_SOURCES = re.compile(r"(?m)^\s*(?:title|publisher|locator|url|id|sources?)\s*=.*$|\bsource = \"[^\"]*\"")
_VALUE = re.compile(r"\s*(?:mg|mcg|g|ml|mmol|mmhg|units?|iu|bpm|kg|cm|%|µg|steps|cells|pg|ng)\b", re.IGNORECASE)


def identifying(text: str, known: frozenset[str] = frozenset()) -> tuple[Found, ...]:
    """Where a text may identify somebody, in order, without overlaps.

    Args:
        text: as somebody wrote it.
        known: identifiers of the record in lower case (`identifiers_of`).
    """
    sure = {*_known(text, known), *_patterned(text), *_names(text)}
    found = sorted(sure | set(_beside(text, sure)), key=lambda f: (f.start, -f.end, _KINDS.index(f.kind)))
    merged: list[Found] = []
    for part in found:
        if merged and (part.start < merged[-1].end or _between(text, merged[-1], part)):
            merged[-1] = merged[-1]._replace(end=max(part.end, merged[-1].end))
        else:
            merged.append(part)
    return tuple(merged)


def scrubbed(text: str, known: frozenset[str] = frozenset()) -> str:
    """The text with `[name]`, `[date]` and so on in place of what may identify somebody."""
    parts, end = [], 0
    for found in identifying(text, known):
        parts += [text[end : found.start], f"[{found.kind}]"]
        end = found.end
    return "".join([*parts, text[end:]])


def _known(text: str, known: frozenset[str]) -> Iterator[Found]:
    lower = text.casefold()
    if len(lower) != len(text):  # a letter that folds to two: positions would shift
        lower = text.lower() if len(text.lower()) == len(text) else text
    for value in known:
        for hit in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", lower) if value in lower else ():
            yield Found(hit.start(), hit.end(), "known")


def _patterned(text: str) -> Iterator[Found]:
    for kind, pattern in _COMPILED:
        for hit in pattern.finditer(text):
            if not (kind == "number" and _VALUE.match(text, hit.end())):
                yield Found(hit.start(), hit.end(), kind)


def _names(text: str) -> Iterator[Found]:
    """Words with a capital that the vocabulary does not have, and whatever follows a title; in a text without any capital, every such word."""
    lower = not any(letter.isupper() for letter in text)
    after_title = {hit.end() for hit in _TITLE.finditer(text)}
    for hit in _WORD.finditer(text):
        word = hit.group()
        capital = word[0].isupper() or any(letter.isupper() for letter in word[1:])
        plain = word.removesuffix("'s").removesuffix("’s")
        strange = (capital or lower or _PEOPLE.fullmatch(plain)) and not _is_known_word(plain)
        if strange or (hit.start() in after_title and (capital or lower)) or not word.isascii():
            yield Found(hit.start(), hit.end(), "name")


def _beside(text: str, sure: set[Found]) -> Iterator[Found]:
    """What stands beside a name or an address without another word between, and is itself a capital word or a number, belongs to it."""
    places = [n for found in sure if found.kind in {"name", "address", "known"} for n in (found.start, found.end - 1)]
    belonging = set(places)
    tokens = list(_TOKEN.finditer(text))
    for line in (tokens, tokens[::-1]):
        last: re.Match[str] | None = None
        for hit in line:
            inside = hit.start() in belonging or hit.end() - 1 in belonging
            near = last is not None and _JOINT.fullmatch(text[min(last.end(), hit.end()) : max(last.start(), hit.start())])
            belongs = inside or bool(
                near and (_like_a_name(hit.group()) or (hit.group()[0].isdigit() and not _VALUE.match(text, hit.end())))
            )
            if belongs and not inside:
                belonging.update((hit.start(), hit.end() - 1))
                yield Found(min(hit.start(), last.start() if last else hit.start()), max(hit.end(), last.end() if last else 0), "name")
            last = hit if belongs else last if hit.group() in _PARTICLES else None


def _like_a_name(word: str) -> bool:
    """With a capital, and no abbreviation that the vocabulary has (`HbA1c`, `BP`)."""
    return word[0].isupper() and not (any(letter.isupper() for letter in word[1:]) and _is_known_word(word))


def _between(text: str, left: Found, right: Found) -> bool:
    """Whether only a joint, or one short word that the vocabulary does not have, stands between two parts that identify: then it goes too."""
    if {left.kind, right.kind} - {"name", "address", "known", "number"}:
        return False
    gap = text[left.end : right.start]
    return bool(_JOINT.fullmatch(gap) or _INITIAL.fullmatch(gap)) or bool((word := _ALONE.fullmatch(gap)) and not _is_known_word(word[1]))


def _is_known_word(word: str) -> bool:
    """Whether the vocabulary has it, or (of a compound) every part of it."""
    parts = [part for part in re.split(r"[-'’./]", word.casefold()) if part]
    if len(parts) == 1:
        return parts[0] in vocabulary().alone
    return bool(parts) and all(part in vocabulary().anywhere for part in parts)


class Vocabulary(NamedTuple):
    """Words that stand alone somewhere, and those that stand anywhere, be it in a compound: `Stevens` is known in one only."""

    alone: frozenset[str]
    anywhere: frozenset[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Words that the knowledge of this project uses in lower case; what it says of its sources, where people are named, is left out."""
    texts = (_OF_SOURCES.sub("", file.read_text("utf-8")) for file in _toml(resources.files("tools")))
    plain = tomllib.loads((resources.files("agent.privacy") / "plain_words.toml").read_text("utf-8"))["words"].split()
    alone, anywhere = set(plain), set(plain)
    for text in texts:
        alone.update(re.findall(r"(?<![\w-])[a-z][a-z0-9]*(?![\w-])", text))
        anywhere.update(re.findall(r"(?<!\w)[a-z][a-z0-9]*(?!\w)", text))
    return Vocabulary(frozenset(alone), frozenset(anywhere))


def _toml(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and not entry.name.startswith((".", "__")):
            yield from _toml(entry)
        elif entry.name.endswith(".toml"):
            yield entry

"""CodeableConcepts and references as they stand in the record, understood once.

The same few hundred concepts make up most of a record, byte for byte; so what a run of bytes means is remembered, across
records too (a code holds no patient). Concepts with free text are remembered as long as the table has room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import DecodeError, Raw, Struct

from agent.fhir import elements as el
from tools.clinical.facts import Coding

_KEPT = 20_000
_LONG = 4096
Value = TypeVar("Value")


class Concept(Struct, frozen=True, gc=False):
    """A CodeableConcept: its codings, and its text or first display."""

    codes: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def code(self) -> Coding | None:
        """The first coding."""
        return self.codes[0] if self.codes else None

    def has(self, *codes: str) -> bool:
        """Whether one of the codings is one of these, whatever its system."""
        return any(coding.code in codes for coding in self.codes)

    def among(self, codes: frozenset[str]) -> Coding | None:
        """The first coding whose code is one of these."""
        for coding in self.codes:
            if coding.code in codes:
                return coding
        return None

    def __bool__(self) -> bool:
        return bool(self.codes or self.text)


EMPTY = Concept()
_CONCEPT = msgspec.json.Decoder(el.Concept)
_CONCEPTS = msgspec.json.Decoder(list[el.Concept])
_REFERENCE = msgspec.json.Decoder(el.Reference)
_RANGES = msgspec.json.Decoder(list[el.ReferenceRange])


class Memo(dict[bytes, Value]):
    """What a run of bytes was understood as; emptied when it grows too large, and never given what is very long."""

    def __init__(self, understand: Callable[[bytes], Value]) -> None:
        self._understand = understand

    def __missing__(self, raw: bytes) -> Value:
        if len(raw) > _LONG:  # nobody writes it twice
            return self._understand(raw)
        if len(self) > _KEPT:
            self.clear()
        found = self[raw] = self._understand(raw)
        return found

    def of(self, raw: Raw) -> Value:
        """What these bytes mean."""
        return self[bytes(raw)]


def concept_of(found: el.Concept | None) -> Concept:
    """A decoded CodeableConcept without codings that lack a code, its text in one line."""
    if found is None:
        return EMPTY
    codes = tuple(Coding(c.system or "", c.code.strip(), _line(c.display)) for c in found.coding if c.code)
    text = _line(found.text) or next((_line(c.display) for c in found.coding if c.display), "")
    return Concept(codes, text or (codes[0].code if codes else ""))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:500]


def _one(raw: bytes) -> Concept:
    if raw in (b"", b"null"):
        return EMPTY
    try:
        return concept_of(_CONCEPT.decode(raw))
    except DecodeError:
        return _coding_or_text(raw)


def _coding_or_text(raw: bytes) -> Concept:
    """What is not a CodeableConcept may still say something: a bare string or Coding, or codings of which one is odd."""
    try:
        loose = msgspec.json.decode(raw)
    except DecodeError:
        return EMPTY
    if isinstance(loose, str):
        return Concept((), _line(loose))
    if not isinstance(loose, dict):
        return EMPTY
    listed = loose.get("coding")
    codings = [_coding(entry) for entry in (listed if isinstance(listed, list) else [])]
    text = loose.get("text")
    return concept_of(el.Concept([c for c in codings if c], text if isinstance(text, str) else None))


def _coding(loose: object) -> el.Coding | None:
    try:
        return msgspec.convert(loose, el.Coding)
    except msgspec.ValidationError:
        return None


def _many(raw: bytes) -> tuple[Concept, ...]:
    if raw in (b"", b"null"):
        return ()
    try:
        return tuple(concept_of(found) for found in _CONCEPTS.decode(raw))
    except DecodeError:
        only = _one(raw)
        return (only,) if only else ()


def _reference(raw: bytes) -> el.Reference | None:
    if raw in (b"", b"null"):
        return None
    try:
        return _REFERENCE.decode(raw)
    except DecodeError:
        return None


def _ranges(raw: bytes) -> tuple[el.ReferenceRange, ...]:
    if raw in (b"", b"null"):
        return ()
    try:
        return tuple(_RANGES.decode(raw))
    except DecodeError:
        return ()


concept: Memo[Concept] = Memo(_one)
concepts: Memo[tuple[Concept, ...]] = Memo(_many)
reference: Memo[el.Reference | None] = Memo(_reference)
ranges: Memo[tuple[el.ReferenceRange, ...]] = Memo(_ranges)

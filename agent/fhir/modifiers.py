"""What turns the meaning of a resource, or of a part of it, round: `modifierExtension`, and rules that lie elsewhere (`implicitRules`).

Whoever does not understand one must not use what it stands in (FHIR R4, extensibility and resource). Only QI-Core's "do not perform" that
is false is understood: it turns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

import msgspec
from msgspec import Raw

from agent.fhir import shapes as r4
from agent.fhir.elements import NOTHING, Extension
from agent.fhir.reading import Outcome, Reading, aside
from agent.fhir.systems import NOT_TO_DO

_EXTENSIONS = msgspec.json.Decoder(list[Extension])


class _Part(Protocol):
    modifier_extension: Raw


P = TypeVar("P", bound=_Part)


def turned(raw: Raw) -> bool:
    """Whether these modifier extensions may turn the meaning of what they stand in."""
    if raw is NOTHING or bytes(raw) in (b"", b"null", b"[]"):
        return False
    try:
        return any(found.url not in NOT_TO_DO or found.value_boolean is not False for found in _EXTENSIONS.decode(raw))
    except msgspec.DecodeError:
        return True


def refused(resource: r4.Common) -> Outcome | None:
    """Set aside a resource whose meaning something may turn round that is not understood."""
    if turned(resource.modifier_extension):
        return aside("modifierExtension: it may turn the meaning round, and is not understood")
    if resource.implicit_rules is not None:
        return aside("implicitRules: it follows rules that lie elsewhere, and are not understood")
    return None


def plain(parts: Iterable[P], what: str, reference: str, reading: Reading) -> list[P]:
    """The parts of a resource that are understood; each of the others is told of, as `what`, and left out."""
    kept = []
    for part in parts:
        if turned(part.modifier_extension):
            reading.issue(reference, "unrecognized", f"{what} with a modifierExtension that is not understood; it is not used")
        else:
            kept.append(part)
    return kept

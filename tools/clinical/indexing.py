"""Finding what a record holds by the kinds that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar


class OfKinds(Protocol):
    """A problem, a medicine, an allergy, an event."""

    @property
    def kinds(self) -> frozenset[str]:
        """Names of everything that it is, from the narrowest to the widest."""


Entry = TypeVar("Entry", bound=OfKinds)


def by_kind(entries: Iterable[Entry]) -> Mapping[str, tuple[Entry, ...]]:
    """Entries under each of their kinds, in the order in which they come."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for kind in entry.kinds:
            found.setdefault(kind, []).append(entry)
    return {kind: tuple(group) for kind, group in found.items()}

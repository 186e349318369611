"""Misspellings, with a guard: where a second name is nearly as near, nothing is corrected.

A real medicine is never turned into another: exact names never get here, names of medicines that are not covered take part as
rivals, and names known to be confused need a wider margin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_SHORTEST = 5
_MARGIN = 1
_LOOK_ALIKE_MARGIN = 2


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; `limit + 1` where there are more.

    Source: optimal string alignment, Damerau 1964.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


@dataclass(frozen=True, slots=True)
class Speller:
    """Names by first letter, each with what it stands for; equal values are no rivals."""

    names: Mapping[str, object]
    look_alikes: frozenset[str] = frozenset()
    _shelves: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)

    def _shelf(self, letter: str) -> list[tuple[str, int, int]]:
        if not self._shelves:
            for name in self.names:
                if len(name) >= _SHORTEST - 1:
                    self._shelves.setdefault(name[0], []).append((name, len(name), letters(name)))
        return self._shelves.get(letter, [])

    def nearest(self, word: str) -> str | None:
        """The one name that this is a misspelling of, or `None` where there is none or more than one.

        One edit is allowed in names of up to seven letters, two in longer ones; the first letter must be right.
        """
        if len(word) < _SHORTEST or any(c.isdigit() for c in word):
            return None
        allowed = 1 if len(word) < 8 else 2
        found = sorted(self._within(word, allowed + _LOOK_ALIKE_MARGIN))
        if not found or found[0][0] > allowed:
            return None
        nearest, name = found[0]
        margin = _LOOK_ALIKE_MARGIN if name in self.look_alikes else _MARGIN
        rivals = (other for gap, other in found[1:] if gap <= nearest + margin and self.names[other] != self.names[name])
        return None if any(True for _ in rivals) else name

    def _within(self, word: str, limit: int) -> Iterable[tuple[int, str]]:
        length, mask = len(word), letters(word)
        for name, size, other in self._shelf(word[0]):
            if abs(size - length) <= limit and (mask ^ other).bit_count() <= 2 * limit:
                gap = distance(word, name, limit)
                if gap <= limit:
                    yield gap, name


def letters(word: str) -> int:
    """The set of letters of a word as bits: two words that differ in many letters are many edits apart."""
    mask = 0
    for c in word:
        mask |= 1 << (ord(c) & 31)
    return mask

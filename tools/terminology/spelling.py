"""Misspellings, with a guard: where a second name is nearly as near, nothing is corrected.

A real medicine is never turned into another: exact names never get here, names of medicines that are not covered take part as
rivals, and names known to be confused may have one letter wrong, not two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SHORTEST = 6
_LONG = 10
_MARGIN = 1


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; `limit + 1` where there are more.

    Source: optimal string alignment, Damerau 1964; only the band of the table that can stay within the limit is filled.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    far = limit + 1
    older: list[int] = []
    before = [j if j <= limit else far for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        row = [far] * (len(b) + 1)
        row[0] = i if i <= limit else far
        for j in range(max(1, i - limit), min(len(b), i + limit) + 1):
            y = b[j - 1]
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row[j] = cost
        if min(row) > limit and min(before) > limit:
            return far
        older, before = before, row
    return min(before[-1], far)


@dataclass(frozen=True, slots=True)
class Speller:
    """Names by first letter, each with what it stands for; equal values are no rivals."""

    names: Mapping[str, object]
    look_alikes: frozenset[str] = frozenset()
    _shelves: dict[tuple[str, int], list[tuple[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.names:
            if len(name) >= _SHORTEST - 1:
                self._shelves.setdefault((name[0], len(name)), []).append((name, letters(name)))

    def nearest(self, word: str) -> str | None:
        """The one name that this is a misspelling of, or `None` where there is none or more than one.

        One edit is allowed in names of up to nine letters and in names known to be confused, two in longer ones; the first
        letter must be right, and no other medicine may be within one edit more.
        """
        if len(word) < _SHORTEST or any(c.isdigit() for c in word):
            return None
        allowed = 1 if len(word) < _LONG else 2
        near = min(self._within(word, allowed), default=None)
        if near is None or (near[0] > 1 and near[1] in self.look_alikes):
            return None
        gap, name = near
        rivals = (other for _, other in self._within(word, gap + _MARGIN) if self.names[other] != self.names[name])
        return None if any(True for _ in rivals) else name

    def _within(self, word: str, limit: int) -> Iterator[tuple[int, str]]:
        length, mask = len(word), letters(word)
        for size in range(length - limit, length + limit + 1):
            for name, other in self._shelves.get((word[0], size), ()):
                if (mask ^ other).bit_count() <= 2 * limit:
                    gap = distance(word, name, limit)
                    if gap <= limit:
                        yield gap, name


def letters(word: str) -> int:
    """The set of letters of a word as bits: two words that differ in many letters are many edits apart."""
    mask = 0
    for c in word:
        mask |= 1 << (ord(c) & 31)
    return mask

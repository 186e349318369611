"""Deeds of a calendar and their days: what is near enough is done together, and what must be known comes before what waits for it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tools.clinical.weighed import EntryKind, Who

_NEAR = 7
"""Days: nobody comes twice in a week."""


class Deed(Struct, frozen=True):
    """Something that somebody does on a day; deeds of one day, person and kind become one entry.

    `since` is the day of the start that it follows: it may not be drawn to a day before that.
    """

    day: int
    who: Who
    kind: EntryKind
    what: str
    items: tuple[str, ...] = ()
    only_if: str = ""
    since: int = -1

    @property
    def key(self) -> tuple[object, ...]:
        return self.day, self.who, self.kind, self.only_if, self.what if self.kind == "step" else ""


def before_waiting(deeds: Iterable[Deed], waiting: tuple[int, ...]) -> list[Deed]:
    """A test that follows one start and falls within a week after the day of a start that waits for it, is drawn to that day."""
    found = []
    for deed in deeds:
        day = next((d for d in waiting if deed.kind == "test" and 0 <= deed.since < d < deed.day <= d + _NEAR), deed.day)
        found.append(replace(deed, day=day))
    return found


def without_doubles(deeds: Iterable[Deed]) -> list[Deed]:
    """A test or the reason of a visit that stands within a week of the same one is that one, on the earlier day."""
    kept: list[Deed] = []
    for deed in deeds:
        for n, other in enumerate(kept):
            if _same(other, deed):
                items = distinct((*other.items, *deed.items))
                kept[n] = replace(other, day=min(other.day, deed.day), items=items, since=max(other.since, deed.since))
                break
        else:
            kept.append(deed)
    return kept


def _same(one: Deed, other: Deed) -> bool:
    """The same test or reason of a visit, near enough for its day, and not before half of its time after the start has passed."""
    if (one.who, one.kind, one.what) != (other.who, other.kind, other.what) or one.kind not in ("test", "visit"):
        return False
    first, last = sorted((one, other), key=lambda deed: deed.day)
    begun = max(last.since, 0)
    near = last.day - first.day <= max(_NEAR, (last.day - begun) // 3)
    return near and first.day > first.since and first.day - begun >= (last.day - begun) / 2


def gathered(deeds: list[Deed]) -> list[Deed]:
    """Visits and steps within a week of an earlier visit fall on its day: nobody comes twice in a week."""
    days: list[int] = []
    for day in sorted({deed.day for deed in deeds if deed.kind in ("visit", "step") and deed.day}):
        if not days or day - days[-1] > _NEAR:
            days.append(day)

    def on(deed: Deed) -> Deed:
        if deed.kind not in ("visit", "step"):
            return deed
        day = max((d for d in days if d <= deed.day), default=deed.day)
        return replace(deed, day=day)

    return [on(deed) for deed in deeds]


def tested_before(deeds: list[Deed]) -> list[Deed]:
    """A test that falls within a week after a visit, or after other tests, is done with them, once what it follows has begun."""
    days = sorted({deed.day for deed in deeds if deed.kind == "visit" and deed.day})
    found = []
    for deed in sorted(deeds, key=lambda d: d.day):
        if deed.kind == "test" and deed.day:
            day = next((d for d in days if deed.since < d <= deed.day <= d + _NEAR), deed.day)
            days = sorted({*days, day})
            deed = replace(deed, day=day)
        found.append(deed)
    return found


def grouped(deeds: Iterable[Deed]) -> Iterable[list[Deed]]:
    """Deeds that are one entry."""
    groups: dict[tuple[object, ...], list[Deed]] = {}
    for deed in deeds:
        groups.setdefault(deed.key, []).append(deed)
    return groups.values()


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order."""
    return tuple(dict.fromkeys(names))

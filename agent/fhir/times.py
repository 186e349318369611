"""FHIR dates as calendar days.

A day is the one that was written: the zone of the writer is kept, nothing is shifted. `2015` and `2015-03` stand for their
first day, so that a partial date is never later than what it means.
"""

from __future__ import annotations

from datetime import date, datetime

_MEMO: dict[str, date | None] = {}
_KEPT = 50_000


def day(text: str | None) -> date | None:
    """The calendar day of a FHIR date, dateTime or instant; `None` where there is none or it is not a date."""
    if text is None:
        return None
    head = text[:10]
    try:
        return _MEMO[head]
    except KeyError:
        if len(_MEMO) > _KEPT:
            _MEMO.clear()
        found = _MEMO[head] = _parse(head)
        return found


def _parse(head: str) -> date | None:
    padded = head + {4: "-01-01", 7: "-01"}.get(len(head), "")
    if len(padded) != 10 or padded[4] != "-":
        return None
    try:
        return date.fromisoformat(padded)
    except ValueError:
        return None


def plus(start: date, days: int) -> date:
    """So many days later (or earlier), within the calendar: `9999-12-31` is how some systems write "never"."""
    return date.fromordinal(min(max(start.toordinal() + days, 1), date.max.toordinal()))


def moment(text: str | None) -> float:
    """Seconds since 1970, to order what lies on one day; a date without time is its first second, no date comes first of all."""
    if text is None or day(text) is None:
        return float("-inf")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.combine(day(text) or date.min, datetime.min.time())
    if found.tzinfo is None:
        return (found - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - both without zone: a difference, not an instant
    return found.timestamp()


def partial(text: str) -> bool:
    """Whether a date names no day."""
    return len(text) < 10

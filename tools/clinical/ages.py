"""Ages in completed units: a child of eleven months is not yet a year old."""

from __future__ import annotations

from datetime import date

UNITS = ("a", "mo", "wk", "d")


def completed(born: date, as_of: date, unit: str) -> int:
    """Completed years (`a`), months (`mo`), weeks (`wk`) or days (`d`) from a birth to a day that is not before it."""
    if unit in ("d", "wk"):
        return (as_of - born).days // (7 if unit == "wk" else 1)
    months = (as_of.year - born.year) * 12 + as_of.month - born.month - (as_of.day < born.day)
    return months if unit == "mo" else months // 12

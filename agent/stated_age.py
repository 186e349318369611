"""From an age that a caller states to a birth date, by the calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from tools.clinical.quantity import Quantity


def born_before(as_of: date, age: Quantity) -> date:
    """The latest birth date at which the age is completed.

    Raises:
        ValueError: no age that a person can have.
        UnitMismatchError: not a length of time.
        OverflowError: before the calendar begins.
    """
    if age.value < 0 or age.value > 100_000:
        raise ValueError
    years, months = age.unit in ("a", "years", "year", "yr", "y"), age.unit in ("mo", "months", "month")
    if (years or months) and age.value == int(age.value):
        total = as_of.year * 12 + as_of.month - 1 - int(age.value) * (12 if years else 1)
        year, month = total // 12, total % 12 + 1
        return date(year, month, min(as_of.day, calendar.monthrange(year, month)[1]))
    return as_of - timedelta(days=int(-(-age.to("d").value // 1)))

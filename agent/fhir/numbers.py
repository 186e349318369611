"""Which numbers of a record can be counted with."""

from __future__ import annotations

from decimal import Decimal

_MAGNITUDE = 30


def countable(value: Decimal | None) -> bool:
    """Whether there is a number, finite, and of a magnitude that arithmetic with units bears."""
    return value is not None and value.is_finite() and -_MAGNITUDE <= value.adjusted() <= _MAGNITUDE


def positive(value: Decimal | None) -> bool:
    """Whether there is a countable number above zero."""
    return value is not None and countable(value) and value > 0

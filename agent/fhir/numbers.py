"""Which numbers of a record can be counted with."""

from __future__ import annotations

from decimal import Decimal

from tools.clinical import quantity


def countable(value: Decimal | None) -> bool:
    """Whether there is a number, and one that can be counted with."""
    return value is not None and quantity.countable(value)


def positive(value: Decimal | None) -> bool:
    """Whether there is a countable number above zero."""
    return value is not None and countable(value) and value > 0

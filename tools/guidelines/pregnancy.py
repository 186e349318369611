"""Whether sex or age rule a pregnancy out: what the shared knowledge says (`cannot_be_pregnant`), asked of a record or of a person."""

from __future__ import annotations

from datetime import date
from typing import Literal

from tools.clinical.examples import born
from tools.clinical.facts import Facts
from tools.guidelines.modules import compiled, shared


def with_known_pregnancy(facts: Facts) -> Facts:
    """Where sex or age rule a pregnancy out, it is `none` and not unknown."""
    return facts.but(pregnancy="none") if facts.pregnancy == "unknown" and _ruled_out(facts) else facts


def can_be_pregnant(sex: str | None, age: int | None, as_of: date) -> bool:
    """Whether neither sex nor age rules it out; what is not known rules nothing out.

    Args:
        sex: `female` or `male`; anything else is not known.
        age: in completed years at `as_of`.
    """
    known: Literal["female", "male"] | None = "male" if sex == "male" else "female" if sex == "female" else None
    return not _ruled_out(Facts(as_of, sex=known, birth_date=None if age is None else born(f"{age} a", as_of)))


def _ruled_out(facts: Facts) -> bool:
    return compiled(shared().cannot_be_pregnant).holds(facts).holds

"""What happened to a patient, as the record tells it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from tools.clinical.coding import Coding


class Event(Struct, frozen=True, gc=False):
    """A dated thing that happened: an immunization, a procedure, an encounter. `kinds` as in `Problem`.

    `until` is the last day of what lasted, where the record says so and it is over; `reasons` are the problems that a visit was for.
    """

    reference: str
    kind: Literal["immunization", "procedure", "encounter", "report", "note", "care-plan", "goal", "family-history", "order", "finding"]
    text: str
    kinds: frozenset[str] = frozenset()
    code: Coding | None = None
    when: date | None = None
    status: str = ""
    until: date | None = None
    reasons: frozenset[str] = frozenset()

"""One conversation about one patient's plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from agent.case import Case
from agent.planning import make_plan
from tools.clinical.plan import Item, Plan


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        lines: what is said, a sentence or a row each.
        cites: references of the record and ids of the knowledge base that bear it; empty only where nothing is claimed.
        understood: false where the answer is what can be asked.
    """

    lines: tuple[str, ...]
    cites: tuple[str, ...] = ()
    understood: bool = True


@dataclass
class Session:
    """The record, its plan, and what was said so far.

    Args:
        data: the bytes of the bundle; a what-if works on a copy.
        as_of: the date of every judgement.
    """

    data: bytes
    as_of: date
    said: list[tuple[str, Reply]] = field(default_factory=list)

    @cached_property
    def plan(self) -> Plan:
        """The checked plan that the conversation is about. Raises RecordError."""
        return make_plan(self.data, self.as_of)

    @cached_property
    def case(self) -> Case:
        """The record and everything that is computed from it."""
        return Case(self.data, self.as_of)

    def item(self, number: str) -> Item | None:
        """The line with this number (`i3`, or `3`)."""
        wanted = number if number.startswith("i") else f"i{number}"
        return next((item for item in self.plan.items if item.id == wanted), None)

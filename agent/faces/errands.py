"""Small lines of a plan that say the same of several things: tests to order by one date and for one reason, read as one line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tools.clinical.plan import Action, Item, Rationale

_SMALL: tuple[Action, ...] = ("order", "monitor", "refer", "vaccinate", "counsel", "follow-up")


@dataclass(frozen=True, slots=True)
class Errand:
    """Items of one action that are due at one time for one reason."""

    action: Action
    when: str
    rationale: tuple[Rationale, ...]
    items: tuple[Item, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """What of the record bears it."""
        return tuple(dict.fromkeys(fact for item in self.items for reason in item.rationale for fact in reason.facts))


def is_small(item: Item, busy: Collection[str]) -> bool:
    """Whether an item says no more than what, when and why. `busy` are items that an issue or a question is about."""
    said_more = (item.dose, item.change, item.alternatives, item.monitoring, item.conditional_on)
    return item.action in _SMALL and item.urgency == "routine" and item.id not in busy and not any(said_more)


def errands(items: Iterable[tuple[Item, str]]) -> tuple[Errand, ...]:
    """Items with their due time in words, gathered; in order of first appearance."""
    found: dict[tuple[Action, str, tuple[str, ...]], list[Item]] = {}
    for item, when in items:
        found.setdefault((item.action, when, tuple(reason.text for reason in item.rationale)), []).append(item)
    return tuple(Errand(action, when, group[0].rationale, tuple(group)) for (action, when, _), group in found.items())

"""What one rule says about the medicines concerned in this patient: its severity after its own changes.

A raising change wins over a lowering one. What cannot be told from the record neither raises nor lowers; it is named, so that
the reader can see what would change the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.clinical.answer import SEVERITIES, Severity
from tools.clinical.conditions import ALWAYS, FALSE, Verdict
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions.index import Ready, ReadyChange
from tools.interactions.model import TIER_OF, Change, Tier


class Concerned(Facts):
    """Facts in which a medicine that a clause names is first looked for among those concerned, then in the whole list."""

    whole: Facts
    concerned: Sequence[MedicationUse]
    kinds: frozenset[str]

    @classmethod
    def of(cls, facts: Facts, uses: Sequence[MedicationUse]) -> Concerned:
        """The same facts, with the medicines concerned."""
        new = object.__new__(cls)
        new.__dict__.update(facts.__dict__)
        kinds = frozenset().union(*(use.kinds for use in uses))
        new.__dict__.update(whole=facts, concerned=uses, kinds=kinds)
        new.__dict__["in_negation"] = cls.of(facts.in_negation, uses) if facts.started else new
        return new

    def problem(self, name: str) -> tuple[str, ...]:
        """As in the whole; its index is built once."""
        return self.whole.problem(name)

    def taking(self, name: str) -> tuple[MedicationUse, ...]:
        """Medicines of that kind among those concerned, else in the whole list."""
        found = tuple(use for use in self.concerned if name in use.kinds)
        return found or self.whole.taking(name)


@dataclass(slots=True)
class Finding:
    """A rule on these medicines, after its changes. `could_reach`: the gravest rank that missing data might still raise it to."""

    ready: Ready
    uses: tuple[MedicationUse, ...]
    severity: Severity
    rank: int
    tier: Tier
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    suppressed: str = ""
    change: Change | None = None
    could_reach: int = -1

    @property
    def order(self) -> tuple[bool, int, int, str]:
        """Gravest first, then most specific; what is kept out of sight last."""
        return (bool(self.suppressed), -self.rank, -getattr(self.ready, "specificity", 0), self.ready.id)


def judge(ready: Ready, uses: tuple[MedicationUse, ...], bound: Concerned) -> Finding:
    """Apply the changes of a rule.

    Args:
        uses: the medicines concerned, in the order of the sides of the rule.
        bound: the facts as seen from these medicines.
    """
    missing: dict[str, None] = {}
    could_reach = -1
    for change in ready.changes:
        if not change.concerns(bound.kinds):
            continue
        verdict = _holds(change, bound)
        if verdict.unknown:
            missing.update(dict.fromkeys(verdict.missing))
            could_reach = max(could_reach, change.rank)
        elif verdict.holds:
            return _finding(ready, uses, change, verdict.because, tuple(missing), could_reach)
    return _finding(ready, uses, None, (), tuple(missing), could_reach)


def _holds(change: ReadyChange, bound: Facts) -> Verdict:
    if change.condition is None:
        return ALWAYS
    verdict = change.condition.holds(bound)
    return verdict if verdict.holds or verdict.unknown else FALSE


def _finding(
    ready: Ready,
    uses: tuple[MedicationUse, ...],
    applied: ReadyChange | None,
    because: tuple[str, ...],
    missing: tuple[str, ...],
    could_reach: int,
) -> Finding:
    change = applied.change if applied else None
    off = change is not None and change.to == "off"
    rank = ready.rank if applied is None or off else applied.rank
    severity = SEVERITIES[rank]
    return Finding(
        ready,
        uses,
        severity,
        rank,
        _tier(ready, change, severity),
        because,
        missing,
        (change.because or "of no concern in these circumstances") if change and off else "",
        change,
        could_reach,
    )


def _tier(ready: Ready, change: Change | None, severity: Severity) -> Tier:
    statement = ready.statement
    own = change.tier if change and change.tier else statement.tier if severity == statement.severity else None
    tier = own or TIER_OF[severity]
    return "inline" if statement.confidence == "unsure" and tier in ("hard-stop", "interruptive") else tier

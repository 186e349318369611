"""What one rule says about the medicines concerned in this patient: its severity after its own changes.

A raising change wins over a lowering one. What cannot be told from the record neither raises nor lowers; it is named, so that
the reader can see what would change the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.clinical.answer import SEVERITIES, Severity, Tier
from tools.clinical.conditions import ALWAYS, Verdict
from tools.clinical.facts import MedicationUse
from tools.interactions.index import Ready, ReadyChange
from tools.interactions.model import TIER_OF, Change
from tools.interactions.patient import Concerned


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


def unconditional(ready: Ready, uses: tuple[MedicationUse, ...]) -> Finding:
    """What a rule says that no circumstance changes."""
    severity = ready.statement.severity
    return Finding(ready, uses, severity, ready.rank, _tier(ready, None, severity))


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


def _holds(change: ReadyChange, bound: Concerned) -> Verdict:
    if change.condition is None:
        return ALWAYS
    return change.condition.holds(bound) if change.names_medicines else bound.patient.verdict(change.condition)


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

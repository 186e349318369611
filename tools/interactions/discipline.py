"""How alerts are kept few: the words of the file that says what may be kept out of sight, and what never.

An issue that is kept out of sight stays in the answer with its reason.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import get_args

from msgspec import Struct

from tools.clinical.answer import Indicator, Severity, Tier
from tools.clinical.clause import within_days
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, load

FOLDER = Path(__file__).parent / "discipline"


class Stable(Struct, frozen=True, forbid_unknown_fields=True):
    """A combination borne for long, with monitoring in date. Only severities listed may be kept out of sight."""

    at_least: str
    severities: tuple[Severity, ...]
    reason: str


class LowValue(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that help nobody when shown unasked, by tier or by id."""

    tiers: tuple[Tier, ...]
    rules: tuple[str, ...]
    reason: str


class LocalRoutes(Struct, frozen=True, forbid_unknown_fields=True):
    """Ways of giving that reach the rest of the body too little, and kinds of which that is not so."""

    routes: frozenset[str]
    systemic: frozenset[str]
    reason: str


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """How many issues of one regimen may interrupt, hard stops and the never-suppressed apart; the rest is shown inline."""

    interruptive: int
    note: str


class Discipline(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The alert discipline.

    Attributes:
        indicators: the CDS Hooks indicator of each tier.
        never: rules that are never kept out of sight, never lose their interruption, whatever the circumstance.
        intended: the reason given where a rule's own `intended` holds.
        monitoring: how long a value of an observable speaks for a combination that is borne.
    """

    indicators: dict[Tier, Indicator]
    never: tuple[str, ...]
    never_severities: tuple[Severity, ...]
    intended: str
    stable: Stable
    low_value: LowValue
    local: LocalRoutes
    budget: Budget
    monitoring: dict[str, str]

    def faults(self) -> list[str]:
        """Tiers without an indicator, a window without a time."""
        missing = sorted(set(get_args(Tier)) - set(self.indicators))
        faults = [f"no indicator for tier {tier!r}" for tier in missing]
        if not within_days(self.stable.at_least):
            faults.append("`stable.at_least` is not a time")
        faults += [f"`monitoring.{name}` is not a time" for name, text in self.monitoring.items() if not within_days(text)]
        return faults


@lru_cache(maxsize=1)
def shipped_discipline() -> Discipline:
    """The alert discipline that ships with this tool.

    Raises:
        KnowledgeError: there is not exactly one active file.
    """
    found = load(FOLDER, Discipline)
    if len(found) != 1:
        raise KnowledgeError(f"{FOLDER.name}: one active alert discipline is needed, there are {len(found)}")
    return found[0]

"""Gaps in supply: what was handed over or ordered last would have run out, and nothing newer is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from tools.clinical.answer import Citation
from tools.clinical.clause import within_days
from tools.clinical.errors import faults_of
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.knowledge import Document, load
from tools.clinical.sourcing import citation, unlisted

FOLDER = Path(__file__).parent / "gaps"


class Gap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From how many days without supply on it is asked about.

    Attributes:
        not_for: kinds that are taken when needed, so that a gap says nothing.
    """

    id: str
    days: str
    says: str
    consider: str
    source: str
    not_for: tuple[str, ...] = ()


class GapCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A supply that ended so many days ago (or whose end is not recorded), and whether it is asked about."""

    name: str
    kinds: tuple[str, ...]
    ended: int | None = None
    as_needed: bool = False
    expect: bool


class GapFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Gaps that are asked about."""

    gap: tuple[Gap, ...] = ()
    case: tuple[GapCase, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, and times that cannot be read."""
        found = unlisted(self, ((entry.id, entry.source) for entry in self.gap))
        return found + [f"{entry.id}: {fault}" for entry in self.gap for fault in faults_of(within_days, [entry.days])]

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.appraisal.cases import gap_failures

        return gap_failures(self)


@dataclass(frozen=True, slots=True)
class SupplyGap:
    """A medicine whose supply ended, when, and how many days ago."""

    use: MedicationUse
    since: date
    days: int
    says: str
    consider: str
    evidence: tuple[Citation, ...] = ()


@lru_cache(maxsize=1)
def gap_files() -> tuple[GapFile, ...]:
    """The gaps of the knowledge base."""
    return load(FOLDER, GapFile)


def supply_gaps(facts: Facts) -> tuple[SupplyGap, ...]:
    """Medicines that are or may be taken and whose supply ended too long ago; one whose supply is not recorded tells nothing."""
    found = (gap_of(use, facts, file) for file in gap_files() for use in facts.medications if use.taken and use.currency != "proposed")
    return tuple(gap for gap in found if gap is not None)


def gap_of(use: MedicationUse, facts: Facts, file: GapFile) -> SupplyGap | None:
    """The gap in the supply of one medicine."""
    if use.supplied_until is None or use.regimen.as_needed:
        return None
    days = (facts.as_of - use.supplied_until).days
    for entry in file.gap:
        if days >= (within_days(entry.days) or 0) and not use.kinds.intersection(entry.not_for):
            return SupplyGap(use, use.supplied_until, days, entry.says, entry.consider, (citation(file, entry.source, entry.id),))
    return None

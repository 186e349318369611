"""What follows a start or a change of a medicine, and when: for the calendar of a plan. It orders nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.clinical.clause import Clause, compile_all
from tools.clinical.errors import faults_of
from tools.clinical.facts import Facts
from tools.clinical.knowledge import Confidence, Document, load
from tools.clinical.sourcing import twice, unlisted
from tools.guidelines.model import Given
from tools.guidelines.modules import compiled

FOLDER = Path(__file__).parent / "aftercare"
Occasion = Literal["start", "change"]


class After(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What is due after a medicine of one of these classes begins or changes.

    Attributes:
        days: after the start, at the latest.
        tests: observables to be measured; `visit` says what a visit is for where no test is meant.
        on: at a start, at a change of the dose, or both.
        when: only for a patient in whom this holds.
    """

    id: str
    drugs: tuple[str, ...]
    days: int
    source: str
    tests: tuple[str, ...] = ()
    visit: str = ""
    on: tuple[Occasion, ...] = ("start", "change")
    when: tuple[Clause, ...] = ()
    locator: str = ""
    confidence: Confidence = "probable"


class Gap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days that must lie between the last dose of one medicine and the first of another."""

    id: str
    last: tuple[str, ...]
    first: tuple[str, ...]
    days: int
    why: str
    source: str


class AfterCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A patient, the kinds of a medicine, and the ids of what follows its start; with `last`, the gap before it."""

    name: str
    given: Given
    drug: tuple[str, ...]
    occasion: Occasion = "start"
    last: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()


class AftercareFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What follows starts and changes."""

    after: tuple[After, ...] = ()
    gap: tuple[Gap, ...] = ()
    case: tuple[AfterCase, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, an entry that is neither a test nor a visit, conditions that cannot be read, ids that stand twice."""
        entries: tuple[After | Gap, ...] = (*self.after, *self.gap)
        found = unlisted(self, ((e.id, e.source) for e in entries))
        found += [f"{e.id}: either tests or a visit" for e in self.after if bool(e.tests) == bool(e.visit)]
        found += [f"{entry.id}: {fault}" for entry in self.after for fault in faults_of(compile_all, [entry.when])]
        return found + twice(e.id for e in entries)

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.guidelines.cases import facts_of

        found = []
        for case in self.case:
            kinds = frozenset(case.drug)
            told = tuple(e.id for e in following(kinds, case.occasion, facts_of(case.given), (self,)))
            between = gap_between(frozenset(case.last), kinds, (self,)) if case.last else None
            told += (between.id,) if between else ()
            if told != case.expect:
                found.append(f"{case.name}: {told}, expected {case.expect}")
        return found


@lru_cache(maxsize=1)
def aftercare_files() -> tuple[AftercareFile, ...]:
    """Every file. Raises KnowledgeError."""
    return load(FOLDER, AftercareFile)


def following(kinds: frozenset[str], occasion: Occasion, facts: Facts, files: Iterable[AftercareFile] | None = None) -> tuple[After, ...]:
    """What follows the start or change of a medicine of these kinds for this patient, soonest first."""
    entries = [entry for file in files or aftercare_files() for entry in file.after]
    found = [e for e in entries if occasion in e.on and kinds.intersection(e.drugs) and _condition(e.when).holds(facts).holds]
    return tuple(sorted(found, key=lambda entry: (entry.days, entry.id)))


def gap_between(last: frozenset[str], first: frozenset[str], files: Iterable[AftercareFile] | None = None) -> Gap | None:
    """What must lie between two medicines of these kinds; `None` where they may follow each other at once."""
    gaps = (gap for file in files or aftercare_files() for gap in file.gap)
    return next((gap for gap in gaps if last.intersection(gap.last) and first.intersection(gap.first)), None)


_condition = lru_cache(maxsize=256)(compiled)

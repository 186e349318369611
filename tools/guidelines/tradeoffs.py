"""What speaks for and against a medicine, in absolute terms where a source gives them: for tables of options.

Nothing here chooses. A figure is told only for people like those in whom it was measured (`when`); for all others the table
says that no source states an absolute effect.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.clause import Clause, compile_all
from tools.clinical.conditions import Condition
from tools.clinical.errors import faults_of
from tools.clinical.facts import Coding, Facts
from tools.clinical.knowledge import Confidence, Document, load
from tools.clinical.quantity import decimal_of
from tools.clinical.sourcing import citation, twice, unlisted
from tools.guidelines.model import Given
from tools.guidelines.modules import compiled

FOLDER = Path(__file__).parent / "tradeoffs"


class Figure(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One effect, wanted or not.

    Attributes:
        per_1000: events more (positive) or fewer (negative) in 1000 people over `over`.
        population: in whom it was measured.
        against: what the figure is the difference to.
        drugs: those of the file that it holds for; empty for all.
        when: it is told only for a patient in whom this holds.
        text: what there is to say without a figure.
    """

    id: str
    outcome: str
    source: str
    locator: str = ""
    per_1000: str | None = None
    over: str = ""
    population: str = ""
    against: str = ""
    drugs: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()
    text: str = ""
    confidence: Confidence = "probable"

    def faults(self) -> list[str]:
        """A figure without time span, population or comparison; neither a figure nor a text; a condition that cannot be read."""
        found = [] if self.per_1000 or self.text else [f"{self.id}: neither a figure nor a text"]
        if self.per_1000 and not (self.over and self.population and self.against):
            found.append(f"{self.id}: a figure needs its time span, its population and what it is compared with")
        unread = faults_of(decimal_of, filter(None, [self.per_1000]))
        if self.per_1000 and not unread and not decimal_of(self.per_1000):
            found.append(f"{self.id}: a figure of nothing")
        return found + [f"{self.id}: {fault}" for fault in (*unread, *faults_of(compile_all, [self.when]))]

    @property
    def needed(self) -> int | None:
        """How many people are treated for one to have the effect, rounded up."""
        return None if self.per_1000 is None else math.ceil(1000 / abs(Decimal(self.per_1000)))


class Stated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A preference that a record can state in a code or as a problem, and what it speaks for or against.

    Attributes:
        codes: `system|code` of a Goal, a note or a problem.
        has: problem names that state it.
        traits: of medicines that it concerns.
    """

    id: str
    text: str
    fit: Literal["fits", "speaks-against"]
    traits: tuple[str, ...]
    codes: tuple[str, ...] = ()
    has: tuple[str, ...] = ()


class TradeoffCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A patient, a medicine, and the ids of what is told of it."""

    name: str
    given: Given
    drug: str = ""
    expect: tuple[str, ...] = ()


class TradeoffFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A class of medicines, or the preferences that a record can state.

    Attributes:
        about: the drugs and classes.
        instead: what it is usually weighed against, best first.
        without: what it means to take none.
        essential, essential_because: for whom none is no option, and why.
        traits: what matters to people who state a preference (`injection`, `daily`, `blood-tests`, `weight-gain` …).
    """

    about: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    burden: str = ""
    monitoring: tuple[str, ...] = ()
    reversibility: str = ""
    without: str = ""
    essential: tuple[Clause, ...] = ()
    essential_because: str = ""
    traits: tuple[str, ...] = ()
    benefit: tuple[Figure, ...] = ()
    harm: tuple[Figure, ...] = ()
    preference: tuple[Stated, ...] = ()
    case: tuple[TradeoffCase, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, faulty figures, ids that stand twice, a class without its burden."""
        figures = (*self.benefit, *self.harm)
        found = unlisted(self, ((f.id, f.source) for f in figures))
        found += [fault for figure in figures for fault in figure.faults()]
        found += twice([*(f.id for f in figures), *(p.id for p in self.preference)])
        if self.about and not (self.burden and self.reversibility and self.without):
            found.append("burden, reversibility and without are needed")
        return found

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.guidelines.cases import facts_of

        found = []
        for case in self.case:
            facts = facts_of(case.given)
            told = tuple(f.id for figures in (self.benefit, self.harm) for f in _told(figures, frozenset({case.drug}), facts))
            told += tuple(p.id for p, _ in stated_in(facts, self.preference))
            if told != case.expect:
                found.append(f"{case.name}: told {told}, expected {case.expect}")
        return found


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """What a file says of one medicine for one patient; effects with a figure stand first.

    `essential` says why taking none is no option for this patient; empty where it is one.
    """

    benefits: tuple[tuple[Figure, Citation], ...]
    harms: tuple[tuple[Figure, Citation], ...]
    burden: str
    monitoring: tuple[str, ...]
    reversibility: str
    without: str
    essential: str
    traits: frozenset[str]
    instead: tuple[str, ...]
    rule: KnowledgeRef


@lru_cache(maxsize=1)
def tradeoff_files() -> tuple[TradeoffFile, ...]:
    """Every file. Raises KnowledgeError."""
    return load(FOLDER, TradeoffFile)


def tradeoff(drug: str, kinds: frozenset[str], facts: Facts) -> Tradeoff | None:
    """What is known of a medicine of these kinds (its name and classes); `None` where no file speaks of it.

    Of several files the one that names the medicine itself, or one of its ingredients, comes before one that names its class.
    """
    names = {drug, *drug.split("/")}
    found = [file for file in tradeoff_files() if kinds.intersection(file.about)]
    if not found:
        return None
    file = min(found, key=lambda f: (not names.intersection(f.about), len(f.about), f.id))
    return Tradeoff(
        benefits=_cited(_told(file.benefit, kinds, facts), file),
        harms=_cited(_told(file.harm, kinds, facts), file),
        burden=file.burden,
        monitoring=file.monitoring,
        reversibility=file.reversibility,
        without=file.without,
        essential=file.essential_because if file.essential and _condition(file.essential).holds(facts).holds else "",
        traits=frozenset(file.traits),
        instead=file.instead,
        rule=KnowledgeRef(file.id, file.version),
    )


def stated_in(facts: Facts, preferences: Iterable[Stated] | None = None) -> tuple[tuple[Stated, tuple[str, ...]], ...]:
    """The preferences that the record states in a code or as a problem, each with its references."""
    known = preferences if preferences is not None else (p for file in tradeoff_files() for p in file.preference)
    found = []
    for preference in known:
        references = [e.reference for e in facts.events if e.kind in ("goal", "note") and _coded(e.code, preference)]
        references += [p.reference for p in facts.problems if p.active and _coded(p.code, preference)]
        references += [r for name in preference.has for r in facts.problem(name)]
        if references:
            found.append((preference, tuple(dict.fromkeys(references))))
    return tuple(found)


@lru_cache(maxsize=512)
def _condition(when: tuple[Clause, ...]) -> Condition:
    return compiled(when)


def _coded(code: Coding | None, preference: Stated) -> bool:
    return code is not None and f"{code.system}|{code.code}" in preference.codes


def _told(figures: Sequence[Figure], kinds: frozenset[str], facts: Facts) -> Iterator[Figure]:
    fitting = [f for f in figures if (not f.drugs or kinds.intersection(f.drugs)) and _condition(f.when).holds(facts).holds]
    yield from sorted(fitting, key=lambda f: f.per_1000 is None)


def _cited(figures: Iterable[Figure], file: TradeoffFile) -> tuple[tuple[Figure, Citation], ...]:
    return tuple((f, citation(file, f.source, f.id, locator=f.locator, confidence=f.confidence)) for f in figures)

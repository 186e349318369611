"""What a file of interaction knowledge may say.

One file is one object class or mechanism (statins, potassium, serotonin ...). It holds rules on two medicines, rules on a whole
regimen, and examples that are executed. The sides of a rule are ingredient or class names; `level` says which, because the most
specific rule on a pair speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import IssueCode, Severity, Tier
from tools.clinical.clause import Clause, compile_clause
from tools.clinical.errors import faults_of
from tools.clinical.examples import Given
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.sourcing import twice, uncited
from tools.interactions.wording import misplaced

Level = Literal["ingredient-ingredient", "ingredient-class", "class-class"]
Onset = Literal["immediate", "days", "weeks", "delayed"]

TIER_OF: dict[Severity, Tier] = {"contraindicated": "hard-stop", "major": "interruptive", "moderate": "inline", "minor": "on-request"}
SPECIFICITY: dict[Level, int] = {"ingredient-ingredient": 2, "ingredient-class": 1, "class-class": 0}


class Change(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, rename={"with_": "with"}):
    """A circumstance that raises, holds or lowers the severity.

    Attributes:
        to: the severity then; `"off"` keeps the issue out of sight with `because` as the reason. A change to the rule's own
            severity holds it there against a lowering one.
        with_: kinds of which one of the medicines concerned has at least one.
        without: kinds that none of the medicines concerned has.
        when: clauses on the patient. A medicine named in a clause is first looked for among the medicines concerned, then in the
            whole list. What cannot be told neither raises nor lowers; it is named in `missing`.
        because: the circumstance in words.
        action: what to do instead of the rule's action.
        tier: where it is not the usual one of that severity.
    """

    to: Severity | Literal["off"]
    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()
    because: str = ""
    action: str = ""
    tier: Tier | None = None


class Statement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What every finding says: how grave, what happens, what to do, on whose word.

    Attributes:
        consequence, action: whole sentences; a rule on two medicines writes `{1}` and `{2}` for them, see `wording`.
        tier: where it is not the usual one of the severity.
        intended: when all hold, the combination is meant; the issue is kept out of sight with that reason.
        monitoring: observables that must be in date before a long-standing combination may be kept out of sight.
        also_by: local routes by which it counts nevertheless.
        blocks_start_only: stopping at once would do harm; the finding must never lead to an abrupt stop.
    """

    id: str
    severity: Severity
    mechanism: str
    consequence: str
    action: str
    sources: tuple[str, ...]
    tier: Tier | None = None
    code: IssueCode = "DRG"
    alternatives: tuple[str, ...] = ()
    onset: Onset | None = None
    grade: str = ""
    confidence: Confidence = "probable"
    changes: tuple[Change, ...] = ()
    intended: tuple[Clause, ...] = ()
    monitoring: tuple[str, ...] = ()
    also_by: tuple[str, ...] = ()
    blocks_start_only: bool = False


class Rule(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Two medicines that act on each other.

    Attributes:
        between: the two sides, each an ingredient or a class.
        except_first, except_second: kinds that are not meant although they belong to that side.
        settles: its verdict stands even where a broader rule on the same pair is graver.
        fallback: speaks only where no other rule is about the pair.
    """

    between: tuple[str, str]
    level: Level
    except_first: tuple[str, ...] = ()
    except_second: tuple[str, ...] = ()
    settles: bool = False
    fallback: bool = False


class Count(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many medicines of these kinds. With `once_each`, kinds are counted instead, each by an ingredient of its own."""

    at_least: int
    of: tuple[str, ...]
    once_each: bool = False


class Combination(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A regimen in which several medicines add up.

    Attributes:
        all_of: kinds that must all be there, each by an ingredient of its own; a kind given twice needs two.
        count: a number of medicines that must be reached.
        replaces: combinations that need not be said beside this one.
        when: clauses that must hold as well; what cannot be told is not taken to hold.
    """

    all_of: tuple[str, ...] = ()
    count: Count | None = None
    replaces: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()


class Expect(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """What comes of it for the rule of the case. Where the tier is not given, any will do."""

    severity: Severity
    tier: Literal["interrupts", "shown", "suppressed"] | None = None
    missing: tuple[str, ...] = ()


class Case(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """An example that is executed; `"nothing"` expects no issue at all."""

    name: str
    rule: str = ""
    given: Given
    expect: Expect | Literal["nothing"]


class InteractionFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The interactions of one object class or mechanism.

    Attributes:
        without_rule: ingredients that were considered and of which no interaction is known that would need a rule; they count
            as checked.
    """

    without_rule: tuple[str, ...] = ()
    rule: tuple[Rule, ...] = ()
    combination: tuple[Combination, ...] = ()
    case: tuple[Case, ...] = ()

    def statements(self) -> Iterator[Statement]:
        """Everything that can become a finding."""
        yield from self.rule
        yield from self.combination

    def faults(self) -> list[str]:
        """Unknown sources, clauses that do not compile, rules without an example."""
        known = {source.id for source in self.source}
        cited = {source for statement in self.statements() for source in statement.sources}
        faults = uncited(self, cited) + twice(statement.id for statement in self.statements())
        named = {case.rule for case in self.case}
        for statement in self.statements():
            faults += [f"{statement.id}: {fault}" for fault in _faults_of(statement, known)]
            if statement.id not in named:
                faults.append(f"{statement.id}: no case shows it")
        if not any(case.expect == "nothing" for case in self.case):
            faults.append("no case expects nothing")
        return faults

    def case_failures(self) -> list[str]:
        """The file's own examples that do not come out as expected."""
        from tools.interactions.cases import failures  # the runner imports this module

        return failures(self)


def clauses_of(statement: Statement) -> Iterator[Clause]:
    """Every clause of a rule, at top level."""
    yield from statement.intended
    for change in statement.changes:
        yield from change.when
    if isinstance(statement, Combination):
        yield from statement.when


def _faults_of(statement: Statement, known: set[str]) -> Iterator[str]:
    if not statement.sources:
        yield "no source"
    yield from (f"source {name!r} is not listed" for name in statement.sources if name not in known)
    sides = 2 if isinstance(statement, Rule) else 0
    for text in (statement.consequence, statement.action, *(change.action for change in statement.changes)):
        yield from (f"no side fills {{{place}}}" for place in misplaced(text, sides))
    yield from faults_of(compile_clause, clauses_of(statement))
    yield from ("a change without a circumstance" for change in statement.changes if not (change.when or change.with_ or change.without))
    if isinstance(statement, Combination) and not (statement.all_of or statement.count):
        yield "a combination names kinds in `all_of` or `count`"

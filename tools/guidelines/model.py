"""How decision modules are written in knowledge files.

A module is one condition; its recommendations may lie in several files, of which one carries the `[module]` table. Slots
1-29 hold red flags (1-9), what to measure (10-19) and what to stop, hold or avoid (20-29): every recommendation that holds
is heard. Slots 30-99 are choices: ranks are tried in order and the first that holds decides (30-39 goals and derived facts,
40-79 treatment, 80-89 monitoring, 90-99 follow-up and referral).

A `[[definition]]` gives a name to a condition; `{ has = "bp-above-goal" }` in any file then means that condition, with all
three truth values.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, structs

from tools.clinical.clause import Clause, compile_all
from tools.clinical.errors import KnowledgeError, faults_of
from tools.clinical.facts import Pregnancy
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.quantity import Quantity
from tools.clinical.sourcing import twice, unlisted

Expectation = Literal["applies", "does-not-apply", "cannot-be-told"]
VERBS = (
    "start", "stop", "hold", "change", "continue", "avoid", "order", "refer", "counsel", "follow_up", "goal", "escalate", "ask", "derive", "follow",
)  # fmt: skip


class Given(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A patient in a few words, for cases.

    `labs` maps an observable to `"7.2 %"` or `"7.2 %, 100 d ago"`; `doses` a drug to its daily dose; `started` a drug to
    days ago; `allergic_to` may add the reaction (`penicillin: urticaria`); `as_needed`, `daily` and `every` say how a drug is taken.
    Pregnancy is `none` unless said otherwise.
    """

    has: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    allergic_to: tuple[str, ...] = ()
    age: str | None = None
    sex: Literal["female", "male"] | None = None
    pregnancy: Pregnancy = "none"
    labs: dict[str, str] = {}
    doses: dict[str, str] = {}
    started: dict[str, int] = {}
    as_needed: tuple[str, ...] = ()
    daily: tuple[str, ...] = ()
    every: dict[str, str] = {}
    phenotypes: dict[str, str] = {}


class ClauseCase(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """An example of when one recommendation or definition holds."""

    given: Given
    expect: Expectation
    missing: tuple[str, ...] = ()


class Do(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, rename={"continue_": "continue"}):
    """One action: exactly one verb with what it is about, and the words that go with it.

    Attributes:
        start: drugs to choose from, best first; a class stands for its preferred members.
        otherwise: what to choose from when none of these can be given.
        dose: drug → row of the dosing table.
        to: the replacement of a `change`, best first.
        how: how the dose changes (`next-dose`, `half-dose`, `reduce`), or a word on the start (`as needed`).
        most: a ceiling for a drug that is avoided only above it, or of a change.
        target: of a goal, as `<130 mm[Hg]` or `individualise`.
        due: within which time.
        one: only the first of these that is taken is meant.
    """

    start: tuple[str, ...] | None = None
    stop: tuple[str, ...] | None = None
    hold: tuple[str, ...] | None = None
    change: tuple[str, ...] | None = None
    continue_: tuple[str, ...] | None = None
    avoid: tuple[str, ...] | None = None
    order: tuple[str, ...] | None = None
    refer: tuple[str, ...] | None = None
    counsel: tuple[str, ...] | None = None
    follow_up: tuple[str, ...] | None = None
    goal: str | None = None
    escalate: Literal["emergency", "same-day"] | None = None
    ask: tuple[str, ...] | None = None
    derive: str | None = None
    follow: tuple[str, ...] | None = None
    otherwise: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    dose: dict[str, str] = {}
    how: str = ""
    most: str = ""
    target: str = ""
    due: str | None = None
    one: bool = False

    @property
    def verb(self) -> str:
        """The verb of this action."""
        return next(verb for verb in VERBS if getattr(self, "continue_" if verb == "continue" else verb) is not None)

    @property
    def objects(self) -> tuple[str, ...]:
        """What the verb is about."""
        verb = self.verb
        value = getattr(self, "continue_" if verb == "continue" else verb)
        return (value,) if isinstance(value, str) else tuple(value)

    @property
    def due_days(self) -> int | None:
        """The due time in days."""
        return None if self.due is None else _days(self.due)

    def faults(self) -> list[str]:
        """Not exactly one verb, or a time that cannot be read."""
        given = [verb for verb in VERBS if getattr(self, "continue_" if verb == "continue" else verb) is not None]
        if len(given) != 1:
            return [f"an action has one verb, this one has {given or 'none'}"]
        return faults_of(_days, filter(None, [self.due]))


class Recommendation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """When to do what, why, and who says so; `note` tells where this differs from the source, or reads it.

    Attributes:
        asks_first: questions that no record answers and that decide whether it is right: what it does about medicines is drafted, and waits
            for the answers.
        drafted_unmeasured: where only values that a test gives are missing or too old, and what is known of them does not speak against it,
            its start is drafted and waits for the tests.
    """

    id: str
    slot: int
    rank: int
    when: tuple[Clause, ...] = ()
    do: tuple[Do, ...]
    because: str
    source: str
    locator: str = ""
    grade: str = ""
    confidence: Confidence = "probable"
    note: str = ""
    asks_first: tuple[str, ...] = ()
    drafted_unmeasured: bool = False
    cases: tuple[ClauseCase, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Slots of 30 and more are choices: the first that holds decides."""
        return self.slot >= 30

    @property
    def matters(self) -> bool:
        """Whether it would be worth a test or a question to know that it holds: it does more than go on as before."""
        return any(do.verb not in {"continue", "counsel", "follow_up", "follow", "goal", "derive"} for do in self.do)


class Definition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name for a condition that several recommendations share."""

    name: str
    when: tuple[Clause, ...]
    meaning: str = ""
    cases: tuple[ClauseCase, ...] = ()


class ModuleHead(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a module is about.

    Attributes:
        kinds: problems that make it apply.
        order: modules with a lower number decide first, and keep their places when starts are spread over visits.
        status: observables that show the present state.
        treats_with: drugs and classes that are treatment of this condition.
        only_when: a condition that must hold as well (which kind of heart failure, say).
        also_when: a condition that makes it apply without the problem being listed.
        can_wait: nothing of it is said where an emergency comes first.
    """

    title: str
    kinds: tuple[str, ...]
    order: int
    status: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    treats_with: tuple[str, ...] = ()
    indication: str | None = None
    youngest: int = 18
    only_when: tuple[Clause, ...] = ()
    also_when: tuple[Clause, ...] = ()
    can_wait: bool = False


class GuidelineFile(Document, frozen=True, kw_only=True):
    """One file of a module."""

    about: str
    module: ModuleHead | None = None
    definition: tuple[Definition, ...] = ()
    recommendation: tuple[Recommendation, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, actions without a verb, two recommendations with one id."""
        faults = unlisted(self, ((r.id, name) for r in self.recommendation for name in r.source.split(" ")))
        faults += [f"{r.id}: {fault}" for r in self.recommendation for do in r.do for fault in do.faults()]
        faults += [f"{name}: {fault}" for name, when in self._conditions() for fault in faults_of(compile_all, [when])]
        return faults + twice(r.id for r in self.recommendation)

    @property
    def case(self) -> tuple[ClauseCase, ...]:
        """Every example of the file."""
        defined = tuple(case for entry in self.definition for case in entry.cases)
        return defined + tuple(case for entry in self.recommendation for case in entry.cases)

    def case_failures(self) -> list[str]:
        """The examples of every recommendation and definition that do not come out as written."""
        from tools.guidelines.cases import failures  # needs the definitions of all files, so it cannot be read before them

        return failures(self)

    def _conditions(self) -> list[tuple[str, tuple[Clause, ...]]]:
        named = [(d.name, d.when) for d in self.definition] + [(r.id, r.when) for r in self.recommendation]
        if self.module is not None:
            named += [("only_when", self.module.only_when), ("also_when", self.module.also_when)]
        return named


def _days(text: str) -> int:
    return int(Quantity.parse(text).to("d").value)


def expanded(clause: Clause, definitions: dict[str, tuple[Clause, ...]], seen: tuple[str, ...] = ()) -> Clause:
    """The clause with every defined name replaced by its definition; a definition that names itself means the problem of that name.

    Raises:
        KnowledgeError: definitions that need each other.
    """
    if clause.has is not None and clause.has in definitions and clause.has != (seen or ("",))[-1]:
        if clause.has in seen:
            raise KnowledgeError(f"the definition {clause.has!r} needs itself")
        return Clause(all_of=tuple(expanded(part, definitions, (*seen, clause.has)) for part in definitions[clause.has]))
    changes = {}
    for name in ("all_of", "any_of", "none_of", "of"):
        parts = getattr(clause, name)
        if parts is not None:
            changes[name] = tuple(expanded(part, definitions, seen) for part in parts)
    return structs.replace(clause, **changes) if changes else clause

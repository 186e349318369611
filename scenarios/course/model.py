"""What a simulated course rests on, as data: how values answer to medicines, and who decides what at a visit."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from agent.errors import RecordError
from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity
from tools.terminology import terminology

HERE = Path(__file__).parent.parent


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a file."""


class Moves(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an observable lies where it was never measured, and moves by itself.

    Attributes:
        sd: between patients. visit_sd: of the value of one visit around its level.
        per_year_with: further drift with a problem.
        with_low_egfr: how much further it rises where the eGFR has halved since the start.
        sum_of: it moves as the sum of observables named before, each times a factor.
        reported_as: what the laboratory reports instead of it.
    """

    observable: str
    unit: str
    mean: float
    sd: float
    visit_sd: float
    least: float
    most: float
    source: str
    digits: int = 0
    per_year: float = 0.0
    per_year_with: dict[str, float] = {}
    with_low_egfr: float = 0.0
    sum_of: dict[str, float] = {}
    reported_as: str = ""


class Effect(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a medicine taken as ordered changes.

    Attributes:
        change: at the usual dose, in the unit of the observable; in percent of it where `relative`.
        sd: between patients. wanders: from visit to visit, while it is taken.
        per_doubling: added for each doubling of the `usual` daily dose of an ingredient; halves take it away.
        from_level, per_level: `change` is that of trials from this level on; so much is added for each unit that a patient lies above it.
        slower: the share of its fall by the year that it takes away.
    """

    kind: str
    observable: str
    change: float
    source: str
    sd: float = 0.0
    relative: bool = False
    per_doubling: float = 0.0
    usual: dict[str, str] = {}
    from_level: float = 0.0
    per_level: float = 0.0
    slower: float = 0.0
    wanders: float = 0.0


class Adherence(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A share of patients, and the part of the doses that they take."""

    share: float
    taken: float


class Event(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that goes wrong: by chance with a kind of medicine, or where a level passes a limit.

    Attributes:
        recorded: how it comes into the record: as an allergy to the ingredient, a condition, a value of that day, or not at all.
        stopped: whoever treats it stops the medicine.
    """

    name: str
    recorded: Literal["allergy", "condition", "value", "unseen"]
    source: str
    kind: str = ""
    at_start: float = 0.0
    per_year: float = 0.0
    observable: str = ""
    above: float | None = None
    below: float | None = None
    stopped: bool = False

    def met(self, level: float) -> bool:
        """Whether the level passes the limit."""
        return (self.above is not None and level > self.above) or (self.below is not None and level < self.below)


class Responses(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How patients answer to medicines."""

    moves: tuple[Moves, ...]
    effect: tuple[Effect, ...]
    adherence: tuple[Adherence, ...]
    event: tuple[Event, ...]

    def faults(self) -> list[str]:
        """Names and units that nobody knows, sources that are not listed, shares that do not add up, and effects on what does not move."""
        known, moving = {one.id for one in self.source}, {one.observable for one in self.moves}
        answers: tuple[Effect | Event, ...] = (*self.effect, *self.event)
        parts: tuple[Moves | Effect | Event, ...] = (*self.moves, *answers)
        faults = [f"source {one.source!r} is not listed" for one in parts if one.source not in known]
        faults += [] if abs(sum(one.share for one in self.adherence) - 1) < 1e-6 else ["the shares of adherence do not add up to 1"]
        kinds = {one.kind for one in answers if one.kind}
        faults += [f"{name!r} is no medicine and no class" for name in sorted(kinds) if not terminology().is_drug_kind(name)]
        acted = {one.observable for one in answers if one.observable}
        faults += [f"{name!r} does not move here" for name in sorted(acted - moving)]
        earlier = [one.observable for one in self.moves]
        faults += [
            f"{m.observable}: {name!r} is not named before"
            for n, m in enumerate(self.moves)
            for name in m.sum_of
            if name not in earlier[:n]
        ]
        faults += [f"{one.observable!r} is no observable" for one in self.moves if terminology().observable_named(one.observable) is None]
        return faults + [fault for one in self.effect for fault in faults_of(Quantity.parse, one.usual.values())]


class Reviewer(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a simulated reviewer decides, in shares; see the file."""

    answers: float
    rejects: float
    misses: float
    source: str


class Goal(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A goal of whoever has one of these problems; the first that applies to an observable counts."""

    observable: str
    below: float
    has: tuple[str, ...]


class Step(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine that is begun where none of these kinds is taken or not tolerated."""

    text: str
    kinds: tuple[str, ...]
    dose: str
    per: str


class Ladder(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What usual care begins, one step a visit, where the newest value lies above a limit and somebody acts on it."""

    observable: str
    above: float
    acts: float
    steps: tuple[Step, ...]


class Usual(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Usual care of the comparison; `laboratories` are what is measured every so many days."""

    minutes: float
    laboratories: tuple[str, ...]
    laboratories_every_days: int
    stops_after_event: float
    source: str
    ladder: tuple[Ladder, ...]


class CourseRules(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often somebody is seen, by which goals, and who decides what; `watched` are levels that are told of everybody, for their harms."""

    interval_days: int
    reviewer: Reviewer
    goal: tuple[Goal, ...]
    watched: tuple[str, ...] = ()
    usual: Usual

    def faults(self) -> list[str]:
        """Problems, medicines, doses and tests that nobody knows."""
        steps = [step for ladder in self.usual.ladder for step in ladder.steps]
        faults = [f"{n!r} is no problem" for goal in self.goal for n in goal.has if not terminology().is_problem(n)]
        faults += [f"{step.text!r} is not recognised" for step in steps if terminology().medication(step.text).outcome != "recognized"]
        faults += [
            f"{name!r} is no observable"
            for name in (*self.usual.laboratories, *self.watched)
            if terminology().observable_named(name) is None
        ]
        return faults + [fault for step in steps for fault in faults_of(Quantity.parse, (step.dose, step.per))]


@lru_cache(maxsize=1)
def responses() -> Responses:
    """How patients answer. Raises KnowledgeError where a file is at fault."""
    return load(HERE / "responses", Responses)[0]


@lru_cache(maxsize=8)
def course_named(name: str) -> CourseRules:
    """The rules of a course.

    Raises:
        RecordError: none has that name.
    """
    known = {one.id: one for one in load(HERE / "courses", CourseRules)}
    if name not in known:
        raise RecordError(f"no course is called {name!r}; there are: {', '.join(known)}")
    return known[name]

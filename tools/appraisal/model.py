"""How suspicions and points of a medication review are written in knowledge files.

    [[suspicion]]                                  [[point]]
    id = "ckd-by-egfr"                             id = "amlodipine-oedema-loop"
    suspects = "chronic kidney disease"            topic = "cascade"
    unless_has = ["chronic-kidney-disease"]        medicines = ["ccb-dhp", "loop-diuretic"]
    repeated = { of = [...], apart = "90 d" }      when = [{ takes = "ccb-dhp" }, { takes = "loop-diuretic" }]
    confirm = "..."                                consider = "..."

Several suspicions may suspect the same thing; the first that holds is told, with the facts of all that hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tools.clinical.clause import Clause, compile_all, within_days
from tools.clinical.conditions import Limit
from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.quantity import Quantity

Topic = Literal["cascade", "deprescribe", "omission", "simplify"]


class Bound(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Values of one observable that count."""

    measured: str
    at_least: str | None = None
    at_most: str | None = None
    above: str | None = None
    below: str | None = None

    def limit(self) -> Limit:
        """The bounds as a comparison."""
        return Limit(**{name: Quantity.parse(text) for name in ("at_least", "at_most", "above", "below") if (text := getattr(self, name))})


class Repeated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Values that count again and again: an unbroken run of the newest ones, of any of the observables.

    Attributes:
        times: on so many days; with `one_day`, two different tests of one day are two.
        apart: between the oldest and the newest of the run.
        within: how old the newest may be.
        over: how much older than the newest the others may be; unless said, nothing limits it.
    """

    of: tuple[Bound, ...]
    times: int = 2
    apart: str = "0 d"
    within: str
    over: str = ""
    one_day: bool = False


class Since(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The newest value against the last one of the year before a medicine was started, or against an older one.

    Attributes:
        by_percent, by: how far it rose, or fell where `falls`.
        within: how long after the start the newest value may be; with `over`, how old it may be.
        over: no medicine matters: any value that is older by `apart` or more, and by `over` at most.
    """

    measured: str
    by_percent: int = 0
    by: str = ""
    falls: bool = False
    within: str
    over: str = ""
    apart: str = "0 d"


class GivenUse(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A medicine of an example: its kinds, since when and how much."""

    kinds: tuple[str, ...]
    days: int | None = None
    daily: str | None = None


class Given(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The patient of an example; values as `"7.2 %, 100 d ago; 6.9 %, 300 d ago"`."""

    has: tuple[str, ...] = ()
    takes: tuple[str | GivenUse, ...] = ()
    labs: dict[str, str] = {}
    age: str | None = None
    sex: Literal["female", "male"] | None = None
    pregnancy: Literal["pregnant", "none", "unknown"] = "none"


class Example(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An example that is executed."""

    name: str
    given: Given
    expect: Literal["told", "nothing"]


class Statement(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What suspicions and points have in common.

    Attributes:
        medicines: kinds that it is about; one of them must be taken, and what is found must not be older than its start.
        unless_has: problems that say it already, or explain it otherwise.
        because: why, in a sentence.
        youngest: the age in years below which it is not told; an age that is not known does not count as below.
    """

    id: str
    because: str
    source: str
    locator: str = ""
    grade: str = ""
    confidence: Confidence = "probable"
    medicines: tuple[str, ...] = ()
    unless_has: tuple[str, ...] = ()
    youngest: int = 18
    when: tuple[Clause, ...] = ()
    cases: tuple[Example, ...] = ()


class Suspicion(Statement, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A finding that the record implies.

    Attributes:
        suspects: what it is called, in words.
        kind: a problem nobody listed, or an effect of a medicine.
        confirm: what settles it, in a sentence.
        order: tests that settle it; those measured within `fresh` are not ordered again.
        again: the tests are repeated however new their values are.
        alone: told only where nothing else suspects the same.
        due: within which time.
    """

    suspects: str
    confirm: str
    kind: Literal["problem", "drug-effect"] = "problem"
    repeated: Repeated | None = None
    since: Since | None = None
    order: tuple[str, ...] = ()
    fresh: str = "90 d"
    again: bool = False
    alone: bool = False
    due: str = "30 d"


class Point(Statement, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A point of the review of medicines. `taper` says how a medicine is left off that must not be stopped at once."""

    topic: Topic
    consider: str
    taper: str = ""


class StatementFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What both kinds of files check."""

    def statements(self) -> tuple[Statement, ...]:
        """The statements of the file."""
        return ()

    @property
    def case(self) -> tuple[Example, ...]:
        """Every example of the file."""
        return tuple(case for statement in self.statements() for case in statement.cases)

    def faults(self) -> list[str]:
        """Unknown sources, clauses that do not compile, statements without an example of each kind."""
        known = {source.id for source in self.source}
        return [f"{s.id}: {fault}" for s in self.statements() for fault in _faults(s, known)]

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.appraisal.cases import failures

        return failures(self.statements())


class SuspicionFile(StatementFile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Suspicions of one field."""

    suspicion: tuple[Suspicion, ...] = ()

    def statements(self) -> tuple[Statement, ...]:
        """The suspicions."""
        return self.suspicion


class PointFile(StatementFile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points of the review of one topic."""

    point: tuple[Point, ...] = ()

    def statements(self) -> tuple[Statement, ...]:
        """The points."""
        return self.point


def _faults(statement: Statement, known: set[str]) -> Iterator[str]:
    yield from (f"source {name!r} is not listed" for name in statement.source.split(" ") if name not in known)
    expected = {case.expect for case in statement.cases}
    yield from (f"no example expects {word!r}" for word in ("told", "nothing") if word not in expected)
    if not (statement.when or getattr(statement, "repeated", None) or getattr(statement, "since", None)):
        yield "says of no fact when it holds"
    yield from faults_of(compile_all, [statement.when])
    if isinstance(statement, Suspicion):
        yield from faults_of(within_days, _times(statement))
        yield from faults_of(Bound.limit, statement.repeated.of if statement.repeated else ())


def _times(statement: Suspicion) -> Iterator[str]:
    """Every time that a suspicion names."""
    yield from (statement.fresh, statement.due)
    if statement.repeated:
        yield from (statement.repeated.apart, statement.repeated.within)
    if statement.since:
        yield from filter(None, (statement.since.within, statement.since.over, statement.since.apart))

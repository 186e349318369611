"""What all modules share, as data: computed values, preferred members of classes, the pace of changes, what to ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from msgspec import Struct, structs

from tools.clinical.clause import Clause, within_days
from tools.clinical.facts import WhyNot
from tools.clinical.knowledge import Document
from tools.guidelines.computed_value import Computed

DOSES = "doses of current medicines"


class Overdue(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name that holds where the record has none of these events within a time, or in this season.

    Attributes:
        within: the time, back from today.
        since: month and day (`07-01`) on which the season begins, in place of `within`.
        offered: first and last day of a year on which the name may hold; empty for the whole year.
    """

    name: str
    unless: tuple[str, ...]
    within: str = ""
    since: str = ""
    offered: tuple[str, str] | None = None

    def offered_on(self, today: date) -> bool:
        """Whether today lies in the part of the year in which it is offered; that part may go over the new year."""
        if self.offered is None:
            return True
        first, last = self.offered
        now = today.isoformat()[5:]
        return first <= now <= last if first <= last else now >= first or now <= last

    def earliest(self, today: date) -> date:
        """The first day on which an event still counts today."""
        if not self.since:
            return today - timedelta(days=min(within_days(self.within) or 0, today.toordinal() - 1))
        begins = date.fromisoformat(f"{today.year}-{self.since}")
        return begins if begins <= today else begins.replace(year=today.year - 1)


class Recent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name that holds where one of these problems began, or one of these events was, within a time: a state of today.

    Attributes:
        undated: the name that holds where an active one of these problems has no date: whether it is still there is asked.
        everywhere: the checks of medicines see it too, and not the modules alone.
        not_for: what is left of such a problem, or was once: it is listed under it, and shows no state of today.
        ended_by: kinds of events that end it when they came later.
    """

    name: str
    problems: tuple[str, ...]
    within: str
    undated: str = ""
    everywhere: bool = False
    not_for: tuple[str, ...] = ()
    ended_by: tuple[str, ...] = ()


class Declined(Struct, frozen=True, forbid_unknown_fields=True):
    """A name that holds where an order of the record says not to give one of these drugs or classes, for such a reason."""

    name: str
    kinds: tuple[str, ...]
    why: WhyNot


class Spared(Struct, frozen=True, forbid_unknown_fields=True):
    """What is neither ordered, referred for nor advised in these states, and which drugs or classes are not begun: their benefit comes too late.

    Attributes:
        orders_left: the only tests and vaccines that are still ordered, besides those that cannot wait; empty: all but `subjects`.
    """

    states: tuple[str, ...]
    subjects: tuple[str, ...]
    orders_left: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()

    def spares(self, action: str, subjects: Collection[str]) -> bool:
        """Whether an order, a referral or an advice about these is spared."""
        if action == "order" and self.orders_left:
            return set(subjects).isdisjoint(self.orders_left)
        return action in ("order", "refer", "counsel") and set(subjects) <= set(self.subjects)


class Local(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """By these routes a medicine does not belong to these classes: it stays where it is put. Its ingredients count by name all the same.

    Attributes:
        as_needed: nor does it where it is taken only as needed, by whatever route.
    """

    classes: tuple[str, ...]
    routes: tuple[str, ...] = ()
    as_needed: bool = False


class Preferred(Struct, frozen=True, forbid_unknown_fields=True):
    """The members of a class that are offered when a recommendation names the class, best first."""

    name: str
    members: tuple[str, ...]


class Pace(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """At most so many changes of a group of drugs at one visit.

    Attributes:
        exactly_when: this pace counts only where the condition holds; the first that holds of a group is used.
        together: starts of these classes may go together and count as one.
        days: how far apart the visits of this group lie; 0 for the usual time to the next visit.
    """

    group: str
    drugs: tuple[str, ...]
    most: int
    why: str
    exactly_when: tuple[Clause, ...] = ()
    together: tuple[str, ...] = ()
    days: int = 0


class StandsFor(Struct, frozen=True, forbid_unknown_fields=True):
    """A test of a basic set is not lacking where one of these is as young: it tells the same (an eGFR comes of a creatinine)."""

    test: str
    by: tuple[str, ...]


class Companion(Struct, frozen=True, forbid_unknown_fields=True):
    """Drugs that begin with another one for its sake, and wait with it: not where the patient has one of these states."""

    drugs: tuple[str, ...]
    begins_with: tuple[str, ...]
    unless_has: tuple[str, ...] = ()


class Obtain(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is done when a value is missing and a decision needs it: order a test (not in these states), ask, or nothing.

    Attributes:
        unless_known: for a value that is worked out: where all of these are known from the last year, no test is what is missing.
    """

    missing: tuple[str, ...]
    order: str | None = None
    unless_has: tuple[str, ...] = ()
    unless_known: tuple[str, ...] = ()
    ask: str | None = None


class Shared(Document, frozen=True, kw_only=True):
    """One file of shared knowledge.

    Attributes:
        cannot_be_pregnant: sex or age that rules a pregnancy out where none is recorded.
        next_visit_days: when changes that wait for their turn are due, and a problem without a date of its own is seen again.
        after_emergency_days: when a problem is seen again that sends to the emergency room today.
        watched_for: what is looked at after the start of a medicine whose table names nothing.
        obtain_within_days: when a test that a decision waits for is due.
        not_again_within_days: a test of a basic set that has a value as young as this is not ordered again for the sake of the set.
        monitored_within_days: the longest interval at which a stable patient is monitored; an older value says nothing of a danger.
    """

    computed: tuple[Computed, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    recent: tuple[Recent, ...] = ()
    declined: tuple[Declined, ...] = ()
    spared: tuple[Spared, ...] = ()
    local: tuple[Local, ...] = ()
    preferred: tuple[Preferred, ...] = ()
    pace: tuple[Pace, ...] = ()
    companion: tuple[Companion, ...] = ()
    obtain: tuple[Obtain, ...] = ()
    stands_for: tuple[StandsFor, ...] = ()
    cannot_be_pregnant: tuple[Clause, ...] = ()
    next_visit_days: int = 0
    after_emergency_days: int = 0
    watched_for: tuple[str, ...] = ()
    obtain_within_days: int = 0
    not_again_within_days: int = 0
    monitored_within_days: int = 0

    def faults(self) -> list[str]:
        """Examinations that are due after a time and in a season, or in neither."""
        return [f"{entry.name}: either `within` or `since`" for entry in self.overdue if bool(entry.within) == bool(entry.since)]

    @classmethod
    def merged(cls, parts: Sequence[Shared]) -> Shared:
        """All parts as one."""
        return structs.replace(
            parts[0],
            computed=tuple(entry for part in parts for entry in part.computed),
            recent=tuple(entry for part in parts for entry in part.recent),
            overdue=tuple(entry for part in parts for entry in part.overdue),
            declined=tuple(entry for part in parts for entry in part.declined),
            spared=tuple(entry for part in parts for entry in part.spared),
            local=tuple(entry for part in parts for entry in part.local),
            preferred=tuple(entry for part in parts for entry in part.preferred),
            pace=tuple(entry for part in parts for entry in part.pace),
            companion=tuple(entry for part in parts for entry in part.companion),
            obtain=tuple(entry for part in parts for entry in part.obtain),
            stands_for=tuple(entry for part in parts for entry in part.stands_for),
            cannot_be_pregnant=tuple(clause for part in parts for clause in part.cannot_be_pregnant),
            next_visit_days=max(part.next_visit_days for part in parts),
            after_emergency_days=max(part.after_emergency_days for part in parts),
            watched_for=tuple(entry for part in parts for entry in part.watched_for),
            obtain_within_days=max(part.obtain_within_days for part in parts),
            not_again_within_days=max(part.not_again_within_days for part in parts),
            monitored_within_days=max(part.monitored_within_days for part in parts),
        )

    def kinds_by(self, kinds: frozenset[str], route: str | None, as_needed: bool = False) -> frozenset[str]:
        """What a medicine counts as in the modules when it is taken by this route, and every day or only as needed."""
        barred = (entry.classes for entry in self.local if route in entry.routes or (as_needed and entry.as_needed))
        return kinds.difference(*barred)

    def members(self, name: str) -> tuple[str, ...]:
        """Preferred members of a class; the name itself where it is a drug or has none listed."""
        return next((entry.members for entry in self.preferred if entry.name == name), (name,))

    def names_of(self, test: str) -> tuple[str, ...]:
        """The test, and what tells the same."""
        return (test, *(name for entry in self.stands_for if entry.test == test for name in entry.by))

    def waits_for(self, name: str) -> str:
        """What a decision that lacks this value waits for, in the words of the test or question that brings it."""
        if name.startswith("daily dose of "):
            return DOSES
        how = self.obtaining(name)
        return how.order or how.ask or name

    def obtaining(self, name: str) -> Obtain:
        """How a missing value is obtained; unless listed, it is asked. Doses and start dates are asked together, elsewhere."""
        if name.startswith(("daily dose of ", "start of ", "route of ")):
            return Obtain((name,))
        return next((entry for entry in self.obtain if name in entry.missing), Obtain((name,), ask=name))

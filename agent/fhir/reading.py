"""What one reading of a record gathers, and what becomes of each entry: used, unread, or set aside with the reason.

Nothing is lost: every resource ends as exactly one of the three.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from msgspec import Struct

from agent.fhir import shapes as r4
from agent.fhir.times import day
from tools.clinical.facts import Allergy, Coding, DataIssue, Event, Measurement, MedicationUse, Pregnancy, Problem, WhyNot

IssueKind = Literal["unit", "implausible", "unrecognized", "contradiction", "duplicate", "stale", "future", "status", "identity"]


class Outcome(Struct, frozen=True, gc=False):
    """What became of an entry."""

    kind: Literal["used", "unread", "aside"]
    reason: str = ""


USED = Outcome("used")
UNREAD = Outcome("unread")


def aside(reason: str) -> Outcome:
    """Set aside, with the reason that the user is shown."""
    return Outcome("aside", reason)


ERROR = aside("entered in error")


class PregnancyStatement(Struct, frozen=True, gc=False):
    """Someone recorded this on that day; `until` is the last day on which it can still hold."""

    says: Pregnancy
    when: date | None
    until: date | None
    reference: str


class GeneCall(Struct, frozen=True, gc=False):
    """The phenotype or diplotype of a gene as reported."""

    gene: str
    says: str
    when: date | None
    is_phenotype: bool
    reference: str


@dataclass
class Reading:
    """What has been gathered so far, of one patient at one date.

    Attributes:
        medications: referenced Medication resources by every name that they go under.
        born: for ages at onset.
        last: the newest date of a used entry, not after `as_of`.
        answers: coded answers (smoking status) by question; the newest speaks.
        results: of tests that are answered in words, by test: the day, what the answer states for good, and where it stands; the newest speaks.
        planned: what is ordered and still to come → the orders.
        endings: losses of a pregnancy on the day on which they happened, as what is known after them.
        stated: further names that stand outside of the problem list (an early infarction of a parent) → where they stand.
    """

    as_of: date
    born: date | None = None
    medications: dict[str, r4.Medication] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    measurements: defaultdict[str, list[Measurement]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, Problem] = field(default_factory=dict)
    results: dict[str, tuple[date, str, str]] = field(default_factory=dict)
    planned: dict[str, list[str]] = field(default_factory=dict)
    stated: dict[str, list[str]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    issues: list[DataIssue] = field(default_factory=list)
    pregnancies: list[PregnancyStatement] = field(default_factory=list)
    endings: list[PregnancyStatement] = field(default_factory=list)
    calls: list[GeneCall] = field(default_factory=list)
    not_to_give: dict[str, list[str]] = field(default_factory=dict)
    not_to_give_why: dict[str, WhyNot] = field(default_factory=dict)
    last: date | None = None
    future: list[date] = field(default_factory=list)
    _past: set[str] = field(default_factory=set)

    def issue(self, about: str, kind: IssueKind, reason: str) -> None:
        """Record what could not be used as it stands."""
        self.issues.append(DataIssue(about, kind, reason))

    def later(self, *texts: str | None) -> Outcome | None:
        """Set aside what is dated after `as_of` in any of its dates; otherwise remember its newest date."""
        for text in texts:
            if text is not None and text[:10] not in self._past:
                return self._later([text for text in texts if text is not None])
        return None

    def _later(self, texts: list[str]) -> Outcome | None:
        days = [found for text in texts if (found := day(text)) is not None]
        newest = max(days, default=None)
        if newest is not None and newest > self.as_of:
            self.future.append(newest)
            return aside(f"dated {newest.isoformat()}, after {self.as_of.isoformat()}")
        self._past.update(text[:10] for text in texts)
        if newest is not None and (self.last is None or newest > self.last):
            self.last = newest
        return None


class Order(Struct, frozen=True, gc=False):
    """One resource about a medicine, before orders of the same product are merged (`agent.fhir.currency`).

    Attributes:
        state: what its own status says: `open`, `over`, `withdrawn` (never began), `held`, `unsure`.
        weight: 1 for orders and statements, 0 for dispenses and administrations, which never close an order.
        covers_until: the last day that validity or supply covers, where the record says so.
        validity_ends: whether `covers_until` ends the order (a period), or only its supply.
    """

    use: MedicationUse
    state: Literal["open", "over", "completed", "withdrawn", "held", "unsure"]
    weight: int
    when: date | None
    moment: float
    covers_until: date | None = None
    validity_ends: bool = False
    begins: date | None = None


def code_of(codes: tuple[Coding, ...]) -> Coding | None:
    """The first coding, which stands for the whole."""
    return codes[0] if codes else None

"""The plan page as values: the arranged plan, where each item stands, the courses of values, the calendar, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from agent import wording
from agent.behind import Behind
from agent.case import Case
from agent.differences import Differences, differences
from agent.errors import RecordError
from agent.faces.phrases import headline
from agent.faces.view import View
from agent.faces.web.sparklines import Course, courses
from agent.faces.web.standing_view import Signers, Stand, free_with_the_rest, signers, stands_of
from agent.replanning import compare
from agent.review import Reviewer
from agent.safe_text import readable
from agent.shown import Shown
from policies.engine import may_act
from tools.clinical.facts import Facts, Measurement
from tools.clinical.plan import Plan
from tools.clinical.replanned import Replan
from tools.clinical.weighed import CalendarEntry, Weighing


@dataclass(frozen=True, slots=True)
class BannerFact:
    """One fact of the banner.

    Attributes:
        label: which word stands before it; value: empty where it is not recorded. name: what is then said to be missing.
    """

    label: str
    value: str
    name: str
    when: str = ""


@dataclass(frozen=True)
class PlanPage(View):
    """One plan for one reader.

    Args:
        facts: of the record that the plan was made from.
        behind: the record, and the plan before this one.
    """

    shown: Shown
    reader: Reviewer
    facts: Facts
    behind: Behind

    @cached_property
    def stands(self) -> Mapping[str, Stand]:
        """Where each item stands, by its id."""
        return stands_of(self.plan, self.shown.standing, self.shown.decisions, self.reader, waits=self.shown.status == "awaiting-review")

    @cached_property
    def signers(self) -> Signers:
        """Who has to sign what is open."""
        return signers(self.plan, self.shown.standing)

    @cached_property
    def rest(self) -> int:
        """How many items this reader may approve together."""
        return free_with_the_rest(self.stands.values())

    @property
    def decided(self) -> int:
        """Items that are settled."""
        return len(self.shown.standing.approved) + len(self.shown.standing.rejected)

    @property
    def releasable(self) -> bool:
        """Whether this reader may take out what was signed."""
        return self.shown.status in {"approved", "partly-approved"} and may_act(self.reader.role, "release")

    @cached_property
    def courses(self) -> Mapping[str, tuple[Course, ...]]:
        """The courses of values by problem."""
        return {problem.id: courses(problem, self.facts) for problem in self.plan.problems}

    @cached_property
    def calendar(self) -> tuple[tuple[str, tuple[CalendarEntry, ...]], ...]:
        """What somebody does by when; without the plan's own calendar, what its lines are due."""
        due = tuple(
            CalendarEntry(id=i.id, by=i.due.by, week=0, who="clinic", kind="advice", what=headline(i), items=(i.id,))
            for i in self.plan.items
            if i.due
        )
        entries = sorted(self.plan.calendar or due, key=lambda entry: entry.by)
        return tuple((day, tuple(group)) for day, group in groupby(entries, key=lambda entry: entry.by))

    @cached_property
    def remarks(self) -> Mapping[str, str]:
        """What the plan remarks on the course of a value, by observable; else its change per year."""
        told = ((c.observable, c.remark or (f"{c.direction}, {c.per_year} a year" if c.per_year else "")) for c in self.plan.courses)
        return {observable: readable(text) for observable, text in told if text}

    @cached_property
    def weighed(self) -> Mapping[str, Weighing]:
        """The options of the decision behind a line, where the plan weighs them."""
        return {weighing.item: weighing for weighing in self.plan.decisions}

    @cached_property
    def urgent_first(self) -> tuple[str, ...]:
        """The changes that matter most, less what stands under urgent already."""
        return tuple(change for change in self.plan.top_changes if change not in self.plan.urgent)

    @cached_property
    def banner(self) -> tuple[BannerFact, ...]:
        """What every decision depends on, in few words."""
        who, facts = self.plan.patient, self.facts
        weight, kidney = facts.measurements.get("body-weight", ()), facts.measurements.get("egfr", ())
        found = [
            BannerFact("", str(who.age) if who.age is not None else "", "age"),
            BannerFact("", readable(who.sex or ""), "sex"),
            BannerFact("weight", _value(weight), "weight", _day(weight)),
            BannerFact("egfr", _value(kidney), "egfr", _day(kidney)),
        ]
        if who.sex != "male":
            found.append(BannerFact("pregnancy", who.pregnancy if who.pregnancy != "unknown" else "", "pregnancy"))
        return tuple(found)

    @cached_property
    def changes(self) -> Differences | None:
        """What differs from the plan before; `None` where there was none."""
        return differences(self.behind.before, self.plan) if self.behind.before else None

    @cached_property
    def replanned(self) -> Replan | None:
        """What became of the earlier plan, and why this one differs; `None` after an edit, or where they cannot be compared."""
        if self.behind.before is None or self.behind.edited:
            return None
        with suppress(RecordError):
            return compare(self.behind.before, self.plan, Case(self.behind.record, self.behind.as_of, self.behind.patient))
        return None

    @property
    def before(self) -> Plan | None:
        """The plan before this one."""
        return self.behind.before

    def fact_words(self, reference: str) -> str:
        """What the record says under a reference, with value and date; else what the plan says of it."""
        return self._record_words.get(reference) or super().fact_words(reference)

    @cached_property
    def _record_words(self) -> dict[str, str]:
        facts = self.facts
        measured: dict[str, list[str]] = {}
        for m in (m for series in facts.measurements.values() for m in series if "/" in m.reference):
            measured.setdefault(m.reference, []).append(wording.value_of(m))
        said = {reference: ", ".join(values) for reference, values in measured.items()}
        said |= {m.reference: f"{m.text} {m.regimen.text}".strip() for m in facts.medications}
        said |= {p.reference: p.text + (f" (since {p.onset.isoformat()})" if p.onset else "") for p in facts.problems}
        said |= {a.reference: f"Allergy: {a.text}" for a in facts.allergies}
        said |= {e.reference: e.text + (f" ({e.when.isoformat()})" if e.when else "") for e in facts.events}
        return {reference: readable(text) for reference, text in said.items()}

    def in_record(self, reference: str) -> bool:
        """Whether a reference names a resource of the record."""
        return "/" in reference and ":" not in reference


def _value(series: tuple[Measurement, ...]) -> str:
    return readable(wording.quantity(series[0].quantity.value, series[0].quantity.unit)) if series else ""


def _day(series: tuple[Measurement, ...]) -> str:
    return series[0].when.isoformat() if series else ""

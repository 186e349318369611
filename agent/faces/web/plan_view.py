"""The plan page as values: the arranged plan, where each item stands, the courses of values, the calendar, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from agent import wording
from agent.behind import Behind
from agent.differences import Differences, differences
from agent.faces.view import View
from agent.faces.web.sparklines import Course, courses
from agent.faces.web.standing_view import Signers, Stand, free_with_the_rest, signers, stands_of
from agent.faces.words import readable
from agent.review import Reviewer
from agent.shown import Shown
from policies.engine import may_act
from tools.clinical.facts import Facts
from tools.clinical.plan import Item, Plan


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
    def calendar(self) -> tuple[tuple[str, tuple[Item, ...]], ...]:
        """What is due when, by date."""
        dated = sorted((i for i in self.plan.items if i.due), key=lambda i: i.due.by if i.due else "")
        return tuple((day, tuple(items)) for day, items in groupby(dated, key=lambda i: i.due.by if i.due else ""))

    @cached_property
    def changes(self) -> Differences | None:
        """What differs from the plan before; `None` where there was none."""
        return differences(self.behind.before, self.plan) if self.behind.before else None

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

"""A plan arranged for reading: what text, HTML and the web pages share.

Order of reading is that of a clinician with eight minutes: what matters most, what is urgent, what must be answered, then
each problem, the medicines, the safety issues, the ledger, and what was not checked. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from agent.faces.bibliography import Bibliography, Mark, SourceDocument
from agent.faces.errands import Errand, errands, is_small
from agent.faces.phrases import amount_words, headline, when_words
from agent.faces.words import name_words
from agent.safe_text import readable
from tools.clinical.answer import Citation, severity_rank
from tools.clinical.plan import Coverage, Item, MedicationLine, Plan, PlanIssue, PlanProblem, Question, SetAside

_MEDICINE_ORDER = {"stop": 0, "hold": 1, "change": 2, "start": 3, "continue": 4}
_COVERAGE_ORDER = ("not-covered", "deferred", "refused", "addressed")
_NAMED = 3
"""Of many entries with one reason so many are named; the JSON form names all."""


@dataclass(frozen=True, slots=True)
class Section:
    """A problem with the items that act on it, the small ones gathered, and those that merely go on."""

    number: int
    problem: PlanProblem | None
    items: tuple[Item, ...]
    errands: tuple[Errand, ...]
    continued: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """One medicine of the reconciled list.

    Attributes:
        now: how it is taken today; empty for one that the plan starts.
        then: how it is to be taken; empty where nothing changes.
        uncertain: the record does not say for certain that it is still taken.
    """

    name: str
    now: str
    action: str
    then: str
    why: str
    items: tuple[str, ...] = ()
    uncertain: bool = False


@dataclass(frozen=True)
class View:
    """The arranged plan."""

    plan: Plan

    @cached_property
    def _bibliography(self) -> Bibliography:
        return Bibliography((*_cited(self.plan), *self.plan.sources))

    @property
    def sources(self) -> tuple[SourceDocument, ...]:
        """Every document in the order of first use; its position is its number."""
        return self._bibliography.documents

    def marks(self, evidence: Iterable[Citation]) -> tuple[Mark, ...]:
        """The numbers of these sources with the grades that they give, ascending, each once."""
        return self._bibliography.marks(evidence)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Problems in the plan's order; items of no problem come last, under `problem = None`."""
        known = [problem.id for problem in self.plan.problems]
        sections = [self._section(n, problem, problem.id) for n, problem in enumerate(self.plan.problems, 1)]
        loose = [item for item in self.plan.items if item.problem not in known]
        return (*sections, self._arranged(len(sections) + 1, None, loose)) if loose else tuple(sections)

    def _section(self, number: int, problem: PlanProblem, problem_id: str) -> Section:
        return self._arranged(number, problem, [item for item in self.plan.items if item.problem == problem_id])

    def _arranged(self, number: int, problem: PlanProblem | None, items: list[Item]) -> Section:
        continued = tuple(item for item in items if problem and _goes_on(item))
        small = [item for item in items if item not in continued and is_small(item, self._busy)]
        acting = tuple(item for item in items if item not in continued and item not in small)
        return Section(number, problem, acting, errands((item, when_words(item)) for item in small), continued)

    @cached_property
    def _busy(self) -> frozenset[str]:
        """Items that an issue or a question is about, or that a person told the patient something of."""
        plan = self.plan
        concerned = [i for issue in plan.issues if not issue.suppressed for i in (*issue.items, *issue.handled_by)]
        told = [item.id for item in plan.items if item.instruction_edited]
        return frozenset((*told, *concerned, *(i for question in plan.questions for i in question.blocks)))

    @cached_property
    def medicines(self) -> tuple[MedicineRow, ...]:
        """Every current medicine and every one that the plan starts: what changes first, what goes on last."""
        by_id = {item.id: item for item in self.plan.items}
        rows = [_current_row(line, by_id) for line in self.plan.medications]
        rows += [_new_row(item) for item in self.plan.items if item.action == "start" and item.subject.kind == "medication"]
        return tuple(sorted(rows, key=lambda row: _MEDICINE_ORDER.get(row.action, _MEDICINE_ORDER["change"])))

    @cached_property
    def interruptive(self) -> tuple[PlanIssue, ...]:
        """Issues that ask for a reason before signing, gravest first."""
        return _gravest(issue for issue in self.plan.issues if issue.interruptive and not issue.suppressed)

    @cached_property
    def noted(self) -> tuple[PlanIssue, ...]:
        """Other issues that are shown, gravest first."""
        return _gravest(issue for issue in self.plan.issues if not issue.interruptive and not issue.suppressed)

    @cached_property
    def suppressed(self) -> tuple[PlanIssue, ...]:
        """Issues kept out of sight, each with its reason."""
        return _gravest(issue for issue in self.plan.issues if issue.suppressed)

    @cached_property
    def open_coverage(self) -> tuple[Coverage, ...]:
        """The ledger's lines that the plan does not address: not covered, deferred, refused."""
        lines = [line for line in self.plan.coverage if line.status != "addressed"]
        return tuple(sorted(lines, key=lambda line: _COVERAGE_ORDER.index(line.status)))

    @cached_property
    def addressed(self) -> tuple[Coverage, ...]:
        """The ledger's lines that the plan addresses."""
        return tuple(line for line in self.plan.coverage if line.status == "addressed")

    @cached_property
    def set_aside(self) -> tuple[tuple[str, str], ...]:
        """Entries that were not used, by reason, and the reason; of many with one reason the first few."""
        return _by_reason(self.plan.input.set_aside)

    @cached_property
    def doubts(self) -> tuple[tuple[str, str], ...]:
        """Entries that could not be used as they stand, by reason, and the reason."""
        return _by_reason(self.plan.data_issues)

    def issues_of(self, item: Item) -> tuple[PlanIssue, ...]:
        """The shown issues that concern an item."""
        return tuple(issue for issue in (*self.interruptive, *self.noted) if item.id in (*issue.items, *issue.handled_by))

    def waits_for(self, item: Item) -> tuple[Question, ...]:
        """The questions that must be answered before an item holds."""
        return tuple(q for q in self.plan.questions if q.id in item.conditional_on or item.id in q.blocks)

    def action_of(self, item_id: str) -> str:
        """What the line of this id does; empty where there is none."""
        return next((item.action for item in self.plan.items if item.id == item_id), "")

    def headline(self, item_id: str) -> str:
        """`START empagliflozin` for an item's id; the id itself where there is no such item."""
        return next((headline(item) for item in self.plan.items if item.id == item_id), readable(item_id))

    def fact_words(self, reference: str) -> str:
        """What a reference of the record or a calculation stands for, where the plan says it; else the reference."""
        return self._labels.get(reference, readable(reference))

    @cached_property
    def _labels(self) -> dict[str, str]:
        plan = self.plan
        labels = {fact: problem.text for problem in plan.problems for fact in problem.facts if fact.startswith("Condition/")}
        for calculation in plan.calculations:
            labels[f"calculation:{calculation.name}"] = (
                f"{name_words(calculation.name)} {amount_words(calculation.value, calculation.unit)}"
            )
            labels |= {
                i.reference: f"{name_words(i.name)} {amount_words(i.value, i.unit)}"
                for i in calculation.inputs
                if i.reference.startswith("Observation/")
            }
        labels |= {line.concern: line.text for line in plan.coverage}
        labels |= {line.reference: f"{line.text} {line.regimen}" for line in plan.medications}
        return {reference: f"{readable(text)} ({readable(reference)})" for reference, text in labels.items()}


def _goes_on(item: Item) -> bool:
    return item.action == "continue" and not item.dose and not item.change and not item.conditional_on


def _current_row(line: MedicationLine, by_id: dict[str, Item]) -> MedicineRow:
    items = [by_id[item] for item in line.items if item in by_id]
    then = "; ".join(dict.fromkeys(_then(item) for item in items if _then(item)))
    why = _without_change(readable(line.why), items)
    if line.indication and line.action == "continue" and line.indication not in line.why:
        why = f"{why} (recorded reason: {readable(line.indication)})"
    return MedicineRow(readable(line.text), readable(line.regimen), line.action, then, why, line.items, line.currency == "uncertain")


def _without_change(why: str, items: Iterable[Item]) -> str:
    """The reason less the change that stands in the column beside it."""
    for item in items:
        change = readable(item.change).rstrip(".")
        if change and why.startswith(change):
            return why[len(change) :].lstrip(". ") or why
    return why


def _new_row(item: Item) -> MedicineRow:
    return MedicineRow(readable(item.subject.text), "", "start", _then(item), "new", (item.id,))


def _then(item: Item) -> str:
    change = f"held {item.change}" if item.action == "hold" and item.change else item.change
    return readable(item.dose.text) if item.dose else readable(change)


def _gravest(issues: Iterable[PlanIssue]) -> tuple[PlanIssue, ...]:
    return tuple(sorted(issues, key=lambda issue: -severity_rank(issue.severity)))


def _by_reason(asides: Iterable[SetAside]) -> tuple[tuple[str, str], ...]:
    entries: dict[str, list[str]] = {}
    for aside in asides:
        entries.setdefault(readable(aside.reason), []).append(readable(aside.entry))
    return tuple((_first_few(names), reason) for reason, names in entries.items())


def _first_few(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more} more"


def _cited(plan: Plan) -> Iterable[Citation]:
    for problem in plan.problems:
        for goal in problem.goal:
            yield from goal.evidence
        for item in plan.items:
            if item.problem == problem.id:
                yield from _cited_by(item)
    for item in plan.items:
        yield from _cited_by(item)
    beside = (*(one.evidence for one in plan.suspected), *(point.evidence for point in plan.review))
    for evidence in (*(issue.evidence for issue in plan.issues), *beside):
        yield from evidence


def _cited_by(item: Item) -> Iterable[Citation]:
    for reason in item.rationale:
        yield from reason.evidence
    for alternative in item.alternatives:
        yield from alternative.evidence

"""The draft in the making: lines are merged, ordered and numbered in one place, so that nothing stands twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from agent import wording
from tools.clinical.plan import Action, Alternative, Dose, Due, Item, Question, Rationale, Subject, Urgency

_STRENGTH: dict[Action, int] = {
    "stop": 0,
    "hold": 1,
    "change": 2,
    "start": 3,
    "order": 4,
    "monitor": 5,
    "refer": 6,
    "vaccinate": 7,
    "counsel": 8,
    "follow-up": 9,
    "continue": 10,
}
_OF_THIS_VISIT = frozenset({"stop", "hold", "change", "start"})
"""What is done now where no later day is named."""
_URGENCY: dict[Urgency, int] = {"emergency": 0, "same-day": 1, "routine": 2}


class Entry(Struct, frozen=True):
    """A line before it has a number.

    Attributes:
        waits_for: names of what is missing; each becomes a question that this line is conditional on.
        uncertain: references of old orders that it depends on; one question asks about all of them.
    """

    module: str | None
    action: Action
    subject: Subject
    dose: Dose | None = None
    change: str = ""
    due: Due | None = None
    rationale: tuple[Rationale, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    monitoring: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    urgency: Urgency = "routine"
    waits_for: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()

    def with_(self, **changes: object) -> Entry:
        """The same line with these changes."""
        return replace(self, **changes)

    @property
    def key(self) -> str:
        """Two lines with the same key are one line."""
        return self.subject.reference or f"{self.action}:{self.subject.kind}:{self.subject.text}"


@dataclass
class Workbook:
    """Collects lines and questions."""

    entries: dict[str, Entry] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    asked_by: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add a line, or merge it into the one on the same subject: the stronger action leads, every reason stays."""
        have = self.entries.get(entry.key)
        self.entries[entry.key] = _merged(have, entry) if have else entry

    def add_beside(self, entry: Entry) -> None:
        """Add a line. Where one changes the same medicine for another reason, that line says both, and waits for nothing more."""
        have = self.entries.get(entry.key)
        if have is None or have.action != "change" or entry.action not in {"change", "continue"}:
            self.add(entry)
        else:
            both = " ".join(wording.sentence(text) for text in (have.change, entry.change) if text)
            self.entries[entry.key] = _merged(have, entry.with_(action="change", waits_for=())).with_(change=both)

    def ask(self, why: str, *, about: str, facts: Iterable[str] = (), module: str = "") -> None:
        """Add a question; a second one about the same thing adds its reason to the first.

        Args:
            module: the guideline module that asks; empty where the question is about the record or a check asks.
        """
        self.asked_by.setdefault(about, module)
        have = self.questions.get(about)
        reasons = f"{have.why} {why}" if have and why not in have.why else have.why if have else why
        references = (*(have.facts if have else ()), *facts)
        self.questions[about] = Question(id="", about=about, why=reasons, facts=tuple(dict.fromkeys(references)))

    def lead(self, reference: str, reason: Rationale) -> None:
        """Put this reason before the others of the line that stops or holds a medicine, unless they rest on the same facts already."""
        entry = self.entries[reference]
        known = {fact for have in entry.rationale for fact in have.facts}
        if entry.action in {"stop", "hold"} and not known.intersection(set(reason.facts) - {reference}):
            self.entries[reference] = entry.with_(rationale=(reason, *entry.rationale))

    def hasten(self, references: Iterable[str], today: Due) -> None:
        """What is done about these medicines is done the same day."""
        wanted = set(references)
        for key, entry in self.entries.items():
            if entry.subject.reference in wanted and entry.action in {"stop", "hold", "change"} and entry.urgency == "routine":
                self.entries[key] = entry.with_(urgency="same-day", due=today)

    def bring_forward(self, soon: Due) -> None:
        """What a medicine waits for that would begin or change by then is measured by then."""
        waiting = {
            name
            for entry in self.entries.values()
            if entry.action in {"start", "change"} and (entry.due is None or entry.due.within_days <= soon.within_days)
            for name in entry.waits_for
        }
        for key, entry in self.entries.items():
            if entry.action == "order" and entry.subject.text in waiting and _due_days(entry) > soon.within_days:
                self.entries[key] = entry.with_(due=soon)

    def finish(self, problem_ids: dict[str, str], uncertain_about: str) -> tuple[tuple[Item, ...], tuple[Question, ...]]:
        """Number the lines and the questions, urgent and strong ones first, and tie them together.

        Args:
            problem_ids: the plan's problems by module, the weightier first.
        """
        places = {module: place for place, module in enumerate(problem_ids)}
        ordered = sorted(self.entries.values(), key=lambda entry: _rank(entry, places.get(entry.module or "", len(places))))
        for entry in ordered:
            for name in entry.waits_for:
                if name not in self.questions:
                    self.ask("Not in the record, or too old; it could change the plan.", about=name)
        numbers = {about: f"q{n}" for n, about in enumerate(self._asked_in_order(places, uncertain_about), start=1)}
        items = tuple(_item(f"i{n}", entry, problem_ids, numbers, uncertain_about) for n, entry in enumerate(ordered, start=1))
        blocks = {q: tuple(item.id for item in items if q in item.conditional_on) for q in numbers.values()}
        questions = tuple(
            Question(id=number, about=about, why=self.questions[about].why, facts=self.questions[about].facts, blocks=blocks[number])
            for about, number in numbers.items()
        )
        return items, questions

    def _asked_in_order(self, places: dict[str, int], uncertain_about: str) -> list[str]:
        """What the questions are about: those that a line waits for first, those that belong to no problem of the patient last."""
        waited_for = {name for entry in self.entries.values() for name in (*entry.waits_for, *(uncertain_about for _ in entry.uncertain))}

        def rank(about: str) -> tuple[bool, int]:
            module = self.asked_by[about]
            return about not in waited_for, places.get(module, len(places)) if module else -1

        return sorted(self.questions, key=rank)


def _due_days(entry: Entry) -> int:
    return entry.due.within_days if entry.due else 9999


def _rank(entry: Entry, place: int) -> tuple[int, int, int, int, str]:
    days = 0 if entry.due is None and entry.action in _OF_THIS_VISIT else _due_days(entry)
    return (_URGENCY[entry.urgency], _STRENGTH[entry.action], days, place, entry.subject.text)


def _merged(first: Entry, second: Entry) -> Entry:
    lead, other = (first, second) if (_STRENGTH[first.action], 0) <= (_STRENGTH[second.action], 1) else (second, first)
    if other.action == "continue" != lead.action:
        reasons = lead.rationale
    elif lead.action == other.action == "follow-up":
        reasons = min((lead, other), key=_due_days).rationale
    else:
        reasons = tuple(dict.fromkeys((*lead.rationale, *other.rationale)))
    return lead.with_(
        due=min((d for d in (lead.due, other.due) if d), key=lambda d: d.within_days, default=None),
        rationale=reasons,
        dose=lead.dose or (other.dose if other.action == lead.action else None),
        change=lead.change or (other.change if other.action == lead.action else ""),
        alternatives=lead.alternatives or other.alternatives,
        monitoring=tuple(dict.fromkeys((*lead.monitoring, *other.monitoring))),
        urgency=min(lead.urgency, other.urgency, key=lambda u: _URGENCY[u]),
        waits_for=tuple(dict.fromkeys((*lead.waits_for, *other.waits_for))),
        uncertain=tuple(dict.fromkeys((*lead.uncertain, *other.uncertain))),
    )


def _item(number: str, entry: Entry, problem_ids: dict[str, str], questions: dict[str, str], uncertain_about: str) -> Item:
    waits = [questions[name] for name in entry.waits_for]
    if entry.uncertain and uncertain_about in questions:
        waits.append(questions[uncertain_about])
    return Item(
        id=number, action=entry.action, subject=entry.subject, problem=problem_ids.get(entry.module or ""), dose=entry.dose, change=entry.change, due=entry.due,
        conditional_on=tuple(dict.fromkeys(waits)), rationale=entry.rationale, alternatives=entry.alternatives, monitoring=entry.monitoring, replaces=entry.replaces, urgency=entry.urgency,
    )  # fmt: skip

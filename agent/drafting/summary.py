"""The one line, and the three changes that matter most."""

from __future__ import annotations

from collections.abc import Sequence

from agent import wording
from agent.case import Case
from tools.clinical.plan import Item, PlanProblem, Question
from tools.guidelines import modules

_NAMED = 4
"""So many tests are named in one line of what matters most."""
_CHANGES = ("stop", "hold", "change", "start")
_VERBS = {"stop": "Stop", "hold": "Hold", "change": "Change", "start": "Start", "order": "Order", "refer": "Refer:", "monitor": "Monitor", "vaccinate": "Vaccinate:", "counsel": "Advise:", "follow-up": "Follow up:", "continue": "Continue"}  # fmt: skip


def summary(case: Case, problems: Sequence[PlanProblem], items: Sequence[Item], questions: Sequence[Question]) -> str:
    """Who, with which covered problems, and how much is proposed and asked."""
    facts = case.facts
    who = f"{facts.age}-year-old" if facts.age is not None else "Patient of unknown age"
    sex = (
        {"female": " woman", "male": " man"}.get(facts.sex or "", " person")
        if (facts.age or 0) >= 18
        else {"female": " girl", "male": " boy"}.get(facts.sex or "", " child")
    )
    titles = {name: module.title for name, module in modules().items()}
    listed = [p for p in problems if p.code or p.text != titles.get(p.module or "")]
    words = wording.listed(wording.lowered(p.text) for p in listed or problems)
    having = f" with {words}" if listed else f", looked at for {words}" if problems else ""
    found = f"{len(case.suspected)} finding{'s' if len(case.suspected) != 1 else ''} suspected" if case.suspected else ""
    changes = sum(item.action in _CHANGES for item in items)
    if not problems:
        more = f"{found}; " if found else ""
        none = "no active problem that this knowledge base covers"
        if changes:
            return f"{who}{sex}: {none}; {changes} medication change{'s' if changes != 1 else ''} proposed; {more}what was checked is listed below."
        due = "what is due and what was checked are" if items else "what was checked is"
        return f"{who}{sex}: {none}, so no treatment is proposed; {more}{due} listed below."
    asked = f"{len(questions)} question{'s' if len(questions) != 1 else ''} before signing" if questions else "no open question"
    return f"{who}{sex}{having}: {changes} medication change{'s' if changes != 1 else ''} proposed, {f'{found}, ' if found else ''}{asked}."


def top_changes(items: Sequence[Item]) -> tuple[str, ...]:
    """The first three medication changes (items are ordered by urgency and weight); where there are fewer, referrals, and what is to be
    measured in one line.
    """
    said = [headline(item) for item in items if item.action in _CHANGES][:3]
    said += [headline(item) for item in items if item.action == "refer"][: 3 - len(said)]
    tests = [item.subject.text for item in items if item.action == "order" and item.subject.kind == "laboratory"]
    if tests and len(said) < 3:
        named = wording.listed([tests[0], *map(wording.lowered, tests[1:_NAMED])]) if len(tests) <= _NAMED else _shortened(tests)
        said.append(f"Measure {named}")
    return tuple(said)


def _shortened(names: Sequence[str]) -> str:
    return f"{', '.join([names[0], *map(wording.lowered, names[1:_NAMED])])} and {len(names) - _NAMED} more"


def headline(item: Item) -> str:
    """A line in a few words; what is stopped or held without a change in words says why."""
    dose = f" {item.dose.text}" if item.dose and item.action == "start" else ""
    reason = item.rationale[0].text if item.rationale and item.action in {"stop", "hold"} else ""
    if item.action == "order" and item.urgency != "routine" and item.rationale:
        reason = item.rationale[0].text
    change = (item.change or reason) if item.action in {"change", "stop", "hold"} else reason
    return f"{_VERBS[item.action]} {item.subject.text}{dose}" + (f": {change.rstrip('.')}" if change else "")

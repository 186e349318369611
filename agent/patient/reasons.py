"""Why, in plain words: from what the checks found and from what takes whose place, never from the clinicians' sentences."""

from __future__ import annotations

from collections.abc import Iterator

from agent.patient.knowing import conditions_of, name_of, plain_name
from agent.patient.voice import Voice, capital
from tools.clinical.answer import severity_rank
from tools.clinical.plan import Item, Plan, PlanIssue

_PLAIN = frozenset({"ALGY", "COND", "AGE", "PREG", "LACT", "DOSE", "LAB", "GEN"})
_WITH_OTHERS = frozenset({"DRG", "DUPTHPY"})
_MOST = 2


def reasons(item: Item, plan: Plan, voice: Voice) -> tuple[str, ...]:
    """One or two sentences on why an item stands in the plan."""
    if item.action in {"stop", "hold", "change"}:
        found = [*_replaced(item, plan, voice), *_found(item, plan, voice)]
        if not found and item.action == "change":
            found = [voice.word("why_change_for", conditions=voice.listed(names)) for names in (conditions_of(item, plan, voice),) if names]
        return tuple(dict.fromkeys(map(capital, found)))[:_MOST] or (voice.word("why_other"),)
    return tuple(_replaces(item, plan, voice))


def _replaced(item: Item, plan: Plan, voice: Voice) -> Iterator[str]:
    """What takes the place of a medicine that ends."""
    for other in plan.items:
        if item.subject.reference and item.subject.reference in other.replaces:
            yield voice.word("why_replaced", name=name_of(other.subject.ingredients, voice))


def _replaces(item: Item, plan: Plan, voice: Voice) -> Iterator[str]:
    names = [name_of(line.ingredients, voice) for line in plan.medications if line.reference in item.replaces]
    if names:
        yield voice.word("why_replaces", names=voice.listed(names))


def _found(item: Item, plan: Plan, voice: Voice) -> Iterator[str]:
    """What the checks found about it, gravest first."""
    about = [issue for issue in plan.issues if not issue.suppressed and item.id in (*issue.items, *issue.handled_by)]
    for issue in sorted(about, key=lambda issue: -severity_rank(issue.severity)):
        if issue.code in _PLAIN:
            yield voice.word(f"why_{issue.code}")
        elif issue.code in _WITH_OTHERS:
            yield _with_others(item, issue, voice)


def _with_others(item: Item, issue: PlanIssue, voice: Voice) -> str:
    own = {ingredient.name for ingredient in item.subject.ingredients}
    others = [plain_name(name) for name in issue.participants if name not in own]
    return voice.word(f"why_{issue.code}", others=voice.listed(others)) if others else voice.word(f"why_{issue.code}_plain")

"""Of each line of the previous plan: was it done, and what in the newer record shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from agent import wording
from agent.replanning.news import Newer
from tools.clinical.plan import Item, Plan
from tools.clinical.replanned import Became, Followed


class _Found(NamedTuple):
    became: Became
    because: str
    facts: tuple[str, ...] = ()


def followed(previous: Plan, newer: Newer) -> Iterator[Followed]:
    """Every line of the previous plan with what became of it, in its order."""
    for item in previous.items:
        found = _JUDGES.get(item.action, _told_by_nothing)(item, newer)
        if found.became == "not-done" and item.due and item.due.by > newer.case.as_of.isoformat():
            found = _Found("not-yet-due", f"{found.because} It is due by {item.due.by}.", found.facts)
        yield Followed(
            item=item.id, action=item.action, text=item.subject.text, became=found.became, because=found.because, facts=found.facts
        )


def _started(item: Item, newer: Newer) -> _Found:
    if uses := newer.uses(i.name for i in item.subject.ingredients):
        use = uses[0]
        since = f" since {use.started.isoformat()}" if use.started else ""
        return _Found("done", wording.sentence(f"{use.text} is taken{since}"), tuple(u.reference for u in uses))
    declined = [r for i in item.subject.ingredients for r in newer.case.facts.not_to_give.get(i.name, ())]
    if declined:
        return _Found("declined", "An order of the record says not to give it.", tuple(declined))
    return _Found("not-done", "No order of it is on the record.")


def _ended(item: Item, newer: Newer) -> _Found:
    uses = newer.uses(i.name for i in item.subject.ingredients)
    if not uses:
        return _Found("done", "It is no longer among the medicines.")
    return _Found("not-done", wording.sentence(f"{uses[0].text} is still taken"), tuple(use.reference for use in uses))


def _changed(item: Item, newer: Newer) -> _Found:
    uses = newer.uses(i.name for i in item.subject.ingredients)
    if not uses:
        return _Found("partly", "It is no longer among the medicines: stopped, where a change was meant.")
    use, before = uses[0], _line_before(item, newer)
    now = use.regimen.text or "no dose recorded"
    if before == (use.text, use.regimen.text):
        return _Found("not-done", wording.sentence(f"it is taken as before: {now}"), (use.reference,))
    old = f"{before[0]}, {before[1] or 'no dose recorded'}" if before else "not known"
    return _Found("done", wording.sentence(f"now {use.text}, {now}; before {old}"), (use.reference,))


def _line_before(item: Item, newer: Newer) -> tuple[str, str] | None:
    line = next((line for line in newer.previous.medications if line.reference == item.subject.reference), None)
    return (line.text, line.regimen) if line else None


def _went_on(item: Item, newer: Newer) -> _Found:
    if uses := newer.uses(i.name for i in item.subject.ingredients):
        return _Found("done", "It is still taken.", tuple(use.reference for use in uses))
    return _Found("not-done", "It is no longer among the medicines.")


def _ordered(item: Item, newer: Newer) -> _Found:
    names = [name for name in newer.case.facts.measurements if wording.title(name) == item.subject.text]
    values = [value for name in names if (value := newer.value_since(name))]
    if values:
        return _Found("done", wording.sentence(wording.value_of(values[0])), tuple(value.reference for value in values))
    return _happened(item, newer, "No result of it since.")


def _happened(item: Item, newer: Newer, otherwise: str) -> _Found:
    for event in newer.case.facts.events:
        named = any(wording.title(kind) == item.subject.text for kind in event.kinds)
        if named and event.when and event.when > newer.since:
            return _Found("done", wording.sentence(f"{event.text} ({event.when.isoformat()})"), (event.reference,))
    return _Found("not-done", otherwise)


def _seen(item: Item, newer: Newer) -> _Found:
    visits = [e for e in newer.case.facts.events if e.kind == "encounter" and e.when and e.when > newer.since]
    if visits:
        last = max(visits, key=lambda e: (str(e.when), e.reference))
        return _Found("done", wording.sentence(f"seen on {last.when}"), (last.reference,))
    return _Found("not-done", "No visit since.")


def _referred(item: Item, newer: Newer) -> _Found:
    found = _happened(item, newer, "")
    return found if found.became == "done" else _Found("cannot-tell", "The record as it is read does not say whether it was done.")


def _told_by_nothing(item: Item, newer: Newer) -> _Found:
    return _Found("cannot-tell", "A record does not show whether this was done.")


_JUDGES: dict[str, Callable[[Item, Newer], _Found]] = {
    "start": _started, "stop": _ended, "hold": _ended, "change": _changed, "continue": _went_on, "order": _ordered, "monitor": _ordered,
    "vaccinate": _ordered, "refer": _referred, "follow-up": _seen,
}  # fmt: skip

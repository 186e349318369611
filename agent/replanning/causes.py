"""Line by line: what is new, gone or changed in the later plan, and which fact did it.

A line's own facts come first: one of them is new. Then what was done of the previous plan, answers, and the conditions of the
rule that bore the line, each held against the newer record. Where none of them tells, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent import wording
from agent.replanning.news import Newer
from agent.replanning.rules import no_longer_holds, overtaken_by
from tools.clinical.plan import Item, Plan
from tools.clinical.replanned import Cause, CauseKind, Change, Followed
from tools.guidelines import modules

_MOST = 3
_KINDS: dict[str, CauseKind] = {"value": "value", "problem": "problem", "medicine": "medicine", "allergy": "allergy", "event": "event"}
_NOT_FOUND = Cause(kind="not-found", text="No single fact of the record explains it.")


def changes_between(previous: Plan, plan: Plan, newer: Newer, became: Sequence[Followed]) -> Iterator[Change]:
    """New and changed lines in the order of the later plan, then those that are gone, then what stayed."""
    before, after = _by_key(previous.items), _by_key(plan.items)
    done = {f.item: f for f in became}
    same = []
    for key, item in after.items():
        old = before.get(key)
        if old is None:
            yield Change(kind="new", text=_headline(item), after=item.id, causes=_why_new(item, plan, newer))
        elif how := _difference(old, item):
            causes = _why_changed(old, item, plan, newer, done[old.id])
            yield Change(kind="changed", text=_headline(item), before=old.id, after=item.id, how=how, causes=causes)
        else:
            how = "" if done[old.id].became == "done" else _date(old, item)
            same.append(Change(kind="same", text=_headline(item), before=old.id, after=item.id, how=how))
    for key, item in before.items():
        if key not in after:
            yield Change(kind="gone", text=_headline(item), before=item.id, causes=_why_gone(item, plan, newer, done[item.id]))
    yield from same


def _by_key(items: Iterable[Item]) -> dict[tuple[str, ...], Item]:
    """Lines by what they are about: a medicine by its ingredients, whatever is done with it; all else with its action."""
    found: dict[tuple[str, ...], Item] = {}
    for item in items:
        names = tuple(sorted(i.name for i in item.subject.ingredients))
        key = ("medicine", *names) if item.subject.kind == "medication" and names else (item.action, item.subject.text)
        found.setdefault(key, item)
    return found


def _headline(item: Item) -> str:
    dose = f" {item.dose.text}" if item.dose and item.action == "start" else ""
    return f"{item.action} {wording.medicine(item.subject.ingredients, item.subject.text)}{dose}"


def _difference(old: Item, new: Item) -> str:
    pairs = (
        ("", old.action, new.action),
        ("dose", old.dose.text if old.dose else "", new.dose.text if new.dose else ""),
        ("change", old.change, new.change),
    )
    return "; ".join(f"{name}: {a or 'none'} → {b or 'none'}".removeprefix(": ") for name, a, b in pairs if a != b)


def _date(old: Item, new: Item) -> str:
    """A due date that is counted anew from a later plan was promised for an earlier day."""
    moved = old.due is not None and new.due is not None and old.due.by < new.due.by
    return f"was due by {old.due.by}" if moved and old.due else ""


def _why_new(item: Item, plan: Plan, newer: Newer) -> tuple[Cause, ...]:
    return _first(
        _from_facts(item, newer),
        _from_issues(item, plan, newer),
        _from_calculations(item, newer),
        _too_old(item, newer),
        _from_knowledge(item, newer),
        _from_module(item, plan, newer),
        _from_rule(item),
    )


def _why_changed(old: Item, item: Item, plan: Plan, newer: Newer, became: Followed) -> tuple[Cause, ...]:
    if became.became in ("done", "partly") and became.action in ("start", "change", "stop", "hold"):
        return (Cause(kind="done", text=became.because, facts=became.facts), *_from_facts(item, newer))[:_MOST]
    ended = tuple((no_longer_holds(old, newer) or overtaken_by(old, newer))[:_MOST]) if old.action != item.action else ()
    return _first(
        ended,
        _from_facts(item, newer),
        _from_issues(item, plan, newer),
        _from_calculations(item, newer),
        _from_answers(old.id, plan, newer),
        _from_knowledge(item, newer),
        _from_module(item, plan, newer),
        _from_rule(item),
    )


def _why_gone(item: Item, plan: Plan, newer: Newer, became: Followed) -> tuple[Cause, ...]:
    if became.became in ("done", "declined"):
        return (Cause(kind="done" if became.became == "done" else "event", text=became.because, facts=became.facts),)
    return _first(
        tuple(no_longer_holds(item, newer)[:_MOST]),
        tuple(overtaken_by(item, newer)[:_MOST]),
        _overtaken(item, plan),
        _from_medicines(item, newer),
        _from_knowledge(item, newer),
        _from_module(item, newer.previous, newer),
    )


def _first(*found: tuple[Cause, ...]) -> tuple[Cause, ...]:
    return next((causes for causes in found if causes), (_NOT_FOUND,))


def _from_facts(item: Item, newer: Newer) -> tuple[Cause, ...]:
    """New facts among those that bear the line."""
    return _causes((f for reason in item.rationale for f in reason.facts), newer)


def _causes(references: Iterable[str], newer: Newer) -> tuple[Cause, ...]:
    found = {}
    for reference in references:
        if (fact := newer.references.get(reference)) is not None:
            found[fact.text] = Cause(kind=_KINDS[fact.kind], text=wording.sentence(fact.text), facts=fact.facts)
    return tuple(found.values())[:_MOST]


def _from_issues(item: Item, plan: Plan, newer: Newer) -> tuple[Cause, ...]:
    """New facts or medicines of a safety finding that the line answers."""
    issues = [i for i in plan.issues if item.id in (*i.items, *i.handled_by)]
    return _causes((r for issue in issues for r in (*issue.facts, *issue.medications)), newer)


def _from_calculations(item: Item, newer: Newer) -> tuple[Cause, ...]:
    """New values behind the computed ones that bear the line."""
    computed = {f for reason in item.rationale for f in reason.facts if f.startswith("calculation:")}
    series = (m for values in newer.case.facts.measurements.values() for m in values if m.reference in computed)
    return _causes((reference for value in series for reference in value.inputs), newer)


def _from_medicines(item: Item, newer: Newer) -> tuple[Cause, ...]:
    """What no longer stands on the list."""
    gone = [f for f in newer.facts if f.kind == "ended" and item.subject.reference in f.facts]
    return tuple(Cause(kind="medicine", text=wording.sentence(f.text), facts=f.facts) for f in gone)


def _from_answers(before: str, plan: Plan, newer: Newer) -> tuple[Cause, ...]:
    asked = {q.about for q in plan.questions}
    answered = [q.about for q in newer.previous.questions if before in q.blocks and q.about not in asked]
    return tuple(Cause(kind="answer", text=f"Answered since: {about}.") for about in answered)


def _too_old(item: Item, newer: Newer) -> tuple[Cause, ...]:
    """A test that is asked for because its last value was of use to the previous plan and is old now."""
    names = [n for n in newer.case.facts.measurements if item.action == "order" and wording.title(n) == item.subject.text]
    values = [value for n in names if (value := newer.case.facts.latest(n)) and newer.value_since(n) is None]
    return tuple(Cause(kind="time", text=f"The last value is old now: {wording.value_of(v)}.", facts=(v.reference,)) for v in values[:1])


def _from_module(item: Item, plan: Plan, newer: Newer) -> tuple[Cause, ...]:
    """New values that the problem of the line is judged by."""
    module = next((modules().get(p.module or "") for p in plan.problems if p.id == item.problem), None)
    values = [value for name in (module.status if module else ()) if (value := newer.value_since(name))]
    return tuple(
        Cause(kind="value", text=f"New, and this problem is judged by it: {wording.value_of(v)}.", facts=(v.reference,))
        for v in values[:_MOST]
    )


def _from_rule(item: Item) -> tuple[Cause, ...]:
    """No new fact bears it: its own reason, as the plan gives it."""
    return tuple(Cause(kind="rule", text=f"No new fact bears it; its reason: {reason.text}") for reason in item.rationale[:1])


def _from_knowledge(item: Item, newer: Newer) -> tuple[Cause, ...]:
    known = {ref.id: ref.version for ref in newer.previous.knowledge}
    cited = [c for reason in item.rationale for c in reason.evidence]
    moved = [c for c in cited if c.id in known and known[c.id] != c.version]
    return tuple(Cause(kind="knowledge", text=f"The rule {c.id} changed from version {known[c.id]} to {c.version}.") for c in moved)[:_MOST]


def _overtaken(item: Item, plan: Plan) -> tuple[Cause, ...]:
    """Another line of the later plan acts on the same problem with a medicine instead."""
    if item.action not in ("start", "change"):
        return ()
    text = next((p.text for p in plan.problems if p.id == item.problem), None)
    others = [i for i in plan.items if i.action == "start" and text and i.problem == item.problem]
    return tuple(Cause(kind="rule", text=f"For {text}, {_headline(other)} [{other.id}] is proposed now.") for other in others[:1])

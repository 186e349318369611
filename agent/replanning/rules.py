"""The conditions of the rule that bore a line, each held against the newer record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from agent import wording
from agent.replanning.news import Newer
from tools.clinical.clause import Clause
from tools.clinical.plan import Item
from tools.clinical.replanned import Cause
from tools.guidelines import modules
from tools.guidelines.modules import Rule, compiled


def no_longer_holds(item: Item, newer: Newer) -> list[Cause]:
    """What the rules that asked for a line require and the newer record does not have any more."""
    rules = [rule for reason in item.rationale for c in reason.evidence if (rule := _rules().get(c.id))]
    return list({cause.text: cause for rule in rules for cause in _failing(rule, newer)}.values())


@lru_cache(maxsize=1)
def _rules() -> dict[str, Rule]:
    return {rule.recommendation.id: rule for module in modules().values() for rule in module.rules}


def _failing(rule: Rule, newer: Newer) -> Iterator[Cause]:
    facts = newer.case.facts
    for clause in rule.recommendation.when:
        verdict = compiled((clause,)).holds(facts)
        if verdict.holds:
            continue
        if verdict.unknown:
            names = [name for name in verdict.missing if facts.measurements.get(name)]
            for name in names[:1]:
                yield Cause(kind="rule", text=f"{wording.title(name)} is too old now for this rule.")
            continue
        yield from _said(clause, verdict.because, newer)


def _said(clause: Clause, because: tuple[str, ...], newer: Newer) -> Iterator[Cause]:
    """The value or medicine that makes a condition fail, in words."""
    if clause.measured and (value := newer.case.facts.latest(clause.measured)):
        yield Cause(
            kind="value", text=wording.sentence(f"{wording.value_of(value)} is outside what the rule asks for"), facts=(value.reference,)
        )
    elif clause.has:
        yield Cause(kind="problem", text=f"No longer so: {wording.title(clause.has)}.", facts=because)
    elif clause.takes:
        ended = newer.ended_of(clause.takes)
        text = "; ".join(fact.text for fact in ended) or f"not taken now: {wording.title(clause.takes)}"
        yield Cause(kind="medicine", text=wording.sentence(text), facts=tuple(f for fact in ended for f in fact.facts))
    elif clause.none_of:
        yield from _present(clause.none_of, newer)


def _present(parts: tuple[Clause, ...], newer: Newer) -> Iterator[Cause]:
    """What is there that a rule does not allow."""
    facts = newer.case.facts
    for part in parts:
        if not compiled((part,)).holds(facts).holds:
            continue
        if part.takes:
            uses = facts.taking(part.takes)
            yield Cause(kind="medicine", text=wording.sentence(f"{uses[0].text} is taken"), facts=tuple(use.reference for use in uses))
        elif part.has:
            yield Cause(kind="problem", text=wording.sentence(f"there is {wording.title(part.has)}"), facts=facts.problem(part.has))
        elif part.measured and (value := facts.latest(part.measured)):
            yield Cause(kind="value", text=wording.sentence(wording.value_of(value)), facts=(value.reference,))

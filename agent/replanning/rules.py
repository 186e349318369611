"""The conditions of the rule that bore a line, each held against the newer record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from agent import wording
from agent.replanning.news import Newer
from agent.toolbox import ClinicalToolbox
from tools.clinical.clause import Clause
from tools.clinical.facts import Facts
from tools.clinical.plan import Item
from tools.clinical.replanned import Cause
from tools.guidelines import modules
from tools.guidelines.modules import Rule, compiled
from tools.guidelines.pregnancy import with_known_pregnancy


def no_longer_holds(item: Item, newer: Newer) -> list[Cause]:
    """What the rules that asked for a line require and the newer record does not have any more."""
    return list({cause.text: cause for rule in _rules_behind(item) for cause in _failing(rule, newer)}.values())


def _rules_behind(item: Item) -> list[Rule]:
    return [rule for reason in item.rationale for c in reason.evidence if (rule := _rules().get(c.id))]


@lru_cache(maxsize=1)
def _rules() -> dict[str, Rule]:
    return {rule.recommendation.id: rule for module in modules().values() for rule in module.rules}


def overtaken_by(item: Item, newer: Newer) -> list[Cause]:
    """What is decided now in the place of a line: another recommendation of the same choice, or what bars its medicine."""
    found = []
    for rule in _rules_behind(item):
        decided = {d.recommendation: d for d in reversed(newer.case.run.decisions)}
        for decision in decided.values():
            other = _rules().get(decision.recommendation)
            if other is not None and other is not rule and _same_choice(other, rule):
                found.append(Cause(kind="rule", text=_with_news(decision.because, decision.facts, newer), facts=decision.facts))
    if not found and item.action == "start":
        bars = [ClinicalToolbox().barred(i.name, newer.case.facts) for i in item.subject.ingredients]
        found = [Cause(kind="rule", text=wording.sentence(bar.reason)) for bar in bars if bar is not None]
    return list({cause.text: cause for cause in found}.values())


def _same_choice(one: Rule, other: Rule) -> bool:
    slots = (one.recommendation.slot, other.recommendation.slot)
    return one.module == other.module and slots[0] == slots[1] and one.recommendation.exclusive


def _with_news(because: str, facts: tuple[str, ...], newer: Newer) -> str:
    news = list(dict.fromkeys(newer.references[f].text for f in facts if f in newer.references))
    return wording.sentence(f"{because.rstrip('.')}{f': {wording.listed(news)}' if news else ''}")


def _facts(newer: Newer) -> Facts:
    """The facts as the rules saw them: with what the run derived."""
    return replace(with_known_pregnancy(newer.case.facts), derived=newer.case.run.derived)


def _failing(rule: Rule, newer: Newer) -> Iterator[Cause]:
    facts = _facts(newer)
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
    facts = _facts(newer)
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

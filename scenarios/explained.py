"""One fact is changed: every difference of the two plans must lead back to it.

A line, an issue or a question that appears, goes or comes out otherwise is explained where it cites the changed entry of the
record or a value computed from it, or where a rule that bears it speaks of the fact; or where all of this holds for another
difference that it follows (the test that goes with a start, the interaction of what was begun).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.planning import make_plan
from scenarios.altered import Altered
from scenarios.mentions import mentions, rule_of
from tools.clinical.plan import Item, Plan, PlanIssue, Question
from tools.terminology import terminology

_WORD = 6
"""Letters from which a name in a sentence is that of a medicine or a test."""


@dataclass(frozen=True)
class Difference:
    """One part of a plan that the other has not.

    Attributes:
        what: in words.
        of: names of what it is about: ingredients, tests, participants.
        facts: entries of the record and calculations that it cites.
        rules: rules that bear it.
    """

    what: str
    of: frozenset[str]
    facts: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    words: str = ""


@dataclass
class Traced:
    """Differences that lead back to the change, and those that do not."""

    direct: list[Difference] = field(default_factory=list)
    following: list[Difference] = field(default_factory=list)
    unexplained: list[Difference] = field(default_factory=list)


def traced(altered: Altered, known: Plan | None = None) -> Traced:
    """Plan the patient before (where that plan is not known) and after, and lead each difference back to the changed fact."""
    before = known or make_plan(altered.before, altered.as_of)
    after = make_plan(altered.after, altered.as_of)
    names = altered.names | _computed((before, after), altered)
    cited = altered.references | {f"calculation:{name}" for name in names}
    found = Traced()
    left: list[Difference] = []
    for difference in differences(before, after):
        (found.direct if _leads_back(difference, names, cited) else left).append(difference)
    _follow(found, left)
    if after.disposition.route == "escalate" and before.disposition.route != "escalate" and found.direct:
        found.following += found.unexplained
        found.unexplained = []
    return found


def differences(before: Plan, after: Plan) -> list[Difference]:
    """What one plan has and the other has not, in both directions."""
    ours, others = _parts(before), _parts(after)
    return [
        *(_said("gone", part) for key, part in ours.items() if key not in others),
        *(_said("new", part) for key, part in others.items() if key not in ours),
    ]


def _said(sign: str, part: Difference) -> Difference:
    return Difference(f"{sign}: {part.what}", part.of, part.facts, part.rules, part.words)


def _leads_back(one: Difference, names: frozenset[str], cited: frozenset[str]) -> bool:
    if one.facts & cited or any(mentions(rule) & names for rule in one.rules):
        return True
    return any(re.search(rf"\b{re.escape(name.replace('-', ' '))}\b", one.words) for name in names)


def _follow(found: Traced, left: list[Difference]) -> None:
    """What is left, as far as it is about the same as an explained difference, shares its rule, or is ruled by it."""
    while left:
        known = found.direct + found.following
        of = frozenset(name for one in known for name in one.of)
        rules = frozenset(rule for one in known for rule in one.rules)
        words = " ".join(one.words for one in known)
        now = [
            one for one in left if one.of & of or one.rules & rules or _named(one, words) or any(mentions(rule) & of for rule in one.rules)
        ]
        if not now:
            found.unexplained += left
            return
        found.following += now
        left = [one for one in left if one not in now]


def _named(one: Difference, words: str) -> bool:
    """Whether an explained question or reason names what this is about."""
    return any(len(name) >= _WORD and name.replace("-", " ") in words for name in one.of)


def _computed(plans: Iterable[Plan], altered: Altered) -> frozenset[str]:
    """Names of values that were computed from the changed entry, or from such a value."""
    names: set[str] = set()
    calculations = [calculation for plan in plans for calculation in plan.calculations]
    while True:
        cited = altered.references | {f"calculation:{name}" for name in names}
        new = {c.name for c in calculations if any(i.reference in cited or i.name in altered.names for i in c.inputs)} - names
        if not new:
            return frozenset(names)
        names |= new


def _parts(plan: Plan) -> dict[str, Difference]:
    items = {item.id: _of_item(item) for item in plan.items}
    taken = {line.reference: _kinds(ingredient.name for ingredient in line.ingredients) for line in plan.medications}
    asked = [_of_question(question, [items[name] for name in question.blocks if name in items], taken) for question in plan.questions]
    return {part.what: part for part in (*items.values(), *map(_of_issue, plan.issues), *asked)}


def _of_item(item: Item) -> Difference:
    names = sorted(ingredient.name for ingredient in item.subject.ingredients) or [item.subject.text]
    passed = [evidence.id for other in item.alternatives for evidence in other.evidence]
    rules = (
        [evidence.id for reason in item.rationale for evidence in reason.evidence]
        + passed
        + ([item.dose.rule.id] if item.dose and item.dose.rule else [])
    )
    facts = (fact for reason in item.rationale for fact in reason.facts)
    words = " ".join(
        [*(f"{a.subject.text} {a.not_chosen_because}" for a in item.alternatives), *(item.dose.adjustments if item.dose else ())]
    )
    dose = f" {item.dose.text}" if item.dose else ""
    return Difference(f"{item.action} {', '.join(names)}{dose}", _kinds(names), frozenset(facts), frozenset(rules), words.casefold())


def _of_issue(issue: PlanIssue) -> Difference:
    what = f"issue {issue.rule.id} {', '.join(sorted(issue.participants))} {issue.interruptive}"
    return Difference(what, _kinds(issue.participants), frozenset(issue.facts), frozenset({issue.rule.id}))


def _of_question(question: Question, blocked: list[Difference], taken: Mapping[str, frozenset[str]]) -> Difference:
    """A question is also about what waits for its answer, and about the medicines that it cites."""
    sentences = [part.strip() for part in question.why.replace("Not recorded, and it could change this: ", "").split(". ")]
    rules = {rule for rule in map(rule_of, sentences) if rule}
    name = question.about.casefold()
    of = frozenset({name}).union(*(item.of for item in blocked), *(taken.get(fact, frozenset()) for fact in question.facts))
    rules |= {rule for item in blocked for rule in item.rules}
    return Difference(f"question {name}", of, frozenset(question.facts), frozenset(rules), f"{name} {question.why.casefold()}")


def _kinds(names: Iterable[str]) -> frozenset[str]:
    return frozenset(kind for name in names for kind in (name, *terminology().kinds_of(name)))


def unexplained(altered: Iterable[Altered]) -> Iterator[str]:
    """A sentence for each difference that does not lead back."""
    for one in altered:
        yield from (f"{one.name}: {difference.what}" for difference in traced(one).unexplained)

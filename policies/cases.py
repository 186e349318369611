"""Runs the cases of a policy file against that file's own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from policies.engine import (
    Policies,
    by_name_only,
    disposition,
    drafted_again,
    kept_for,
    may_act,
    may_decide,
    may_send,
    reason_fault,
    required_signatures,
    waits_at_most,
)
from policies.model import Expect, Given, GivenIssue, GivenItem, Policy
from policies.waiting import GivenWaiting
from policies.worklist import Queued, Read, harm_of, in_order
from tools.clinical.answer import KnowledgeRef
from tools.clinical.plan import Disposition, Drafter, Item, Plan, PlanIngredient, PlanInput, PlanIssue, PlanPatient, Subject
from tools.clinical.quantity import Quantity


def failures(policy: Policy) -> list[str]:
    """A sentence for each case that comes out otherwise."""
    rules = Policies((policy,))
    return [
        f"{case.name}: {word} is {got!r}, expected {wanted!r}"
        for case in policy.case
        for word, got, wanted in _compare(case.given, case.expect, rules)
    ]


def plan_of(given: Given) -> Plan:
    """The small plan that a case supposes."""
    return Plan(
        as_of="2026-01-01",
        patient=PlanPatient(reference="Patient/case"),
        input=PlanInput(digest="", resources=0),
        drafter=Drafter(kind=given.drafter),
        items=tuple(_item(item) for item in given.items),
        issues=tuple(_issue(issue) for issue in given.issues),
        urgent=("said to be urgent",) if "urgent" in given.flags else (),
        disposition=Disposition(route="review", urgency="routine"),
    )


def _item(item: GivenItem) -> Item:
    ingredients = tuple(PlanIngredient(name) for name in item.ingredients)
    return Item(
        id=item.id, action=item.action, subject=Subject(kind=item.kind, text=item.id, ingredients=ingredients), urgency=item.urgency
    )


def _issue(issue: GivenIssue) -> PlanIssue:
    return PlanIssue(
        id=issue.id,
        code=issue.code,
        severity=issue.severity,
        indicator=issue.indicator,
        interruptive=issue.interruptive,
        participants=(),
        consequence="",
        action="",
        rule=KnowledgeRef("case", "1"),
        items=issue.items,
        handled_by=issue.handled_by,
        suppressed=issue.suppressed,
    )


def _compare(given: Given, expect: Expect, rules: Policies) -> Iterator[tuple[str, object, object]]:
    plan = plan_of(given)
    for word, answer in _ANSWERS.items():
        wanted = getattr(expect, word)
        if wanted is not None and (got := answer(given, plan, rules)) != wanted:
            yield word, got, wanted


def _expired(given: Given, _: Plan, rules: Policies) -> bool:
    return _waited(given) > waits_at_most(given.urgency, rules)


def _kept(given: Given, _: Plan, rules: Policies) -> bool:
    limit = kept_for(given.status, rules)
    return limit is None or _waited(given) <= limit


def _waited(given: Given) -> timedelta:
    return timedelta(seconds=float(Quantity.parse(given.waited or "0 d").to("s").value))


def _harm(_: Given, plan: Plan, rules: Policies) -> float:
    return round(harm_of(plan, rules), 6)


def _first(given: Given, _: Plan, rules: Policies) -> str:
    read = [Read(one.group, one.waited) for one in _supposed(given.read)]
    return in_order(list(_supposed(given.queue)), read, policies=rules)[0].name


def _supposed(groups: Iterable[GivenWaiting]) -> Iterator[Queued]:
    for one in groups:
        waited = float(Quantity.parse(one.waited).to("d").value)
        for number in range(one.plans):
            yield Queued(f"{one.name}-{number + 1}" if number else one.name, one.urgency, waited, one.harm, 3.0, one.group)


_ANSWERS: dict[str, Callable[[Given, Plan, Policies], object]] = {
    "admitted": lambda given, plan, rules: may_act(given.role or "", given.act, rules),
    "permitted": lambda given, plan, rules: may_decide(given.role or "", plan.items[0], plan, given.verb, rules).allowed,
    "signatures": lambda given, plan, rules: required_signatures(plan, given.approved, rules)["i1"].count,
    "by_name": lambda given, plan, rules: bool(by_name_only(plan.items[0], plan, rules)),
    "route": lambda given, plan, rules: disposition(plan, dict.fromkeys(given.flags, ()), rules).route,
    "urgency": lambda given, plan, rules: disposition(plan, dict.fromkeys(given.flags, ()), rules).urgency,
    "reason": lambda given, plan, rules: reason_fault(given.use or "override", given.code, given.text, rules) or "accepted",
    "redraft": lambda given, plan, rules: drafted_again(plan.items[0], plan, given.code, given.redrafted, rules),
    "form": lambda given, plan, rules: may_send(given.to or "elsewhere", given.what, rules) or "refused",
    "expired": _expired,
    "kept": _kept,
    "harm": _harm,
    "first": _first,
}

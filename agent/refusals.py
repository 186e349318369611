"""Rejected items that are drafted again, or not: judged by the policies, remembered in the plan.

A start is drafted again where the reason objects to the medicine and not to treating, the plan knows another medicine for it, nobody
has edited the plan, and it has not been drafted again too often; else the rejection stands (`policies/reasons.toml`, ADR 9).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from agent.review import EditVerdict, Objection, RedraftVerdict, Reject, Verdict
from agent.signing import Recorded
from policies.engine import drafted_again, load_policies
from tools.clinical.plan import Alternative, Coverage, Item, Plan, sealed


def objections(plan: Plan, new: Sequence[Recorded], before: Sequence[Verdict]) -> tuple[Objection, ...]:
    """Those of the new rejections for which the plan is drafted again.

    Args:
        plan: as it was shown.
        new: what was said just now.
        before: what the run was told in its earlier rounds.
    """
    if any(isinstance(verdict, EditVerdict) for verdict in before):
        return ()
    again = [verdict for verdict in before if isinstance(verdict, RedraftVerdict)]
    struck = frozenset(name for verdict in again for objection in verdict.objections for name in objection.ingredients)
    rejected = {row.decision.item: row.decision.reason for row in new if isinstance(row.decision, Reject)}
    return tuple(
        _objection(item, rejected[item.id])
        for item in plan.items
        if item.id in rejected and drafted_again(item, plan, rejected[item.id], len(again)) and _another(item, struck)
    )


def remembering(plan: Plan, refused: Sequence[Objection]) -> Plan:
    """The plan with a line of its ledger for each medicine that people rejected and had replaced; sealed anew."""
    if not refused:
        return plan
    return sealed(structs.replace(plan, coverage=(*plan.coverage, *(_line(objection) for objection in refused))))


def _objection(item: Item, reason: str) -> Objection:
    return Objection(item=item.id, ingredients=_ingredients(item), subject=item.subject.text, reason=reason)


def _ingredients(item: Item) -> tuple[str, ...]:
    return tuple(ingredient.name for ingredient in item.subject.ingredients)


def _another(item: Item, struck: frozenset[str]) -> bool:
    """Whether the plan names another medicine for this line that was not rejected before."""
    return bool(item.subject.ingredients) and any(_may_do(alternative, item, struck) for alternative in item.alternatives)


def _may_do(alternative: Alternative, item: Item, struck: frozenset[str]) -> bool:
    names = {ingredient.name for ingredient in alternative.subject.ingredients}
    return alternative.subject.kind == "medication" and bool(names) and not names & {*struck, *_ingredients(item)}


def _line(objection: Objection) -> Coverage:
    why = load_policies().reasons[objection.reason].text if objection.reason in load_policies().reasons else objection.reason
    return Coverage(
        concern=f"rejected {'/'.join(objection.ingredients)}",
        text=f"Start {objection.subject}",
        status="refused",
        reason=f"Rejected in review, and drafted again without it: {why}.",
    )

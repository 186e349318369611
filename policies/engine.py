"""Pure answers about a plan: where it goes, who may decide an item, how many must sign.

Nothing is permitted by default: a role that no table names, an action that no permit lists, a content that no `[[send]]`
allows are refused. Two tables that disagree are resolved to the stricter: the higher route, the sooner urgency, the larger
number of signatures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from policies.model import Act, Content, Destination, Form, RouteRule, Send, Triggered, Use, Verb
from policies.tables import HERE as HERE
from policies.tables import Policies as Policies
from policies.tables import load_policies as load_policies
from tools.clinical.plan import Disposition, Item, Plan, PlanIssue, Route, Urgency
from tools.clinical.quantity import Quantity

ROUTES: tuple[Route, ...] = ("review", "second-signature", "escalate", "abstain")
FAR: tuple[Destination, ...] = ("this-machine", "in-country", "elsewhere")
URGENCIES: tuple[Urgency, ...] = ("routine", "same-day", "emergency")


class Permission(Struct, frozen=True, gc=False):
    """Whether somebody may decide an item, by which table, and if not, why."""

    allowed: bool
    rule: str = ""
    why: str = ""


class Signatures(Struct, frozen=True, gc=False):
    """How many different people must approve an item; those after the first have one of the roles `by` (none: nobody may)."""

    count: int = 1
    by: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def open_issues(plan: Plan, item: str, approved: Collection[str] | None = None) -> tuple[PlanIssue, ...]:
    """Issues that stand against approving an item.

    An issue does not, where it is kept out of sight, where the item itself is the remedy, or where a remedy is among the
    `approved` items (`None`: the plan is taken as drafted, every remedy counts).
    """
    against = [i for i in plan.issues if item in i.items and item not in i.handled_by and not i.suppressed]
    if not against:
        return ()
    taken = {i.id for i in plan.items} if approved is None else set(approved)
    return tuple(i for i in against if not taken & set(i.handled_by))


def may_decide(role: str, item: Item, plan: Plan, verb: Verb = "approve", policies: Policies | None = None) -> Permission:
    """Whether somebody in this role may approve, edit or reject the item."""
    rules = policies or load_policies()
    for permit in rules.permits:
        if (
            role in permit.roles
            and verb in permit.verbs
            and item.action in permit.actions
            and (not permit.kinds or item.subject.kind in permit.kinds)
        ):
            break
    else:
        return Permission(False, why=f"no policy lets a {role} {verb} an item that says {item.action} ({item.subject.kind})")
    issues = open_issues(plan, item.id)
    for ban in rules.bans:
        if role in ban.roles and verb in ban.verbs and ban.when.holds_for_item(item, issues, plan, flags_of(plan)):
            return Permission(False, ban.id, ban.why)
    return Permission(True, permit.id)


def may_act(role: str, act: Act, policies: Policies | None = None) -> bool:
    """Whether somebody in this role may do what is no decision on an item: read plans, ask about them, take out what was signed."""
    return any(role in row.roles and act in row.acts for row in (policies or load_policies()).accesses)


def roles(policies: Policies | None = None) -> tuple[str, ...]:
    """Every role that somebody can have, in the order of the file."""
    return tuple(dict.fromkeys(role for row in (policies or load_policies()).accesses for role in row.roles))


def required_signatures(plan: Plan, approved: Collection[str] | None = None, policies: Policies | None = None) -> dict[str, Signatures]:
    """How many signatures each item needs, by item id; `approved` as in `open_issues`."""
    rules = policies or load_policies()
    return {item.id: _signatures_of(item, plan, approved, rules) for item in plan.items}


def _signatures_of(item: Item, plan: Plan, approved: Collection[str] | None, rules: Policies) -> Signatures:
    issues, flags = open_issues(plan, item.id, approved), _flags_asked(rules.second_signatures, plan)
    hits = [rule for rule in rules.second_signatures if rule.when.holds_for_item(item, issues, plan, flags)]
    if not hits:
        return Signatures()
    shared = [role for role in hits[0].by if all(role in hit.by for hit in hits)]
    return Signatures(max(hit.signatures for hit in hits), tuple(shared), tuple(dict.fromkeys(hit.why for hit in hits)))


def by_name_only(item: Item, plan: Plan, policies: Policies | None = None) -> tuple[str, ...]:
    """Why an item may not be approved along with the rest; empty where it may."""
    rules, issues = (policies or load_policies()).never_auto, open_issues(plan, item.id)
    flags = _flags_asked(rules, plan)
    return tuple(rule.why for rule in rules if rule.when.holds_for_item(item, issues, plan, flags))


def override_needed(plan: Plan, item: str, approved: Collection[str]) -> tuple[str, ...]:
    """Ids of the interruptive issues that whoever approves this item must answer with a reason."""
    return tuple(issue.id for issue in open_issues(plan, item, approved) if issue.interruptive)


def _flags_asked(rules: Sequence[Triggered], plan: Plan) -> frozenset[str]:
    """What the plan shows to these rules; nothing is looked up for rules that ask for no flag."""
    return flags_of(plan) if any(rule.when.flags for rule in rules) else frozenset()


def flags_of(plan: Plan) -> frozenset[str]:
    """What a plan itself shows to a trigger."""
    shown = {
        "urgent": bool(plan.urgent),
        "question": any(question.blocks for question in plan.questions),
        "unchecked": bool(plan.not_checked),
        "empty": not plan.items,
    }
    return frozenset(flag for flag, holds in shown.items() if holds)


def disposition(plan: Plan, flags: Mapping[str, tuple[str, ...]] | None = None, policies: Policies | None = None) -> Disposition:
    """Where a drafted plan goes next, how soon, and why.

    Args:
        plan: with its items, issues and questions; its own `disposition` is not looked at.
        flags: raised by the assessment, each with its reasons in words: `emergency`, `same-day`, `deceased`, `out-of-scope`.
        policies: the shipped ones where `None`.
    """
    rules, raised = policies or load_policies(), dict(flags or {})
    standing = tuple(i for i in plan.issues if not i.suppressed and not (set(i.handled_by) & {item.id for item in plan.items}))
    hits = [rule for rule in rules.routes if rule.when.holds_for_plan(plan, standing, {*raised, *flags_of(plan)})]
    signatures = [needed for needed in required_signatures(plan, policies=rules).values() if needed.count > 1]
    routes = [rule.to for rule in hits] + (["second-signature"] if signatures else [])
    urgencies = [rule.urgency for rule in hits] + [item.urgency for item in plan.items]
    reasons = [reason for rule in hits for reason in _said(rule, raised)] + [why for needed in signatures for why in needed.why]
    return Disposition(
        route=max(routes, key=ROUTES.index, default="review"),
        urgency=max(urgencies, key=URGENCIES.index, default="routine"),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _said(rule: RouteRule, raised: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(reason for flag in rule.when.flags for reason in raised.get(flag, ())) or (rule.why,)


def reason_fault(use: Use, code: str, text: str, policies: Policies | None = None) -> str | None:
    """What is wrong with a reason: `unknown` code for this use, `text-missing`; `None` where it is accepted."""
    rule = (policies or load_policies()).reasons.get(code)
    if rule is None or use not in rule.use:
        return "unknown"
    return "text-missing" if rule.needs_text and not text.strip() else None


def reasons_for(use: Use, policies: Policies | None = None) -> tuple[str, ...]:
    """The codes that are accepted for this use, in the order of the policy file."""
    return tuple(code for code, rule in (policies or load_policies()).reasons.items() if use in rule.use)


def drafted_again(item: Item, plan: Plan, code: str, before: int, policies: Policies | None = None) -> bool:
    """Whether an item rejected with this code is drafted again, the plan having been drafted again `before` times already."""
    rules = policies or load_policies()
    rule = rules.reasons.get(code)
    if rule is None or not rule.redraft:
        return False
    issues, flags = open_issues(plan, item.id), _flags_asked(rules.redrafts, plan)
    return any(before < row.at_most and row.when.holds_for_item(item, issues, plan, flags) for row in rules.redrafts)


def may_send(to: Destination, what: Content, policies: Policies | None = None) -> Form | None:
    """In which form a content may be sent to a model there; `None`: not at all."""
    forms = [rule.form for rule in (policies or load_policies()).sends if reaches(rule, to) and what in rule.what]
    return None if not forms else "pseudonymised" if "pseudonymised" in forms else "as-is"


def reaches(rule: Send, to: Destination) -> bool:
    """Whether a table speaks of that place: what may go far may go near, never the other way round."""
    return FAR.index(rule.to) >= FAR.index(to)


def waits_at_most(urgency: Urgency, policies: Policies | None = None) -> timedelta:
    """How long a plan may wait for its signature; where no table says so, not at all."""
    limits = [Quantity.parse(rule.within).to("s").value for rule in (policies or load_policies()).expiries if urgency in rule.urgency]
    return timedelta(seconds=float(min(limits, default=0)))


def kept_for(status: str, policies: Policies | None = None) -> timedelta | None:
    """How long a settled plan in this status is kept after its end; `None` where no table says, so that it is kept."""
    found = [Quantity.parse(row.within).to("s").value for row in (policies or load_policies()).retentions if status in row.statuses]
    return timedelta(seconds=float(max(found))) if found else None

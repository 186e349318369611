"""Where the items of a plan stand, given what people have said: pure, and judged by the policies alone.

Signatures are counted anew from the rows each time: rejecting a remedy can leave an approved item without the reason, the
second signature or the permission that it now needs, and such an item is open again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, structs

from agent.errors import DecisionError
from agent.review import REST, Approve, Decision, Edit, Outcome, Override, Reject, Reviewer, Signature, with_edits
from policies.engine import Signatures, by_name_only, may_act, may_decide, override_needed, reason_fault, reasons_for, required_signatures
from policies.model import Use
from tools.clinical.plan import Item, Plan

Lack = Literal["decision", "second-signature", "reason", "permission"]


class Recorded(Struct, frozen=True):
    """A decision that was taken, by whom and when (ISO 8601, UTC)."""

    decision: Approve | Reject
    reviewer: Reviewer
    at: str

    @property
    def signature(self) -> Signature:
        """Without the content."""
        return Signature(self.reviewer.id, self.reviewer.role, self.at)


msgspec.json.Decoder(Recorded)
"""Built while the import holds its lock, as for `Plan` in `agent.planning`."""


class Open(Struct, frozen=True, omit_defaults=True):
    """An item that is not settled: what it lacks, why, and (for reasons) for which issues.

    `by` are the roles that may give a second signature; `by_name` says that the item is never approved with the rest.
    """

    item: str
    lacks: Lack
    why: str
    issues: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    by_name: bool = False


class Standing(Struct, frozen=True):
    """Every item is in exactly one of the three."""

    approved: Mapping[str, tuple[Signature, ...]]
    rejected: Mapping[str, tuple[Signature, ...]]
    open: tuple[Open, ...]

    def lack(self, item: str) -> Open | None:
        """What an item lacks; `None` where it is settled."""
        return next((o for o in self.open if o.item == item), None)

    def outcome(self, digest: str) -> Outcome | None:
        """The final word, once nothing is open."""
        return None if self.open else Outcome(digest=digest, approved=self.approved, rejected=self.rejected)


def standing(plan: Plan, rows: Sequence[Recorded]) -> Standing:
    """Count the signatures under each item."""
    no, yes = _by_item(rows, Reject), _by_item(rows, Approve)
    rejected = {i.id: _signatures(no[i.id]) for i in plan.items if i.id in no}
    left = structs.replace(plan, items=tuple(i for i in plan.items if i.id not in rejected))
    needed = required_signatures(left, [i.id for i in left.items])
    lacks = {i.id: _lack(i, left, yes.get(i.id, ()), needed[i.id]) for i in left.items}
    approved = {name: _signatures(yes[name]) for name, lack in lacks.items() if lack is None}
    return Standing(approved, rejected, tuple(lack for lack in lacks.values() if lack))


def _by_item(rows: Sequence[Recorded], kind: type[Approve | Reject]) -> dict[str, list[Recorded]]:
    found: dict[str, list[Recorded]] = {}
    for row in rows:
        if isinstance(row.decision, kind):
            found.setdefault(row.decision.item, []).append(row)
    return found


def _signatures(rows: Sequence[Recorded]) -> tuple[Signature, ...]:
    return tuple(row.signature for row in rows)


def _lack(item: Item, left: Plan, approvals: Sequence[Recorded], needed: Signatures) -> Open | None:
    """What an item still lacks, in a plan that is left once the rejected items are gone; undecided remedies count as taken."""
    if not approvals:
        by_name = by_name_only(item, left)
        return Open(item.id, "decision", "; ".join(by_name) or "not decided", by_name=bool(by_name))
    first = next((row for row in approvals if may_decide(row.reviewer.role, item, left)), None)
    if first is None:
        return Open(item.id, "permission", may_decide(approvals[0].reviewer.role, item, left).why, by_name=bool(by_name_only(item, left)))
    taken = [i.id for i in left.items]
    others = [row for row in approvals if row.reviewer.id != first.reviewer.id and row.reviewer.role in needed.by]
    answered = {override.issue for row in (first, *others) if isinstance(row.decision, Approve) for override in row.decision.overrides}
    unanswered = tuple(issue for issue in override_needed(left, item.id, taken) if issue not in answered)
    if unanswered:
        return Open(item.id, "reason", f"a reason is missing for {', '.join(unanswered)}", unanswered, by_name=True)
    if 1 + len(others) < needed.count:
        return Open(item.id, "second-signature", "; ".join(needed.why), by=needed.by, by_name=True)
    return None


def admit_edits(plan: Plan, reviewer: Reviewer, edits: Sequence[Edit]) -> None:
    """Raise DecisionError unless this person may make these edits, with these reasons, and they change something."""
    items = _items(plan, edits)
    for edit in edits:
        _permit(reviewer, items[edit.item], plan, edit)
        _reason("edit", edit.reason, edit.text, edit.item)
    if with_edits(plan, edits) == plan:
        raise DecisionError("not-editable", "the edits change nothing")


def admit(plan: Plan, rows: Sequence[Recorded], reviewer: Reviewer, decisions: Sequence[Approve | Reject], at: str) -> tuple[Recorded, ...]:
    """The new rows that these decisions make; none for what the same person has said before in the same words.

    Raises:
        DecisionError: `unknown`, `incomplete`, `unauthorised`, `unreasoned` or `double`; then none of them counts.
    """
    if not decisions:
        raise DecisionError("incomplete", "no item is decided")
    decisions = _with_rest(plan, rows, reviewer, decisions)
    items = _items(plan, decisions)
    before = standing(plan, rows)
    left = _without(plan, {*before.rejected, *(d.item for d in decisions if isinstance(d, Reject))})
    new = []
    for decision in decisions:
        if _repeats(decision, reviewer, rows):
            continue
        _not_settled(decision, before)
        lack = before.lack(decision.item)
        if not (lack and lack.lacks == "second-signature" and reviewer.role in lack.by and not _own(rows, decision.item, reviewer)):
            _first_or_refused(decision, lack, reviewer, items[decision.item], left if isinstance(decision, Approve) else plan, rows)
        _reasons(decision, plan)
        new.append(Recorded(decision, reviewer, at))
    _nothing_unanswered(standing(plan, superseding(rows, new)), new)
    return tuple(new)


def may_release(by: Reviewer | None) -> None:
    """Raise DecisionError unless this role may take out what was signed; the program itself (`None`) may."""
    if by is not None and not may_act(by.role, "release"):
        raise DecisionError("unauthorised", f"no policy lets a {by.role} take out what was signed")


def superseding(rows: Sequence[Recorded], new: Sequence[Recorded]) -> list[Recorded]:
    """The rows with the new ones, each in place of what the same person said about the same item before."""
    fresh = {(row.decision.item, row.reviewer.id) for row in new}
    return [*(row for row in rows if (row.decision.item, row.reviewer.id) not in fresh), *new]


def overrides(rows: Sequence[Recorded]) -> dict[str, list[Override]]:
    """The answers that were given to issues, by item."""
    given: dict[str, list[Override]] = {}
    for row in rows:
        if isinstance(row.decision, Approve):
            given.setdefault(row.decision.item, []).extend(row.decision.overrides)
    return given


def repeats(rows: Sequence[Recorded], reviewer: Reviewer, decisions: Sequence[Decision]) -> bool:
    """Whether this person has said all of it before, in the same words: a request that was sent twice."""
    return bool(decisions) and all(not isinstance(d, Edit) and _repeats(d, reviewer, rows) for d in decisions)


def _without(plan: Plan, gone: set[str]) -> Plan:
    return structs.replace(plan, items=tuple(item for item in plan.items if item.id not in gone))


def _items(plan: Plan, decisions: Sequence[Decision]) -> dict[str, Item]:
    """The items that are decided. Raises DecisionError when one is not there, or is decided twice."""
    items = {item.id: item for item in plan.items}
    named = [decision.item for decision in decisions]
    for name in named:
        if name not in items:
            raise DecisionError("unknown", f"the plan has no item {name!r}")
        if named.count(name) > 1:
            raise DecisionError("incomplete", f"{name} is decided twice in one submission")
    return items


def _with_rest(
    plan: Plan, rows: Sequence[Recorded], reviewer: Reviewer, decisions: Sequence[Approve | Reject]
) -> Sequence[Approve | Reject]:
    """`rest` becomes the undecided items that this person may approve and that need not be approved by name."""
    if not any(isinstance(d, Approve) and d.item == REST for d in decisions):
        return decisions
    named = [d for d in decisions if d.item != REST]
    gone = {d.item for d in named} | {row.decision.item for row in rows}
    left = _without(plan, {d.item for d in named if isinstance(d, Reject)})
    allowed = [item for item in left.items if may_decide(reviewer.role, item, left).allowed]
    if not allowed and not named:
        raise DecisionError("unauthorised", f"no policy lets a {reviewer.role} approve any item of this plan")
    free = [item for item in allowed if item.id not in gone and not by_name_only(item, left)]
    return [*named, *(Approve(item=item.id) for item in free)]


def _own(rows: Sequence[Recorded], item: str, reviewer: Reviewer) -> Recorded | None:
    return next((row for row in rows if row.decision.item == item and row.reviewer.id == reviewer.id), None)


def _repeats(decision: Approve | Reject, reviewer: Reviewer, rows: Sequence[Recorded]) -> bool:
    own = _own(rows, decision.item, reviewer)
    return own is not None and own.decision == decision and own.reviewer == reviewer


def _not_settled(decision: Decision, before: Standing) -> None:
    if decision.item in before.rejected or decision.item in before.approved:
        word = "rejected" if decision.item in before.rejected else "approved"
        raise DecisionError("double", f"{decision.item} is {word} already")


def _first_or_refused(
    decision: Approve | Reject, lack: Open | None, reviewer: Reviewer, item: Item, plan: Plan, rows: Sequence[Recorded]
) -> None:
    """A first signature needs the role's permit; a second one somebody else, in one of the roles that the policy names."""
    if lack and lack.lacks == "second-signature" and isinstance(decision, Approve):
        if _own(rows, decision.item, reviewer):
            raise DecisionError("double", f"{decision.item} waits for somebody else's signature: {lack.why}")
        raise DecisionError("unauthorised", f"{decision.item}: a second signature is given by {' or '.join(lack.by) or 'nobody'}")
    _permit(reviewer, item, plan, decision)


def _permit(reviewer: Reviewer, item: Item, plan: Plan, decision: Decision) -> None:
    verb: Literal["approve", "edit", "reject"] = (
        "approve" if isinstance(decision, Approve) else "edit" if isinstance(decision, Edit) else "reject"
    )
    permission = may_decide(reviewer.role, item, plan, verb)
    if not permission.allowed:
        raise DecisionError("unauthorised", f"{item.id}: {permission.why}")


def _reasons(decision: Approve | Reject, plan: Plan) -> None:
    if isinstance(decision, Reject):
        _reason("reject", decision.reason, decision.text, decision.item)
        return
    touching = {issue.id for issue in plan.issues if decision.item in issue.items}
    for override in decision.overrides:
        if override.issue not in touching:
            raise DecisionError("unknown", f"{decision.item} has no issue {override.issue!r}")
        _reason("override", override.reason, override.text, f"{decision.item}, {override.issue}")


def _reason(use: Use, code: str, text: str, where: str) -> None:
    fault = reason_fault(use, code, text)
    if fault:
        accepted = ", ".join(reasons_for(use))
        said = (
            f"{code!r} is no reason to {use}; one of these is: {accepted}"
            if fault == "unknown"
            else f"{code!r} asks for a sentence beside it"
        )
        raise DecisionError("unreasoned", f"{where}: {said}")


def _nothing_unanswered(after: Standing, new: Sequence[Recorded]) -> None:
    """An approval that lacks a reason is refused at once, rather than recorded and found wanting later."""
    for row in new:
        lack = after.lack(row.decision.item)
        if isinstance(row.decision, Approve) and lack and lack.lacks == "reason":
            raise DecisionError("unreasoned", f"{lack.item}: {lack.why}")

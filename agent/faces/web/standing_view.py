"""Where each item of a plan stands for whoever reads it: what was signed, what is lacking, and what this reader may do now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from agent.review import Approve, Reviewer
from agent.signing import Open, Recorded, Standing
from policies.engine import may_decide, override_needed, required_signatures, roles
from policies.model import Verb
from tools.clinical.plan import Item, Plan, PlanIssue

State = Literal["open", "second-signature", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Stand:
    """One item, as its reader meets it.

    Attributes:
        said: who decided what about it so far.
        may: what this reader may do: `approve`, `edit`, `reject`.
        lack: what is missing; `None` where it is settled.
        answers: issues for which an approval must give a reason.
        why_not: why this reader may not approve it, in words; empty where that is open to them.
    """

    item: Item
    state: State
    said: tuple[Recorded, ...]
    may: frozenset[str]
    lack: Open | None
    answers: tuple[PlanIssue, ...]
    why_not: str


def stands_of(plan: Plan, standing: Standing, said: Sequence[Recorded], reader: Reviewer, *, waits: bool) -> dict[str, Stand]:
    """Every item by its id. `waits` is false once the plan can no longer be signed."""
    left = structs.replace(plan, items=tuple(i for i in plan.items if i.id not in standing.rejected))
    undecided = [i.id for i in left.items]
    issues = {issue.id: issue for issue in plan.issues}

    def stand(item: Item) -> Stand:
        lack, own = standing.lack(item.id), tuple(row for row in said if row.decision.item == item.id)
        may, why_not = _open_to(item, left, lack, own, reader) if lack and waits else (frozenset[str](), "")
        answers = tuple(issues[name] for name in override_needed(left, item.id, undecided)) if "approve" in may else ()
        return Stand(item, _state(item, standing), own, may, lack, answers, why_not)

    return {item.id: stand(item) for item in plan.items}


@dataclass(frozen=True, slots=True)
class Signers:
    """Who has to sign.

    Attributes:
        first: roles of which one person can approve whatever is open.
        partly: roles that can approve some of it, where nobody can approve all.
        second: roles that may give a second signature; empty where none is needed.
    """

    first: tuple[str, ...]
    partly: tuple[str, ...]
    second: tuple[str, ...]


def signers(plan: Plan, standing: Standing) -> Signers:
    """Which roles the open items of a plan wait for."""
    left = structs.replace(plan, items=tuple(i for i in plan.items if i.id not in standing.rejected))
    firsts = [i for i in left.items if (lack := standing.lack(i.id)) and lack.lacks != "second-signature"]
    able = {role: [i for i in firsts if may_decide(role, i, left).allowed] for role in roles()}
    seconds = [role for name, needed in required_signatures(left).items() if needed.count > 1 and standing.lack(name) for role in needed.by]
    everything = tuple(role for role, items in able.items() if firsts and len(items) == len(firsts))
    partly = () if everything else tuple(role for role, items in able.items() if items)
    return Signers(everything, partly, tuple(dict.fromkeys(seconds)))


def can_act(plan: Plan, standing: Standing, reader: Reviewer) -> bool:
    """Whether this reader can approve anything that is open."""
    stands = stands_of(plan, standing, (), reader, waits=True)
    return any("approve" in stand.may for stand in stands.values())


def free_with_the_rest(stands: Iterable[Stand]) -> int:
    """How many undecided items this reader may approve together, since none of them asks for its own name."""
    return sum("approve" in s.may and s.lack is not None and not s.lack.by_name and not s.said for s in stands)


def _state(item: Item, standing: Standing) -> State:
    if item.id in standing.rejected:
        return "rejected"
    lack = standing.lack(item.id)
    if lack is None:
        return "approved"
    return "second-signature" if lack.lacks == "second-signature" else "open"


def _open_to(item: Item, plan: Plan, lack: Open, said: Sequence[Recorded], reader: Reviewer) -> tuple[frozenset[str], str]:
    """What this reader may do to an open item, and why not approve it, where that is so."""
    verbs: tuple[Verb, ...] = ("approve", "edit", "reject") if _has_dose(item) else ("approve", "reject")
    allowed = {verb: may_decide(reader.role, item, plan, verb) for verb in verbs}
    may = {verb for verb, permission in allowed.items() if permission.allowed}
    why_not = allowed["approve"].why
    if lack.lacks == "second-signature":
        own = any(isinstance(row.decision, Approve) and row.reviewer.id == reader.id for row in said)
        why_not = lack.why if own or reader.role not in lack.by else ""
        may = (may | {"approve"}) if not why_not else (may - {"approve"})
    return frozenset(may), why_not


def _has_dose(item: Item) -> bool:
    return item.subject.kind == "medication" and item.action in {"start", "change", "continue"}

"""What a person may say to a plan: approve, edit or reject, item by item, with reasons. Values only; `agent.desk` acts.

    {"decision": "approve", "item": "i1", "overrides": [{"issue": "d1", "reason": "will-monitor", "text": "potassium in a week"}]}
    {"decision": "approve", "item": "rest"}
    {"decision": "edit",    "item": "i2", "reason": "dose-adjusted", "amount": {"value": "500", "unit": "mg"}, "per": "12 h"}
    {"decision": "reject",  "item": "i3", "reason": "already-done"}

Reason codes are those of `policies/reasons.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, structs

from agent.errors import DecisionError
from tools.clinical.errors import UnitMismatchError
from tools.clinical.plan import Dose, Due, Item, Plan, PlanQuantity
from tools.clinical.quantity import Quantity

REST = "rest"
"""Stands for every undecided item that need not be approved by its own name."""


class Reviewer(Struct, frozen=True):
    """Who decides: an id that the site gives, and the role in which it is done."""

    id: str
    role: str


class Override(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The answer to an issue that interrupts."""

    issue: str
    reason: str
    text: str = ""


class Approve(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="decision", tag="approve"):
    """The item stands as it was shown."""

    item: str
    overrides: tuple[Override, ...] = ()


class Edit(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="decision", tag="edit"):
    """The item is changed; the whole plan is checked again and shown anew, to be signed under its new digest.

    Only what is given is changed. `choose` takes an alternative of the item by its text, or by an ingredient's name.
    """

    item: str
    reason: str
    text: str = ""
    choose: str | None = None
    amount: PlanQuantity | None = None
    per: str | None = None
    route: str | None = None
    dose_text: str | None = None
    within_days: int | None = None
    change: str | None = None
    patient_instruction: str | None = None


class Reject(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="decision", tag="reject"):
    """The item is not done."""

    item: str
    reason: str
    text: str = ""


Decision: TypeAlias = Approve | Edit | Reject


class Signature(Struct, frozen=True):
    """One person's approval or refusal of an item, as it counts."""

    reviewer: str
    role: str
    at: str


class EditVerdict(Struct, frozen=True, kw_only=True, tag_field="verdict", tag="edit"):
    """The run goes on with these edits, to `check`."""

    edits: tuple[Edit, ...]
    by: Reviewer


class Objection(Struct, frozen=True, kw_only=True):
    """A rejected item that is drafted again: what it proposed, and the code it was rejected with. No text of a person."""

    item: str
    ingredients: tuple[str, ...]
    subject: str
    reason: str


class RedraftVerdict(Struct, frozen=True, kw_only=True, tag_field="verdict", tag="redraft"):
    """The run goes back to `draft`, without what was objected to."""

    objections: tuple[Objection, ...]
    by: Reviewer


class Outcome(Struct, frozen=True, kw_only=True, tag_field="verdict", tag="outcome"):
    """Every item is decided: who signed which, and which are refused."""

    digest: str
    approved: Mapping[str, tuple[Signature, ...]]
    rejected: Mapping[str, tuple[Signature, ...]]

    @property
    def status(self) -> Literal["approved", "partly-approved", "rejected"]:
        """The plan's status."""
        if not self.approved:
            return "rejected"
        return "partly-approved" if self.rejected else "approved"


Verdict: TypeAlias = EditVerdict | RedraftVerdict | Outcome
msgspec.json.Decoder(Verdict)
msgspec.json.Decoder(Decision)
"""Built while the import holds its lock, as for `Plan` in `agent.planning`."""


def with_edits(plan: Plan, edits: Sequence[Edit]) -> Plan:
    """The plan with the edits applied, not yet checked. Raises DecisionError (`not-editable`)."""
    by_item = {edit.item: edit for edit in edits}
    as_of = date.fromisoformat(plan.as_of)
    return structs.replace(plan, items=tuple(_edited(item, by_item[item.id], as_of) if item.id in by_item else item for item in plan.items))


def _edited(item: Item, edit: Edit, as_of: date) -> Item:
    if edit.choose is not None:
        item = _chosen(item, edit.choose)
    if _asks_dose(edit):
        stale = edit.change is None and item.action == "change"  # what the draft said of the dose is no longer so
        item = structs.replace(item, dose=_dose(item, edit), change="" if stale else item.change)
    if edit.within_days is not None:
        item = structs.replace(item, due=_due(item, edit.within_days, as_of))
    if edit.change is not None:
        item = structs.replace(item, change=edit.change)
    if edit.patient_instruction is not None:
        item = structs.replace(item, patient_instruction=edit.patient_instruction, instruction_edited=bool(edit.patient_instruction))
    return item


def _asks_dose(edit: Edit) -> bool:
    return any(value is not None for value in (edit.amount, edit.per, edit.route, edit.dose_text))


def _chosen(item: Item, wanted: str) -> Item:
    """The item with one of its own alternatives as its subject; the old choice becomes an alternative, its dose is dropped."""
    for alternative in item.alternatives:
        if wanted == alternative.subject.text or wanted in {i.name for i in alternative.subject.ingredients}:
            break
    else:
        offered = ", ".join(repr(a.subject.text) for a in item.alternatives) or "none"
        raise DecisionError("not-editable", f"{item.id}: {wanted!r} is not among its alternatives ({offered})")
    if alternative.subject.kind == "medication" and not alternative.subject.ingredients:
        raise DecisionError("not-editable", f"{item.id}: {wanted!r} is a class, not a medicine that can be started")
    others = tuple(a for a in item.alternatives if a is not alternative)
    before = structs.replace(alternative, subject=item.subject, not_chosen_because="a reviewer chose otherwise", evidence=())
    return structs.replace(item, subject=alternative.subject, dose=None, alternatives=(*others, before))


def _dose(item: Item, edit: Edit) -> Dose:
    if item.subject.kind != "medication" or item.action not in {"start", "change", "continue"}:
        raise DecisionError("not-editable", f"{item.id}: an item that says {item.action} ({item.subject.kind}) has no dose to edit")
    old = item.dose or Dose(text="")
    amount, per, route = edit.amount or old.amount, edit.per or old.per, edit.route or old.route
    try:
        for text in ((f"{amount.value} {amount.unit}",) if amount else ()) + ((per,) if per else ()):
            if Quantity.parse(text).value <= 0:
                raise DecisionError("not-editable", f"{item.id}: {text!r} is no dose")
        if per:
            Quantity.parse(per).to("h")
    except UnitMismatchError as error:
        raise DecisionError("not-editable", f"{item.id}: {error}") from error
    if item.action != "start" and amount and not per and not edit.dose_text:
        raise DecisionError("not-editable", f"{item.id}: say how often as well")
    text = edit.dose_text or _said(amount, per, route) or old.text
    return Dose(text=text, amount=amount, per=per, route=route, max_per_day=old.max_per_day)


def _said(amount: PlanQuantity | None, per: str | None, route: str | None) -> str:
    from tools.dosing.wording import amount_text, per_text, route_text

    how_much = amount_text(Quantity.parse(f"{amount.value} {amount.unit}")) if amount else ""
    parts = (how_much, route_text(route) if route else "", per_text(per) if per else "")
    return " ".join(part for part in parts if part)


def _due(item: Item, within_days: int, as_of: date) -> Due:
    if not 0 <= within_days <= 3660:
        raise DecisionError("not-editable", f"{item.id}: within {within_days} days is no date that can be kept")
    return Due(within_days, (as_of + timedelta(days=within_days)).isoformat())

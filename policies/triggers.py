"""When a policy applies to an item or to a plan: a small closed vocabulary, no expressions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Indicator, IssueCode, Severity
from tools.clinical.plan import Action, Item, Plan, PlanIssue, SubjectKind, Urgency


class Trigger(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Every word that is given must hold; of the values of one word, any.

    Attributes:
        actions, kinds, ingredients, urgency: of the item.
        severities, indicators, codes, interruptive: of one open issue that touches the item.
        drafter: who drafted the plan.
        flags: raised by whoever assessed the patient (`emergency`, `same-day`, `deceased`, `out-of-scope`) or read off the
            plan (`urgent`: it names something urgent; `question`: an item waits for an answer; `unchecked`: something
            could not be looked at; `empty`: no items).
    """

    actions: tuple[Action, ...] = ()
    kinds: tuple[SubjectKind, ...] = ()
    ingredients: tuple[str, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    severities: tuple[Severity, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    codes: tuple[IssueCode, ...] = ()
    interruptive: bool | None = None
    drafter: Literal["rules", "model"] | None = None
    flags: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """No word is given: it would hold always."""
        return self == Trigger()

    @property
    def asks_item(self) -> bool:
        """Has a word about the item."""
        return bool(self.actions or self.kinds or self.ingredients or self.urgency)

    @property
    def asks_issue(self) -> bool:
        """Has a word about an issue."""
        return bool(self.severities or self.indicators or self.codes or self.interruptive is not None)

    def holds_for_item(self, item: Item, issues: tuple[PlanIssue, ...], plan: Plan, flags: Collection[str] = ()) -> bool:
        """Whether it holds for this item, given the open issues that touch it."""
        return (
            self._of_plan(plan, flags) and self._of_item(item) and (not self.asks_issue or any(self._of_issue(issue) for issue in issues))
        )

    def holds_for_plan(self, plan: Plan, issues: tuple[PlanIssue, ...], flags: Collection[str]) -> bool:
        """Whether it holds anywhere in the plan: an item, or one of the open issues, or the plan itself."""
        if not self._of_plan(plan, flags):
            return False
        if self.asks_item:
            touching = {item.id: tuple(i for i in issues if item.id in i.items) for item in plan.items}
            return any(self.holds_for_item(item, touching[item.id], plan, flags) for item in plan.items)
        return not self.asks_issue or any(self._of_issue(issue) for issue in issues)

    def _of_plan(self, plan: Plan, flags: Collection[str]) -> bool:
        return (self.drafter is None or plan.drafter.kind == self.drafter) and (not self.flags or any(f in flags for f in self.flags))

    def _of_item(self, item: Item) -> bool:
        names = {ingredient.name for ingredient in item.subject.ingredients}
        return (
            (not self.actions or item.action in self.actions)
            and (not self.kinds or item.subject.kind in self.kinds)
            and (not self.ingredients or bool(names & set(self.ingredients)))
            and (not self.urgency or item.urgency in self.urgency)
        )

    def _of_issue(self, issue: PlanIssue) -> bool:
        return (
            (not self.severities or issue.severity in self.severities)
            and (not self.indicators or issue.indicator in self.indicators)
            and (not self.codes or issue.code in self.codes)
            and (self.interruptive is None or issue.interruptive == self.interruptive)
        )

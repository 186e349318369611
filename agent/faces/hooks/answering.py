"""What a call is answered with: the checks of a plan, over the record and the draft orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from msgspec.structs import replace

from agent.case import Case
from agent.errors import RecordError
from agent.faces.hooks.call import Call, HookError
from agent.faces.hooks.cards import Card, issue_card, note_card
from agent.faces.hooks.gather import Gathered
from agent.faces.hooks.suggesting import suggestions
from agent.faces.hooks.unread import not_understood
from agent.fhir.read import read_bundle
from agent.planning import make_plan
from agent.screening import Screened, screen
from tools.clinical.answer import Issue
from tools.clinical.facts import MedicationUse

_GIVEN_LATELY = timedelta(days=3)
"""A dose that was given so lately is being taken: whoever orders now cannot be asked first."""
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Situation:
    """One patient while somebody orders.

    Args:
        call: what was asked.
        gathered: record and drafts.
        as_of: the date of every judgement.
    """

    call: Call
    gathered: Gathered
    as_of: date

    @cached_property
    def case(self) -> Case:
        """The record. Raises HookError (400): it cannot be read."""
        try:
            case = Case(self.gathered.record, self.as_of, self.call.context.patient)
            _ = case.record
        except RecordError as error:
            raise HookError(400, f"the record that was given cannot be read: {error}") from None
        return case

    @cached_property
    def proposed(self) -> tuple[MedicationUse, ...]:
        """The draft orders. Raises HookError (400): they cannot be read."""
        try:
            read = read_bundle(self.gathered.drafts, self.as_of, self.call.context.patient)
        except RecordError as error:
            raise HookError(400, f"the draft orders cannot be read: {error}") from None
        return tuple(replace(use, currency="proposed") for use in read.facts.medications)

    @cached_property
    def taken(self) -> tuple[MedicationUse, ...]:
        """What is taken beside the drafts."""
        return tuple(_given_lately(use, self.as_of) for use in self.case.taken if use.reference not in self.gathered.replaced)

    @cached_property
    def not_understood(self) -> tuple[str, ...]:
        """Resources of the record that could not be read although they may count, in words."""
        return not_understood(self.gathered.record, self.case.record.set_aside)

    @cached_property
    def found(self) -> Screened:
        """The checks of all of it."""
        return screen([*self.taken, *self.proposed], self.case.facts)

    @cached_property
    def selected(self) -> frozenset[str]:
        """References of the drafts that cards are about: the selected ones, or all."""
        return self.drafted.intersection(self.call.context.selections or ()) or self.drafted

    @cached_property
    def drafted(self) -> frozenset[str]:
        """References of every draft that could be read."""
        return frozenset(reference for use in self.proposed for reference in (use.reference, *use.also))

    @cached_property
    def names(self) -> dict[str, str]:
        """Reference → the medicine in the record's words."""
        return {use.reference: use.text for use in (*self.taken, *self.proposed)}


def order_cards(situation: Situation, link: str = "") -> list[Card]:
    """Cards about the draft orders, the gravest first, and what could not be looked at."""
    about = [issue for issue in situation.found.issues if _concerns(issue, situation) and _worth_showing(issue)]
    cards = [issue_card(issue, situation.names, suggestions(issue, situation), link) for issue in about]
    unread = [reference for reference in situation.gathered.read if reference not in situation.drafted]
    said = [f"{n.what}: {n.why}" for n in situation.found.not_checked if any(f"({r})" in n.what for r in situation.selected)]
    return cards + _unseen(situation, [*said, *(f"{reference} could not be read as an order of a medicine" for reference in unread)])


def view_cards(situation: Situation, link: str = "") -> list[Card]:
    """Issues of today's medicines that ask for a reason, and what a plan would change first."""
    grave = [issue for issue in screen(situation.taken, situation.case.facts).issues if issue.interruptive and not issue.suppressed]
    cards = [issue_card(issue, situation.names, (), link) for issue in grave]
    plan = make_plan(situation.gathered.record, situation.as_of, patient=situation.call.context.patient)
    lines = [*plan.urgent, *plan.top_changes[:_MOST_CHANGES]]
    if lines:
        head = "Cannot wait: " if plan.urgent else "A plan, not signed by anybody, would begin with: "
        cards.append(note_card(head + lines[0], lines, "plan", indicator="critical" if plan.urgent else "info", link=link))
    return cards + _unseen(situation, [])


def _unseen(situation: Situation, said: Sequence[str]) -> list[Card]:
    """One card on what was not checked, so that silence is never taken for safety."""
    grave = [*said, *situation.gathered.not_r4, *situation.not_understood]
    lines = [*grave, *situation.gathered.unseen]
    if not lines:
        return []
    return [
        note_card(f"Not everything could be checked: {'; '.join(lines)}", lines, "not-checked", indicator="warning" if grave else "info")
    ]


def _concerns(issue: Issue, situation: Situation) -> bool:
    return any(reference in situation.selected for reference in issue.medications)


def _worth_showing(issue: Issue) -> bool:
    """Whatever asks for a reason; of the rest what is more than minor."""
    return not issue.suppressed and (issue.interruptive or issue.severity != "minor")


def _given_lately(use: MedicationUse, as_of: date) -> MedicationUse:
    given = use.reference.startswith("MedicationAdministration/")
    lately = use.last_ordered is not None and as_of - use.last_ordered <= _GIVEN_LATELY
    return replace(use, currency="current") if given and lately and use.currency == "uncertain" else use

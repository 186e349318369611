"""`check_interactions`: a whole list of medicines against each other."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from agent.context_facts import Understood, understand
from agent.faces.answering.issues import issues_answer
from agent.faces.answering.shapes import Context, IssuesAnswer, Medication


class Input(Struct, frozen=True, kw_only=True):
    """The complete list of medicines, proposed ones included; and what is known of the patient.

    Attributes:
        medications: names, clinical-drug strings, or objects with dose, route and start.
    """

    medications: list[str | Medication]
    context: Context = Context()


Output = IssuesAnswer


def run(given: Input, as_of: date) -> IssuesAnswer:
    """Every interaction among the medicines of the call and of its context."""
    from tools.interactions import check_interactions

    understood = understand(given.context, as_of, medications=given.medications)
    found = check_interactions(understood.facts.medications, understood.facts)
    return issues_answer("check_interactions", found, understood, within(understood))


def within(understood: Understood) -> frozenset[str]:
    """Every medicine of the call is asked about."""
    return frozenset(use.reference for use in understood.facts.medications)

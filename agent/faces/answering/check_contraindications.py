"""`check_contraindications`: one medicine against one patient."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from agent.context_facts import understand
from agent.faces.answering.issues import issues_answer
from agent.faces.answering.shapes import Context, IssuesAnswer, Medication


class Input(Struct, frozen=True, kw_only=True):
    """The medicine in mind, and what is known of the patient.

    Attributes:
        medication: name, clinical-drug string, or an object; it counts as proposed unless the context's medications hold it.
    """

    medication: str | Medication
    context: Context = Context()


Output = IssuesAnswer


def run(given: Input, as_of: date) -> IssuesAnswer:
    """What speaks against the medicine in this patient."""
    from tools.contraindications import check_contraindications

    understood = understand(given.context, as_of, medications=[given.medication], proposed=True)
    medicine = understood.facts.medications[0]
    found = check_contraindications(medicine, understood.facts)
    return issues_answer("check_contraindications", found, understood, frozenset({medicine.reference}))

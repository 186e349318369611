"""`check_contraindications`: one medicine against one patient."""

from __future__ import annotations

from datetime import date

from msgspec import Struct, structs

from agent.context_facts import understand
from agent.faces.answering.issues import issues_answer
from agent.faces.answering.shapes import Context, IssuesAnswer, Medication
from tools.clinical.answer import severity_rank
from tools.clinical.clause import compile_all
from tools.clinical.facts import Facts, MedicationUse
from tools.contraindications import check_contraindications, documents


class Input(Struct, frozen=True, kw_only=True):
    """The medicine in mind, and what is known of the patient.

    Attributes:
        medication: name, clinical-drug string, or an object; it counts as proposed unless the context's medications hold it.
    """

    medication: str | Medication
    context: Context = Context()


class Output(IssuesAnswer, frozen=True, kw_only=True):
    """Issues, gravest first.

    Attributes:
        not_given: data that were not in the call and that a contraindicated or major rule on this medicine hangs on, the
            gravest first; an answer without issues says nothing about these.
    """

    not_given: tuple[str, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """What speaks against the medicine in this patient."""
    understood = understand(given.context, as_of, medications=[given.medication], proposed=True)
    medicine = understood.facts.medications[0]
    found = check_contraindications(medicine, understood.facts)
    answer = issues_answer("check_contraindications", found, understood, frozenset({medicine.reference}))
    missing = _not_given(medicine, understood.facts)
    if answer.status == "nothing_found" and missing:
        answer = structs.replace(answer, reason=f"nothing found in what was given; not given, and it could matter: {', '.join(missing)}")
    return Output(**structs.asdict(answer), not_given=missing)


def _not_given(medicine: MedicationUse, facts: Facts) -> tuple[str, ...]:
    """What grave rules on this medicine could not be told for want of."""
    grave: list[tuple[int, tuple[str, ...]]] = []
    for document in documents():
        for rule in document.rule:
            if severity_rank(rule.severity) < severity_rank("major") or not medicine.kinds.intersection(rule.subject):
                continue
            verdict = compile_all(rule.when).holds(facts)
            if verdict.unknown:
                grave.append((-severity_rank(rule.severity), verdict.missing))
    return tuple(dict.fromkeys(name for _, names in sorted(grave, key=lambda each: each[0]) for name in names))

"""Every check of a regimen in one call: interactions, contraindications, doses, genes. The drafter asks it, and `check` asks it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from tools.clinical.answer import Issue, KnowledgeRef, MedicationCheck, NotChecked, severity_rank
from tools.clinical.facts import Facts, MedicationUse
from tools.contraindications import check_medications
from tools.dosing import check_dose
from tools.interactions import check_regimen
from tools.pharmacogenomics import check_phenotypes


@dataclass(frozen=True)
class Screened:
    """What the checks found, what they could not look at, and the knowledge that they used."""

    issues: tuple[Issue, ...]
    not_checked: tuple[NotChecked, ...]
    knowledge: tuple[KnowledgeRef, ...]


def screen(medications: Sequence[MedicationUse], facts: Facts) -> Screened:
    """Check a whole regimen against itself and against the patient.

    Args:
        medications: what would be taken; entries that are over (`currency = "old"`) are left out.
        facts: the patient; the medicines of `facts` are replaced by `medications`.
    """
    taken = [medication for medication in medications if medication.taken]
    patient = facts.but(medications=tuple(taken), started=frozenset())
    between = check_regimen(taken, patient)
    against = check_medications(taken, patient)
    doses = [issue for medication in taken for issue in check_dose(medication, patient)]
    issues = [*between.issues, *_not_said(against.issues, between.issues), *doses, *check_phenotypes(taken, patient)]
    uncertain = {medication.reference for medication in taken if medication.currency == "uncertain"}
    issues = [_soften(issue, uncertain) for issue in issues]
    return Screened(
        tuple(sorted(issues, key=_order)), _unchecked(taken, [*between.checked, *against.checked]), (*between.knowledge, *against.knowledge)
    )


def _not_said(issues: Sequence[Issue], already: Sequence[Issue]) -> list[Issue]:
    """Issues less the duplicate therapies that the interaction check has already named for the same medicines."""
    named = {frozenset(issue.medications) for issue in already if issue.code == "DUPTHPY"}
    return [issue for issue in issues if issue.code != "DUPTHPY" or frozenset(issue.medications) not in named]


def _soften(issue: Issue, uncertain: set[str]) -> Issue:
    """Whether a years-old order is still taken is asked first; the issue is shown with it, and does not interrupt on its own."""
    if issue.interruptive and uncertain.intersection(issue.medications):
        return structs.replace(issue, interruptive=False, missing=(*issue.missing, "whether it is still taken"))
    return issue


def _order(issue: Issue) -> tuple[bool, bool, int, str, tuple[str, ...]]:
    return (bool(issue.suppressed), not issue.interruptive, -severity_rank(issue.severity), issue.rule.id, issue.medications)


def _unchecked(taken: Sequence[MedicationUse], checks: Sequence[MedicationCheck]) -> tuple[NotChecked, ...]:
    names = {medication.reference: medication.text for medication in taken}
    found: dict[str, NotChecked] = {}
    for check in checks:
        if check.status != "checked":
            found.setdefault(
                check.reference, NotChecked(f"{names.get(check.reference, check.reference)} ({check.reference})", check.reason)
            )
    return tuple(found.values())

"""The functions that others call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.contraindications.answers import ContraindicationAnswer, Explanation, Screening
from tools.contraindications.index import Ready, ReadyDuplicate, ReadyRule, shipped
from tools.contraindications.model import LIST, ContraindicationFile
from tools.contraindications.screening import screen, worst
from tools.contraindications.wording import named


def check_medications(medications: Sequence[MedicationUse], facts: Facts) -> Screening:
    """Screen a regimen: every medicine against the patient, and against the others for duplicates and omissions.

    Args:
        medications: current, uncertain and proposed medicines with their kinds resolved. Those that are not among
            `facts.medications` (by reference) are added to them, so that companions and doses are seen.
        facts: the patient at `facts.as_of`. Allergies without kinds cannot be screened; the caller lists them.

    Returns:
        Issues, gravest first, each with the facts that bear it and the data that were missing. A medicine without kinds is
        `not_checked`; one with an unrecognised component is `partly_checked`.
    """
    return screen(shipped(), medications, facts)


def check_contraindications(medication: MedicationUse, facts: Facts) -> ContraindicationAnswer:
    """Screen one medicine, as the tool of that name answers.

    Args:
        medication: with its kinds resolved; `currency="proposed"` asks about a start.
        facts: the patient; other medicines in it serve as companions and are not screened themselves, except as partners of
            a duplicate.

    Returns:
        `found`, `nothing_found`, or `not_checked` with the reason when the medicine was not recognised or is no longer taken.
    """
    others = [use for use in facts.medications if use.taken and use.reference != medication.reference]
    screening = screen(shipped(), [medication, *others], facts)
    check = screening.checked[0]
    if check.status == "not_checked":
        return ContraindicationAnswer(outcome="not_checked", checked=(check,), reason=check.reason)
    issues = tuple(issue for issue in screening.issues if medication.reference in issue.medications)
    return ContraindicationAnswer(
        outcome="found" if issues else "nothing_found",
        issues=issues,
        checked=(check,),
        knowledge=screening.knowledge,
        reason=check.reason,
    )


def barred(
    kinds: frozenset[str], facts: Facts, ingredients: Iterable[str] = (), route: str | None = None, name: str = "this medicine"
) -> Issue | None:
    """The gravest reason not to propose a medicine of these kinds, or `None`.

    Args:
        kinds: ingredient and class names of the medicine in mind.
        facts: the patient. Rules on the dose of that very medicine see no dose and hold where they would without one.
        ingredients: its ingredient names, for allergies to one ingredient; without them an allergy counts as the same when the
            medicine has every kind that the allergy names.
        route: the route in mind; `None` counts as systemic.
        name: what the sentences of the issue call it.

    Returns:
        A contraindicated or major issue that is known to hold. What is merely missing (a potassium value before an ACE inhibitor,
        the state of pregnancy) bars nothing: it is asked for when the medicine is proposed.
    """
    use = MedicationUse(
        name,
        "",
        ingredients=tuple(Ingredient(name) for name in ingredients),
        kinds=kinds,
        currency="proposed",
        route=route,
    )
    return worst(shipped(), use, facts)


def review_allergies(facts: Facts) -> tuple[Issue, ...]:
    """Labels on the allergy list that are worth a second look whatever is prescribed: counsel, never a bar.

    Returns:
        Issues without medicines, each with the reference of the allergy. Empty means that no rule speaks of these allergies.
    """
    survey = screen(shipped(), [MedicationUse(LIST, "the allergy list", kinds=frozenset({LIST}))], facts)
    return tuple(msgspec.structs.replace(issue, medications=()) for issue in survey.issues if issue.code == "ALGY")


def documents() -> tuple[ContraindicationFile, ...]:
    """The active knowledge files."""
    return shipped().files


def knows(rule_id: str, version: str) -> bool:
    """Whether a rule or file of that id ships in that version."""
    ready = shipped().statement(rule_id)
    if ready is not None:
        return ready.file.version == version
    return any(file.id == rule_id and file.version == version for file in shipped().files)


def explain(rule_id: str) -> Explanation | None:
    """The rule of that id with its conditions and sources; `None` where there is none."""
    ready = shipped().statement(rule_id)
    return None if ready is None else _explanation(ready)


def _explanation(ready: Ready) -> Explanation:
    statement = ready.statement
    rule = ready.rule if isinstance(ready, ReadyRule) else None
    kind: str = "pregnancy"
    subject: tuple[str, ...] = ("teratogens",)
    if rule is not None:
        kind, subject = rule.kind, rule.subject
    elif isinstance(ready, ReadyDuplicate):
        kind, subject = "duplicate", (ready.duplicate.of,)
    allergy = (msgspec.json.encode({"allergy": rule.allergy}).decode(),) if rule is not None and rule.allergy else ()
    return Explanation(
        id=statement.id,
        version=ready.file.version,
        file=ready.file.id,
        kind=kind,
        subject=subject,
        severity=statement.severity,
        consequence=named(statement.consequence, subject),
        action=named(statement.action, subject),
        alternatives=statement.alternatives,
        applies=statement.applies,
        when=(*allergy, *(msgspec.json.encode(clause).decode() for clause in (rule.when if rule else ()))),
        grade=statement.grade,
        confidence=statement.confidence,
        interpretation=ready.file.interpretation,
        evidence=ready.citations,
    )

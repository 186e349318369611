"""The questions that other parts ask."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tools.clinical.answer import KnowledgeRef, NotChecked, Outcome
from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions.answers import Explanation, InteractionAnswer, Screening
from tools.interactions.index import Ready, ReadyCombination, ReadyRule, shipped
from tools.interactions.model import TIER_OF, InteractionFile
from tools.interactions.screening import screen
from tools.interactions.wording import worded


def check_regimen(medications: Sequence[MedicationUse], facts: Facts) -> Screening:
    """Check a regimen against itself.

    Args:
        medications: what is or would be taken, with `kinds` and `complete` from the terminology; names are not resolved here.
        facts: the patient; its medicines are replaced by `medications`, also where a clause asks for a third one.

    Returns:
        Every issue, those kept out of sight included, and for each medicine whether it could be looked at.
    """
    asked = tuple(medications)
    return screen(shipped(), asked, facts if facts.medications == asked else facts.but(medications=asked))


def check_interactions(medications: Sequence[MedicationUse], facts: Facts) -> InteractionAnswer:
    """The public tool: a regimen as it stands, without what a plan in the making would start."""
    screening = check_regimen(medications, replace(facts, started=frozenset()))
    texts = {use.reference: use.text for use in medications}
    unchecked = [check for check in screening.checked if check.status == "not_checked"]
    not_checked = tuple(NotChecked(texts[check.reference] or check.reference, check.reason) for check in unchecked)
    outcome: Outcome = "found" if screening.issues else "not_checked" if not_checked or not screening.checked else "nothing_found"
    return InteractionAnswer(outcome, screening.issues, screening.checked, not_checked, screening.knowledge)


def explain(rule_id: str) -> Explanation:
    """A rule in words, with its sources.

    Raises:
        OutOfScopeError: no rule has that id.
    """
    ready = shipped().by_id.get(rule_id)
    if ready is None:
        raise OutOfScopeError(f"no interaction rule is called {rule_id!r}")
    statement = ready.statement
    names = tuple((subject,) for subject in _subjects(ready))
    return Explanation(
        ready.ref,
        ready.file.title,
        _subjects(ready),
        statement.severity,
        statement.tier or TIER_OF[statement.severity],
        statement.mechanism,
        statement.onset or "",
        worded(statement.consequence, names),
        worded(statement.action, names),
        statement.alternatives,
        tuple(f"{change.to}: {change.because}" for change in statement.changes),
        ready.citations,
    )


def _subjects(ready: Ready) -> tuple[str, ...]:
    if isinstance(ready, ReadyRule):
        return ready.rule.between
    assert isinstance(ready, ReadyCombination)
    return (*ready.combination.all_of, *sorted(ready.counted))


def documents() -> tuple[InteractionFile, ...]:
    """The files in force."""
    return shipped().files


def knowledge_refs() -> tuple[KnowledgeRef, ...]:
    """Every rule by id and version, and this knowledge as a whole."""
    index = shipped()
    return (index.ref, *(ready.ref for ready in index.by_id.values()))


def knows(name: str, version: str) -> bool:
    """Whether a rule (or this knowledge as a whole) is in force in exactly that version."""
    index = shipped()
    ready = index.by_id.get(name)
    return version == (ready.ref.version if ready else index.ref.version if name == index.ref.id else None)

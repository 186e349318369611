"""What the interaction check answers with."""

from __future__ import annotations

from msgspec import Struct

from tools.clinical.answer import Citation, Issue, KnowledgeRef, MedicationCheck, NotChecked, Outcome


class Screening(Struct, frozen=True):
    """A regimen checked against itself. Suppressed issues are among `issues`, with the reason in `suppressed`."""

    issues: tuple[Issue, ...]
    checked: tuple[MedicationCheck, ...]
    knowledge: tuple[KnowledgeRef, ...]


class InteractionAnswer(Struct, frozen=True):
    """The public answer: `not_checked` when any medicine could not be looked at and nothing was found among the others."""

    outcome: Outcome
    issues: tuple[Issue, ...]
    checked: tuple[MedicationCheck, ...]
    not_checked: tuple[NotChecked, ...]
    knowledge: tuple[KnowledgeRef, ...]


class Explanation(Struct, frozen=True):
    """A rule in words: what it is about, how grave, what changes that, on whose word."""

    rule: KnowledgeRef
    title: str
    subjects: tuple[str, ...]
    severity: str
    tier: str
    mechanism: str
    onset: str
    consequence: str
    action: str
    alternatives: tuple[str, ...]
    changes: tuple[str, ...]
    evidence: tuple[Citation, ...]

"""What this tool answers with."""

from __future__ import annotations

from msgspec import Struct

from tools.clinical.answer import Citation, Issue, KnowledgeRef, MedicationCheck, Outcome


class Screening(Struct, frozen=True):
    """Issues, gravest first; for every medicine whether it was checked; the files whose rules were asked."""

    issues: tuple[Issue, ...]
    checked: tuple[MedicationCheck, ...]
    knowledge: tuple[KnowledgeRef, ...]


class ContraindicationAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer of the public tool. `not_checked` is never the same as nothing found; `reason` says why."""

    outcome: Outcome
    issues: tuple[Issue, ...] = ()
    checked: tuple[MedicationCheck, ...] = ()
    knowledge: tuple[KnowledgeRef, ...] = ()
    reason: str = ""


class Explanation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A rule as a reader may ask for it: what it says, when it holds in the words of the file, and on whose word."""

    id: str
    version: str
    file: str
    kind: str
    subject: tuple[str, ...]
    severity: str
    consequence: str
    action: str
    alternatives: tuple[str, ...] = ()
    applies: str = "start-and-continue"
    when: tuple[str, ...] = ()
    grade: str = ""
    confidence: str = "probable"
    interpretation: str = ""
    evidence: tuple[Citation, ...] = ()

"""What every tool answers with: found, nothing found, or not checked, of each medicine too; and the issue that a check can raise."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

IssueCode = Literal["DRG", "DUPTHPY", "ALGY", "COND", "AGE", "PREG", "LACT", "DOSE", "LAB", "GEN", "DATA", "PROC", "OMIT"]
Severity = Literal["contraindicated", "major", "moderate", "minor"]
Indicator = Literal["critical", "warning", "info"]
Outcome = Literal["found", "nothing_found", "not_checked"]
Tier = Literal["hard-stop", "interruptive", "inline", "on-request"]
"""How a finding is shown: it stops, it asks for a reason, it stands beside the line, or it is told when asked for."""


class KnowledgeRef(Struct, frozen=True, omit_defaults=True):
    """A rule or document that was used, by id and version."""

    id: str
    version: str


class Citation(Struct, frozen=True, omit_defaults=True):
    """Where a statement comes from, precise enough to find it again."""

    id: str
    version: str
    title: str = ""
    publisher: str = ""
    year: int | None = None
    locator: str = ""
    grade: str = ""
    confidence: str = "probable"


class Issue(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A detected issue (HL7 v3 ActCode kinds) between medicines, or between a medicine and the patient.

    Attributes:
        participants: ingredient names (or problem, allergen names) concerned.
        interruptive: ask for a reason before signing.
        suppressed: why it is kept out of sight (it stays in the ledger); empty when shown.
        facts: references of the record that bear it.
        medications: references of the medicines concerned (record references, or `item:ID` for proposed ones).
        missing: data that could have changed the severity and was not there.
        blocks_start_only: applies to a new order; never propose an abrupt stop because of it.
    """

    code: IssueCode
    severity: Severity
    indicator: Indicator
    interruptive: bool
    participants: tuple[str, ...]
    consequence: str
    action: str
    rule: KnowledgeRef
    mechanism: str = ""
    alternatives: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()
    facts: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    suppressed: str = ""
    blocks_start_only: bool = False


class NotChecked(Struct, frozen=True, omit_defaults=True):
    """Something that could not be looked at, and why."""

    what: str
    why: str


class MedicationCheck(Struct, frozen=True, omit_defaults=True):
    """Whether a tool could look at one medicine; `reason` says why not, or what is wanting."""

    reference: str
    status: Literal["checked", "partly_checked", "not_checked"]
    reason: str = ""


SEVERITIES: tuple[Severity, ...] = ("minor", "moderate", "major", "contraindicated")
INDICATOR_OF: dict[Severity, Indicator] = {"contraindicated": "critical", "major": "warning", "moderate": "warning", "minor": "info"}
"""How CDS Hooks shows a severity, where no discipline of alerts says otherwise."""


def severity_rank(severity: Severity) -> int:
    """0 for minor up to 3 for contraindicated."""
    return SEVERITIES.index(severity)

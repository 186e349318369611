"""The tree of errors, whole.

    PlannerError
    ├── ClinicalError            raised by tools and policies
    │   ├── KnowledgeError       a file is malformed: start-up stops, the message names the file
    │   ├── UnitMismatchError    two quantities cannot be compared
    │   └── OutOfScopeError      the tool does not cover this patient: shown to the human
    ├── RecordError              the bundle cannot be read: the caller is told the entry
    ├── DraftError               the model refused or answered out of shape: drafted again, then by rules
    └── DecisionError            late, stale, unknown or unauthorised: nothing happens, the caller is told

No message carries text of the patient's record; entries and fields are named by position and path.
"""

from __future__ import annotations

from tools.clinical.errors import ClinicalError, KnowledgeError, OutOfScopeError, PlannerError, UnitMismatchError

__all__ = [
    "ClinicalError",
    "DecisionError",
    "DraftError",
    "KnowledgeError",
    "OutOfScopeError",
    "PlannerError",
    "RecordError",
    "UnitMismatchError",
]


class RecordError(PlannerError):
    """The record cannot be read. The message names entry and field and the way out."""


class DraftError(PlannerError):
    """A drafter gave no usable draft."""


class DecisionError(PlannerError):
    """A decision changed nothing: `reason` says why (`unknown`, `late`, `stale`, `unauthorised`, `incomplete`, `locked`)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

"""The tree of errors, whole.

    PlannerError
    ├── ClinicalError            raised by tools and policies
    │   ├── KnowledgeError       a file is malformed: start-up stops, the message names the file
    │   ├── UnitMismatchError    two quantities cannot be compared
    │   └── OutOfScopeError      the tool does not cover this patient: shown to the human
    ├── RecordError              the bundle cannot be read: the caller is told the entry
    ├── DraftError               the model refused or answered out of shape: drafted again, then by rules
    ├── DecisionError            late, stale, unknown or unauthorised: nothing happens, the caller is told
    └── StoreError               the state folder cannot be read or written: the message names the folder and the way out

No message carries text of the patient's record; entries and fields are named by position and path.
"""

from __future__ import annotations

from pathlib import Path

from tools.clinical.errors import ClinicalError, KnowledgeError, OutOfScopeError, PlannerError, UnitMismatchError

__all__ = [
    "ClinicalError",
    "DecisionError",
    "DraftError",
    "KnowledgeError",
    "OutOfScopeError",
    "PlannerError",
    "RecordError",
    "StoreError",
    "UnitMismatchError",
    "place_of",
]


class RecordError(PlannerError):
    """The record cannot be read. The message names entry and field and the way out."""


class DraftError(PlannerError):
    """A drafter gave no usable draft."""


class DecisionError(PlannerError):
    """A decision changed nothing. `reason` says why, in one word that faces may turn into a status code.

    `malformed` (not a submission), `unknown` (no such plan, interrupt, item or issue), `late` (finished or expired), `stale`
    (the plan or the record is no longer what was shown), `double` (already decided), `unauthorised` (this role, or this
    person, may not), `incomplete` (an item is left out, decided twice, or must be approved by name), `unreasoned` (a reason
    is missing or not on the list), `not-editable` (such an edit is not possible), `locked` (another decision is under way).
    `changes` are the cited facts of the record that differ, where that is why: references and values, to be shown and not to be logged.
    """

    def __init__(self, reason: str, message: str, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.changes = changes


class StoreError(PlannerError):
    """The state folder failed. `reason`: `read-only`, `full`, `locked`, `corrupt`, `missing` or `unavailable`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def place_of(error: BaseException) -> str:
    """Kind and place of an error, without its message: that may quote a record."""
    step = error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    return f"{type(error).__name__} at {Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}" if step else type(error).__name__

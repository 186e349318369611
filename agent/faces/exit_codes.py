"""What the command line ends with. One constant each; a number is never given to something else."""

from __future__ import annotations

from agent.errors import (
    DecisionError,
    DraftError,
    KnowledgeError,
    OutOfScopeError,
    PlannerError,
    RecordError,
    StoreError,
    UnitMismatchError,
)

DONE = 0
USAGE = 2
"""The command was not written as `--help` says."""
UNREADABLE = 3
"""The input cannot be read; the message names entry and field."""
SET_ASIDE = 4
"""Done, with entries of the input set aside and listed."""
KNOWLEDGE = 10
"""A knowledge file is malformed, or one of its own cases does not come out."""
NO_DRAFT = 11
"""The drafter gave no usable draft."""
DECISION_REFUSED = 12
"""A decision changed nothing: unknown, late, stale, unauthorised or incomplete."""
STORE = 13
"""The state folder cannot be read or written."""
OUT_OF_SCOPE = 14
"""The tool does not cover this patient or this input."""
BAD_QUANTITY = 15
"""A quantity has no number, no unit, or one that cannot be compared."""
NOT_WRITTEN = 16
"""The output file cannot be written."""
NON_CONFORMING = 17
"""`conformance` found a promise that does not hold."""
UNKNOWN_NAME = 18
"""No tool, and no knowledge file, of that name."""
FAULT = 19
"""A fault of this program; nothing was done."""

_CODES: tuple[tuple[type[PlannerError], int], ...] = (
    (RecordError, UNREADABLE),
    (KnowledgeError, KNOWLEDGE),
    (DraftError, NO_DRAFT),
    (DecisionError, DECISION_REFUSED),
    (StoreError, STORE),
    (OutOfScopeError, OUT_OF_SCOPE),
    (UnitMismatchError, BAD_QUANTITY),
)


def exit_code(error: PlannerError) -> int:
    """The code for an error of the tree in `agent.errors`."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAULT)

"""What tools and policies raise.

    PlannerError
    └── ClinicalError
        ├── KnowledgeError        a knowledge file is malformed: start-up stops, the message names the file
        ├── UnitMismatchError     two quantities cannot be compared
        └── OutOfScopeError       the tool does not cover this patient: shown to the human

Findings are values, not errors. The agent adds its own branches in `agent.errors`. What is wrong with a knowledge file is gathered as
sentences (`faults_of`), so that all of it is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class PlannerError(Exception):
    """Root of every error that this project raises on purpose."""


class ClinicalError(PlannerError):
    """A tool or a policy cannot give an answer."""


class KnowledgeError(ClinicalError):
    """A knowledge file is malformed; the message names the file and all of its faults."""


class UnitMismatchError(ClinicalError):
    """Two quantities have no common unit, or a unit is not known."""


class OutOfScopeError(ClinicalError):
    """The tool does not cover this patient or this input."""


def faults_of(read: Callable[[T], object], given: Iterable[T]) -> list[str]:
    """What a reader says of each of the values that it refuses, in its own words; a reader refuses by raising `ClinicalError`."""
    found = []
    for value in given:
        try:
            read(value)
        except ClinicalError as error:
            found.append(str(error))
    return found

"""What tools and policies raise.

    PlannerError
    └── ClinicalError
        ├── KnowledgeError        a knowledge file is malformed: start-up stops, the message names the file
        ├── UnitMismatchError     two quantities cannot be compared
        └── OutOfScopeError       the tool does not cover this patient: shown to the human

Findings are values, not errors. The agent adds its own branches in `agent.errors`.
"""


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

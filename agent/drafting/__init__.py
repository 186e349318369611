"""Who writes the draft: one protocol, the embedded rules, and (an option) a language model."""

from __future__ import annotations

from typing import Protocol

from agent.case import Case
from tools.clinical.plan import Plan


class Drafter(Protocol):
    """Turns a case into a draft plan: items, problems, questions; no issues, no ledger, no disposition, no digest."""

    def draft(self, case: Case) -> Plan:
        """A draft for this case. Raises DraftError when none can be made."""

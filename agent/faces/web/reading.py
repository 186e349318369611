"""Plans made ready for reading; the facts of a record are read once and kept for the next page."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from agent.behind import Behind
from agent.case import Case
from agent.faces.web.plan_view import PlanPage
from agent.review import Reviewer
from agent.shown import Shown
from tools.clinical.facts import Facts

_KEPT = 64
"""So many records at most; the one that was not looked at longest goes first."""


@dataclass
class Readings:
    """The records that were looked at last."""

    _facts: OrderedDict[tuple[str, str, str | None], Facts] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def page(self, shown: Shown, behind: Behind, reader: Reviewer) -> PlanPage:
        """A plan for one reader."""
        return PlanPage(shown.plan, shown=shown, reader=reader, facts=self._facts_of(behind), behind=behind)

    def _facts_of(self, behind: Behind) -> Facts:
        key = (behind.source, behind.as_of.isoformat(), behind.patient)
        with self._lock:
            found = self._facts.get(key)
        found = found or Case(behind.record, behind.as_of, behind.patient).facts
        with self._lock:
            self._facts[key] = found
            self._facts.move_to_end(key)
            while len(self._facts) > _KEPT:
                self._facts.popitem(last=False)
        return found

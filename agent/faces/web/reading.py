"""Plans made ready for reading; the facts of a record are read once and kept for the next page, and so is a page."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.behind import Behind
from agent.case import Case
from agent.faces.web.plan_view import PlanPage
from agent.faces.web.rendered import Rendered
from agent.review import Reviewer
from agent.shown import Shown
from agent.store.lately import Lately
from tools.clinical.facts import Facts

_KEPT = 64
"""So many records at most."""


@dataclass
class Readings:
    """The records and the pages that were looked at last."""

    rendered: Rendered = field(default_factory=Rendered)
    _facts: Lately[tuple[str, str, str | None], Facts] = field(default_factory=lambda: Lately(_KEPT))

    def page(self, shown: Shown, behind: Behind, reader: Reviewer) -> PlanPage:
        """A plan for one reader."""
        return PlanPage(shown.plan, shown=shown, reader=reader, facts=self._facts_of(behind), behind=behind)

    def _facts_of(self, behind: Behind) -> Facts:
        key = (behind.source, behind.as_of.isoformat(), behind.patient)
        return self._facts.get(key, lambda: Case(behind.record, behind.as_of, behind.patient).facts)

"""A line on a pair of which one is a short course: due while the course runs, asked about where it is over by the record.

A course is short where one order, or orders of the same week, cover three weeks at most: an antibiotic, an antifungal, a steroid for a
flare. A month's supply, or an order after another within a quarter, is a treatment that goes on. Decisions of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agent import wording
from agent.case import Case
from agent.drafting.items import due_on
from agent.drafting.workbook import Entry, Workbook
from tools.clinical.facts import MedicationUse

_SHORT_DAYS, _WEEK, _QUARTER = 21, 7, 90


def in_time(book: Workbook, case: Case, entry: Entry, uses: Sequence[MedicationUse]) -> Entry:
    """The line as it stands beside short courses: at this visit, and where one is over by the record, waiting for the answer whether it is."""
    courses = {use.reference: (use.text, end) for use in uses if (end := course_end(use)) is not None}
    for reference, (text, end) in courses.items():
        said = f"The course of {text} ends on {end.isoformat()}."
        if end < case.as_of:
            about = f"whether {text} is over"
            said = f"The course of {text} ended on {end.isoformat()} by the record; this holds only where it still runs."
            book.ask(said, about=about, facts=(reference,))
            entry = entry.with_(waits_for=(*entry.waits_for, about))
        entry = entry.with_(due=due_on(case, 0), change=f"{wording.sentence(entry.change)} {said}")
    return entry


def course_end(use: MedicationUse) -> date | None:
    """The last day of a short course; `None` where the record does not show that it is one."""
    last, end = use.last_ordered, use.supplied_until
    if last is None or end is None or use.regimen.as_needed or not 0 <= (end - last).days <= _SHORT_DAYS:
        return None
    return None if any(_WEEK < (last - day).days <= _QUARTER for day in use.dates) else end

"""Feedback is counted by rule in both databases; sent twice, it counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.store.feedback import Feedback, FeedbackBook, RuleCount, ShownCard
from agent.store.opening import open_database

AT = "2026-11-20T10:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> FeedbackBook:
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    return FeedbackBook(open_database(tmp_path / "home"))


def test_it_is_counted_once_by_rule_outcome_and_reason(book: FeedbackBook) -> None:
    book.note_shown(ShownCard(id=f"c{n}", service="s", rule="r", version="1.0.0", indicator="warning", at=AT) for n in range(3))
    said = [
        Feedback(card="c0", outcome="overridden", reason="will-monitor", commented=True, at=AT),
        Feedback(card="c1", outcome="overridden", reason="", commented=False, at=AT),
        Feedback(card="c2", outcome="accepted", reason="", commented=False, at=AT),
        Feedback(card="c9", outcome="accepted", reason="", commented=False, at=AT),
    ]
    assert [book.note_feedback("s", said), book.note_feedback("s", said)] == [3, 3]
    assert FeedbackBook(book.database).counts() == (
        RuleCount(rule="r", shown=3, accepted=1, overridden=2, commented=1, reasons={"will-monitor": 1}),
    )

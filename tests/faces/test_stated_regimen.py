"""How often, as a caller writes it in a line; what is open stays open."""

from __future__ import annotations

from datetime import date

import pytest

from agent.context_facts import understand
from agent.faces.answering.shapes import Context
from agent.stated_regimen import stated_interval


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("simvastatin 40 mg daily", "24 h"),
        ("simvastatin 40 mg once daily", "24 h"),
        ("simvastatin 40 MG at bedtime", "24 h"),
        ("metformin 500 mg BID", "12 h"),
        ("metformin 500 mg twice a day", "12 h"),
        ("ibuprofen 600 mg TID", "8 h"),
        ("cephalexin 500 mg q6h", "6 h"),
        ("cephalexin 500 mg every 6 hours", "6 h"),
        ("methotrexate 15 mg once weekly", "1 wk"),
    ],
)
def test_a_plain_interval_is_read(text: str, interval: str) -> None:
    assert str(stated_interval(text)) == interval


@pytest.mark.parametrize(
    "text",
    [
        "simvastatin 40 mg",
        "ibuprofen 600 mg TID as needed",
        "metformin 500 mg 2 tablets daily",
        "prednisone taper daily",
        "digoxin 0.125 mg every other day",
        "x daily or weekly",
    ],
)
def test_what_is_open_stays_open(text: str) -> None:
    assert stated_interval(text) is None


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("simvastatin 40 mg daily", "40 mg/d"),
        ("metformin 500 mg BID", "1000 mg/d"),
        ("simvastatin 40 mg", None),
        ("amoxicillin 250 MG/5ML daily", None),
    ],
)
def test_the_daily_amount_follows_where_the_line_names_both(text: str, daily: str | None) -> None:
    use = understand(Context(), date(2026, 11, 20), medications=[text]).facts.medications[0]
    assert (None if use.regimen.daily is None else str(use.regimen.daily)) == daily

"""Decisions said in the conversation count as those of the pages do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from agent.chat.answers import answer
from agent.chat.deciding import LateSigner, decision_said
from agent.chat.session import Session
from agent.desk import Desk
from agent.review import Edit, Reviewer
from scenarios.builders import bundle, condition, medication, observation, patient
from tools.clinical.plan import PlanQuantity

DAY = date(2026, 11, 1)


def record() -> bytes:
    return orjson.dumps(
        bundle(
            patient(sex="female", age=67, as_of=DAY),
            condition("type-2-diabetes"),
            medication("metformin 500 MG Oral Tablet", dose="500 mg", per="12 h", ordered=date(2026, 9, 20)),
            observation("hba1c", "8.4 %", when=date(2026, 10, 20)),
            observation("serum-creatinine", "0.9 mg/dL", when=date(2026, 10, 20)),
        )
    )


def test_without_a_name_nothing_is_decided() -> None:
    reply = answer(Session(record(), DAY), "/approve i1")
    assert not reply.understood
    assert "Nobody is named" in reply.lines[0]


def test_decisions_of_the_conversation_reach_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path))
    talk = Session(record(), DAY)
    talk.signer = LateSigner(talk, Reviewer("dr-1", "physician"))
    first, second = (item.id for item in talk.plan.items[:2])
    answer(talk, f"/approve {first}")
    answer(talk, f"/reject {second} already-done: last week")
    (waiting,) = Desk().list()
    standing = Desk().show(waiting.id).standing
    assert (set(standing.approved), set(standing.rejected)) == ({first}, {second})
    assert "double" in answer(talk, f"/reject {first} already-done").lines[0]


@pytest.mark.parametrize("line", ["/reject i1", "/reject i1 because", "/edit i1", "/edit i1 much", "/approve everything"])
def test_half_a_decision_is_answered_with_how_to_write_one(line: str) -> None:
    talk = Session(record(), DAY)
    talk.signer = LateSigner(talk, Reviewer("dr-1", "physician"))
    reply = answer(talk, line)
    assert not reply.understood
    assert "for instance" in reply.lines[0]


def test_an_edit_is_read_with_its_interval_and_reason() -> None:
    said = decision_said("edit", "i4 75 mg every 24 hours because dose-adjusted: slow pulse")
    assert said == Edit(item="i4", reason="dose-adjusted", text="slow pulse", amount=PlanQuantity("75", "mg"), per="24 h")


def test_a_dose_that_is_one_or_a_thousand_is_not_taken_for_either() -> None:
    talk = Session(record(), DAY)
    talk.signer = LateSigner(talk, Reviewer("dr-1", "physician"))
    reply = answer(talk, "/edit i1 1,000 mg every 12 h")
    assert "a thousand in another" in reply.lines[0]

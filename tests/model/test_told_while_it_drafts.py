"""In a conversation, each step is told as it is done, and what is awaited of a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.case import Case
from agent.chat.session import Session
from agent.faces.cli_chat import converse
from tests.model.scripted import AS_OF, Server, configure
from tests.model.test_model_drafter import answer, says


@pytest.fixture
def configured(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """The server as the site's model."""
    configure(server, tmp_path, monkeypatch)
    return server


def test_what_is_awaited_of_a_model_is_told_between_the_steps(
    configured: Server, example: Case, example_bytes: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    says(configured, "nonsense", answer(example))
    session = Session(example_bytes, AS_OF, drafter="model")
    converse(session, ["/quit"])
    told = [line.strip() for line in capsys.readouterr().err.splitlines()]
    asked, answered = "small-one is asked", "small-one has answered"
    assert told[told.index(asked) : told.index(asked) + 5] == [asked, answered, asked, answered, "the plan is drafted"]
    assert session.plan.drafter.kind == "model"


def test_what_is_supposed_is_planned_by_the_rules(configured: Server, example: Case, example_bytes: bytes) -> None:
    says(configured, answer(example))
    session = Session(example_bytes, AS_OF, drafter="model")
    assert session.plan.drafter.kind == "model"
    asked = len(configured.requests)
    assert session.plan_of(example_bytes).drafter.kind == "rules"
    assert len(configured.requests) == asked

"""The commands of whoever runs it: configuration, tokens, statistics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main
from agent.faces.web.tokens import Tokens
from agent.store.feedback import Feedback, FeedbackBook, ShownCard
from agent.store.opening import open_database
from agent.store.place import state_folder

AT = "2026-11-20T10:00:00+00:00"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_the_configuration_in_force_is_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("config", "show") == exit_codes.DONE
    assert json.loads(capsys.readouterr().out)["server"]["host"] == "127.0.0.1"


def test_a_faulty_configuration_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "carewright.toml"
    file.write_text("[limits]\nbody_bytes = 0\n")
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(file))
    assert run("config", "check") == exit_codes.STORE
    assert "limits.body_bytes is 0; a limit is above 0" in capsys.readouterr().err
    file.write_text("[limits]\nbody_bytes = 1\n")
    assert run("config", "check") == exit_codes.DONE


def test_a_token_is_told_once_and_can_be_voided(capsys: pytest.CaptureFixture[str]) -> None:
    tokens = Tokens(state_folder() / "tokens.json")
    assert run("token", "add", "robot", "--role", "service") == exit_codes.DONE
    secret = capsys.readouterr().out.strip()
    assert (who := tokens.who(secret)) is not None
    assert (who.id, who.role) == ("robot", "service")
    assert run("token", "remove", "robot") == exit_codes.DONE
    assert tokens.who(secret) is None
    assert run("token", "remove", "robot") == exit_codes.DECISION_REFUSED
    assert run("token", "add", "robot", "--role", "wizard") == exit_codes.DECISION_REFUSED


def test_statistics_put_the_most_overridden_rule_first(capsys: pytest.CaptureFixture[str]) -> None:
    book = FeedbackBook(open_database())
    rules = ("calm", "noisy", "noisy")
    book.note_shown(
        ShownCard(id=f"c{n}", service="s", rule=rule, version="1.0.0", indicator="warning", at=AT) for n, rule in enumerate(rules)
    )
    said = [Feedback(card=f"c{n}", outcome="overridden", reason="will-monitor", commented=False, at=AT) for n in (1, 2)]
    assert book.note_feedback("s", [*said, Feedback(card="c0", outcome="accepted", reason="", commented=False, at=AT)]) == 3
    assert run("statistics") == exit_codes.DONE
    assert capsys.readouterr().out.splitlines()[1:] == ["noisy\t2\t0\t2\t100%\twill-monitor 2", "calm\t1\t1\t0\t0%\t"]
    assert run("statistics", "--format", "json") == exit_codes.DONE
    assert [c["rule"] for c in json.loads(capsys.readouterr().out)] == ["noisy", "calm"]


def test_feedback_of_another_service_is_not_known() -> None:
    book = FeedbackBook(open_database())
    book.note_shown([ShownCard(id="c1", service="s", rule="r", version="1", indicator="info", at=AT)])
    assert book.note_feedback("t", [Feedback(card="c1", outcome="accepted", reason="", commented=False, at=AT)]) == 0

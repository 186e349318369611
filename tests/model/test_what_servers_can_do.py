"""What a server can do is found out once, kept, and said in words where it is the reader's to mend."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.drafting.capabilities import FILE, KNOWN
from agent.faces.cli import main
from tests.model.capable import capable
from tests.model.scripted import Server, completion, configure
from tests.model.test_model_drafter import answer


def test_what_was_found_out_is_known_to_the_next_process(server: Server, drafter: ModelDrafter, example: Case, tmp_path: Path) -> None:
    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        return (400, b"{}") if "response_format" in request else (200, completion(answer(example)))

    server.reply = reply
    kept = ModelDrafter(structs.replace(drafter.settings, log=tmp_path / "sent.jsonl"))
    first = kept.draft(example)
    KNOWN.clear()
    second = kept.draft(example)
    assert (first.drafter.report.calls, second.drafter.report.calls) == (3, 1)
    assert json.loads((tmp_path / FILE).read_bytes()) == {server.url: {"scripted": {"form": "text"}}}
    (tmp_path / FILE).write_text("{")
    KNOWN.clear()
    assert kept.draft(example).drafter.report.calls == 3


@pytest.mark.parametrize(
    ("refuses", "sent", "not_sent"), [("max_tokens", "max_completion_tokens", "max_tokens"), ("temperature", "max_tokens", "temperature")]
)
def test_a_wish_that_a_hosted_model_refuses_is_left_out(
    refuses: str, sent: str, not_sent: str, server: Server, drafter: ModelDrafter, example: Case
) -> None:
    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        error = {"message": "Unsupported parameter", "type": "invalid_request_error", "param": refuses, "code": "unsupported_parameter"}
        return (400, json.dumps({"error": error}).encode()) if refuses in request else (200, completion(answer(example)))

    server.reply = reply
    plan = drafter.draft(example)
    assert (plan.drafter.kind, plan.drafter.report.calls) == ("model", 2)
    last = json.loads(server.requests[-1])
    assert sent in last
    assert not_sent not in last
    assert last["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "the server answered 401: it does not accept the key"),
        (404, "the server answered 404: it does not know the model, or the url does not end in /v1"),
        (418, "the server answered 418"),
    ],
)
def test_what_is_the_readers_to_mend_is_said_after_one_call(
    status: int, says: str, server: Server, drafter: ModelDrafter, example: Case
) -> None:
    server.reply = lambda _request, _handler: (status, b"{}")
    plan = drafter.draft(example)
    assert (plan.drafter.fell_back, plan.drafter.report.calls) == (says, 1)


def test_a_model_is_greeted_without_a_word_of_a_patient(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, tmp_path, monkeypatch)
    server.reply = capable
    with pytest.raises(SystemExit, match="0"):
        main(["config", "model"])
    told = capsys.readouterr().err
    assert f"small-one at {server.url} (this-machine), permitted" in told
    assert "it answered '{\"ready\": true}' in " in told
    assert "form: json_schema; streams" in told
    assert [len(json.loads(body)["messages"][1]["content"]) for body in server.requests] == [len('{"question": "Are you ready?"}')]


def test_a_server_that_refuses_the_key_is_named_before_any_patient_is_planned(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, tmp_path, monkeypatch)
    server.reply = lambda _request, _handler: (401, b"{}")
    with pytest.raises(SystemExit, match="11"):
        main(["config", "model"])
    assert "the server answered 401: it does not accept the key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('url = "ftp://127.0.0.1/v1"', "model.url is 'ftp://127.0.0.1/v1'; it begins with http:// or https://"),
        ('url = "http://127.0.0.1/v1"\nkey_file = "/not/there"', "the key_file of the model cannot be read"),
        ('url = "http://127.0.0.1/v1"\nprivacy = "/not/there"', "the privacy file of CAREWRIGHT_PRIVACY cannot be used"),
    ],
)
def test_a_configuration_that_cannot_work_is_found_by_check(
    table: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "carewright.toml").write_text(f'[model]\nname = "m"\n{table}\n')
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(tmp_path / "carewright.toml"))
    for name in ("MODEL_URL", "MODEL", "PRIVACY", "MODEL_KEY"):
        monkeypatch.delenv(f"CAREWRIGHT_{name}", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["config", "check"])
    assert ended.value.code != 0
    assert says in capsys.readouterr().err


def test_what_a_stumble_taught_is_not_kept(server: Server, drafter: ModelDrafter, example: Case, tmp_path: Path) -> None:
    stumbles = [500]
    server.reply = lambda _request, _handler: (stumbles.pop(), b"{}") if stumbles else (200, completion(answer(example)))
    plan = ModelDrafter(structs.replace(drafter.settings, log=tmp_path / "sent.jsonl")).draft(example)
    assert (plan.drafter.kind, plan.drafter.report.calls) == ("model", 2)
    assert not (tmp_path / FILE).exists()

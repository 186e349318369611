"""Which contents may go where, what is shown beforehand, and what is noted of what left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.errors import DraftError
from agent.faces.cli import main
from agent.privacy.endpoint import destination, refused, require_permission, site_permissions
from agent.privacy.sent import sent
from policies.engine import may_send
from policies.model import Endpoint, Policy, Send
from tests.model.scripted import Server, completion
from tests.model.test_model_drafter import answer, says

HOSPITAL = Endpoint(id="e", host="models.hospital.example")


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://models.hospital.example/v1", "in-country"),
        ("https://MODELS.hospital.example:8443/v1", "in-country"),
        ("http://models.hospital.example/v1", "elsewhere"),
        ("https://models.hospital.example.evil.example/v1", "elsewhere"),
        ("https://x.models.hospital.example/v1", "elsewhere"),
        ("https://models.hospital.example@evil.example/v1", "elsewhere"),
        ("http://127.0.0.1/v1", "this-machine"),
    ],
)
def test_only_a_named_host_over_https_is_in_the_country(url: str, where: str) -> None:
    assert destination(url, [HOSPITAL]) == where


@pytest.mark.parametrize(
    ("signed", "may"),
    [
        ("this-machine", {"this-machine"}),
        ("in-country", {"this-machine", "in-country"}),
        ("elsewhere", {"this-machine", "in-country", "elsewhere"}),
    ],
)
def test_what_may_go_far_may_go_near_and_never_the_other_way(signed: Any, may: set[str], tmp_path: Path) -> None:
    file = tmp_path / "privacy.toml"
    file.write_text(
        f'[[send]]\nid = "s"\nto = "{signed}"\nwhat = ["facts", "findings", "options"]\n'
        '[[endpoint]]\nid = "e"\nhost = "models.hospital.example"\n'
    )
    permissions = site_permissions(str(file))
    urls = {
        "this-machine": "http://localhost/v1",
        "in-country": "https://models.hospital.example/v1",
        "elsewhere": "https://api.example/v1",
    }
    assert {place for place, url in urls.items() if not refused(url, permissions)} == may
    for place in urls.keys() - may:
        with pytest.raises(DraftError, match=f"to {place}"):
            require_permission(urls[place], permissions)


def test_a_table_for_facts_allows_no_notes() -> None:
    from policies.engine import Policies

    document = structs.replace(_policy(), send=(Send(id="s", to="in-country", what=("facts",)),))
    rules = Policies((document,))
    assert may_send("in-country", "facts", rules) == "pseudonymised"
    assert [may_send("in-country", what, rules) for what in ("notes", "identifiers", "request-text")] == [None] * 3
    assert may_send("elsewhere", "facts", rules) is None


def _policy() -> Policy:
    from policies.engine import load_policies

    return next(document for document in load_policies().documents if document.id == "privacy")


def test_a_redirect_is_not_followed(server: Server, drafter: ModelDrafter, example: Case, elsewhere: Server) -> None:
    def away(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"{elsewhere.url}/chat/completions")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.reply = away
    says(elsewhere, answer(example))
    plan = drafter.draft(example)
    assert plan.drafter.kind == "rules"
    assert elsewhere.requests == []


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """Another server, which nobody signed for."""
    started = Server()
    yield started
    started.http.shutdown()
    started.http.server_close()


def test_everything_that_left_is_noted_by_its_digest(server: Server, drafter: ModelDrafter, example: Case, tmp_path: Path) -> None:
    log = tmp_path / "state" / "sent.jsonl"
    says(server, "nonsense", answer(example))
    plan = ModelDrafter(structs.replace(drafter.settings, log=log)).draft(example)
    lines = list(sent(log))
    assert len(lines) == len(server.requests) == 2
    assert (lines[0].digest, lines[0].to, lines[0].model) == (plan.drafter.prompt_digest, "this-machine", "scripted")
    assert lines[0].what == ("facts", "findings", "options")
    assert log.stat().st_mode & 0o777 == 0o600
    written = log.read_text()
    assert "otassium" not in written
    assert all(line.host == server.url.split("/")[2] for line in lines)


def test_what_cannot_be_noted_does_not_leave(server: Server, drafter: ModelDrafter, example: Case, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    says(server, answer(example))
    plan = ModelDrafter(structs.replace(drafter.settings, log=tmp_path / "file" / "sent.jsonl")).draft(example)
    assert plan.drafter.fell_back == "what leaves cannot be noted in the log, so nothing was sent"
    assert server.requests == []


def test_the_prompt_is_shown_with_place_contents_and_digest_and_nothing_is_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, example: Case
) -> None:
    server.reply = lambda _request, _handler: (200, completion("x"))
    privacy = tmp_path / "privacy.toml"
    privacy.write_text('[[send]]\nid = "x"\nto = "this-machine"\nwhat = ["facts", "findings", "options"]\n')
    for name, value in {"MODEL_URL": server.url, "MODEL": "m", "PRIVACY": str(privacy), "HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(f"CAREWRIGHT_{name}", value)
    with pytest.raises(SystemExit, match="0"):
        main(["plan", "--example", "--show-prompt"])
    shown = capsys.readouterr()
    assert server.requests == []
    assert f"destination: m at {server.url} (this-machine), permitted" in shown.err
    assert "contents: facts, findings, options" in shown.err
    says(server, answer(example))
    plan = ModelDrafter.configured().draft(example)
    assert plan.drafter.prompt_digest in shown.err
    messages = json.loads(server.requests[0])["messages"]
    assert shown.out.strip() == "\n\n".join(f"{m['role']}:\n{m['content']}" for m in messages)
    privacy.write_text("")
    with pytest.raises(SystemExit, match="0"):
        main(["plan", "--example", "--show-prompt"])
    assert "refused: no [[send]] table allows facts, findings, options" in capsys.readouterr().err

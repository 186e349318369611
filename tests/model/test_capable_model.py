"""What a good model adds, from the wire to the signature: plan, conversation, page, examples to learn from, comparison."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn

from agent.chat.answers import answer as said
from agent.chat.session import Session
from agent.desk import Desk
from agent.faces.cli import main
from agent.faces.cli_chat import converse
from agent.faces.configuration import Configuration
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.learning.export import FINE_TUNING, export_learning
from agent.store.audit import Actor
from agent.store.opening import open_database
from tests.model.capable import OUTSIDE, capable
from tests.model.scripted import AS_OF, Server, completion, configure
from tests.model.test_learning import _decide
from tools.clinical.plan import Plan

WHY = "The model preferred dapagliflozin over empagliflozin, the choice of the rules, because: Dapagliflozin cost is low."
_PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def capable_server(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """The site's model is a good one, and reads its own drafts again."""
    server.reply = capable
    configure(server, tmp_path, monkeypatch, critic="same", timeout="20")
    return server


def _adds(plan: Plan) -> None:
    """A preferred option in its line, wording, a doubt, an objection, and a question about what is missing."""
    report = plan.drafter.report
    assert (plan.drafter.kind, plan.drafter.fell_back, len(report.preferred), report.barred, report.outside) == ("model", None, 1, (), 1)
    assert report.grounded == report.sentences == 4
    assert report.critic.objections == 1
    assert report.prompt_tokens > 1000
    asked = [question.about for question in plan.questions]
    assert f"whether {OUTSIDE}, from outside of this draft" in asked
    assert sum(about.startswith("whether this is right") for about in asked) == 2
    assert WHY in [reason.text for item in plan.items for reason in item.rationale]
    assert not any(OUTSIDE in (i.name for i in item.subject.ingredients) for item in plan.items)


def test_the_printed_plan_says_what_was_preferred_and_what_it_cost(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["plan", "--example", "--drafter", "model", "--format", "text", "--all"])
    shown = capsys.readouterr()
    plain = " ".join(shown.out.split())
    assert "Drafted by model small-one, checked by rules; 2 calls, " in plain
    assert ": dapagliflozin over empagliflozin" in plain
    assert WHY in plain
    assert "small-one has answered" in shown.err


def test_a_plan_in_json_holds_all_of_it(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    import msgspec

    with pytest.raises(SystemExit, match="0"):
        main(["plan", "--example", "--drafter", "model", "--format", "json"])
    _adds(msgspec.json.decode(capsysbinary.readouterr().out, type=Plan))


def test_a_conversation_is_about_the_preferred_option(example_bytes: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(example_bytes, AS_OF, drafter="model")
    line = next(item.id for item in session.plan.items if item.subject.text == "dapagliflozin")
    converse(session, [f"why {line}", "/quit"])
    shown = capsys.readouterr()
    assert "Dapagliflozin cost is low." in shown.out
    assert "empagliflozin" in " ".join(said(session, f"what are the options for {line}").lines)
    _adds(session.plan)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The pages, served."""
    accounts = Accounts(tmp_path / "users.json")
    accounts.add("dr-1", "physician", _PASSWORD)
    server = uvicorn.Server(
        uvicorn.Config(
            serving(Desk(tmp_path / "home"), accounts, Configuration(), lambda: AS_OF),
            host="127.0.0.1",
            port=0,
            log_level="error",
            ws="none",
            lifespan="off",
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_a_reviewer_sees_on_the_page_what_the_model_preferred(address: str, example_bytes: bytes) -> None:
    with httpx2.Client(base_url=address, timeout=60) as web:
        signed_in = web.post("/api/v1/sessions", json={"user": "dr-1", "password": _PASSWORD})
        assert signed_in.status_code < 300, signed_in.text
        headers = {"Content-Type": "application/fhir+json", "X-CSRF-Token": signed_in.json()["csrf"]}
        started = web.post("/api/v1/plans?drafter=model&as_of=2026-11-20", content=example_bytes, headers=headers)
        assert started.status_code == 201, started.text
        page = " ".join(web.get(f"/plans/{started.json()['id']}").text.split())
    assert "The model preferred dapagliflozin over empagliflozin" in page
    assert "The rules chose it; the model preferred dapagliflozin" in page
    assert f"whether {OUTSIDE}, from outside of this draft" in page.replace("Whether", "whether")
    assert "model small-one, checked by rules" in page


def test_what_was_signed_of_it_is_an_example_in_the_models_own_form(tmp_path: Path, example_bytes: bytes) -> None:
    desk = Desk(tmp_path / "home")
    name = desk.start(example_bytes, AS_OF, drafter="model")
    plan = desk.show(name).plan
    _adds(plan)
    _decide(desk, name, set(), None)
    out = tmp_path / "out"
    counts = export_learning(open_database(tmp_path / "home"), out, "Study", Actor("admin-1", "administrator"), "2026-11-21T09:00:00+00:00")
    assert counts.fine_tuning == 1
    messages = json.loads((out / FINE_TUNING).read_text())["messages"]
    answered = json.loads(messages[2]["content"])
    assert len(answered["order"]) == len(plan.items)
    assert "dapagliflozin" in json.dumps(json.loads(messages[1]["content"])["lines"])


def test_a_good_and_a_bad_model_are_compared_with_the_rules(
    server: Server, tmp_path: Path, example_bytes: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Server()
    bad.reply = lambda _request, _handler: (200, completion("I would start warfarin 50 mg."))
    (tmp_path / "a.json").write_bytes(example_bytes)
    names = f"rules,model:good,model:bad@{bad.url}"
    with pytest.raises(SystemExit, match="0"):
        main(["compare", str(tmp_path / "a.json"), "--drafters", names, "--as-of", "2026-11-20", "--out", str(tmp_path / "c")])
    bad.http.shutdown()
    bad.http.server_close()
    rows = {row["drafter"]: row for row in map(json.loads, (tmp_path / "c" / "rows.ndjson").read_text().splitlines())}
    assert list(rows) == ["rules", "model:good", "model:bad"]
    assert [row["model"]["drafted"] for row in rows.values()] == [False, True, False]
    assert rows["model:bad"]["lines"] == rows["rules"]["lines"]
    assert set(rows["model:good"]["lines"]) ^ set(rows["rules"]["lines"]) == {"start dapagliflozin", "start empagliflozin"}
    told = capsys.readouterr().out
    assert "| model:bad | 1 | 1 | 0/1 = 0.0% (0.0%–79.3%) | the answer is not of the form that was asked for (1) |" in told
    assert "0/4 = 0.0%" in told
    assert (tmp_path / "c" / "report.html").read_text().count("<svg") == 4


@pytest.mark.parametrize("names", ["rules", "rules,rules", "rules,oracle", "rules:x,model"])
def test_what_cannot_be_compared_is_refused(names: str, tmp_path: Path, example_bytes: bytes) -> None:
    (tmp_path / "a.json").write_bytes(example_bytes)
    with pytest.raises(SystemExit, match="2"):
        main(["compare", str(tmp_path / "a.json"), "--drafters", names, "--out", str(tmp_path / "c")])
    assert not (tmp_path / "c").exists()

"""`carewright conformance --url` finds nothing in a sound installation, and finds each promise that is broken."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cds_hooks"))
from serving import listening

from agent.desk import Desk
from agent.faces import exit_codes
from agent.faces.cli import main
from agent.faces.configuration import Configuration, Hooks, Limits, Logs
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.probing import Installation, probe_running
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.faces.web.tokens import Tokens

QUIET = Configuration(logs=Logs(format="none"))


def quiet(said: str) -> None:
    return


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def installation(home: Path, settings: Configuration = QUIET) -> Callable[..., Any]:
    return serving(Desk(home), Accounts(home / "users.json"), settings, lambda: EXAMPLE_AS_OF)


def found(app: Callable[..., Any], token: str = "", *, plan: bool = False) -> list[str]:
    with listening(app) as base:
        return [failure.partition(":")[0] for failure in probe_running(Installation(base, token, plan), quiet)]


def test_nothing_is_found_in_a_sound_installation(home: Path) -> None:
    token = Tokens(home / "tokens.json").add("probe", "physician")
    assert found(installation(home), token, plan=True) == []


def test_an_administrator_is_told_of_a_broken_audit(home: Path) -> None:
    from agent.store.database import SqliteDatabase

    Desk(home).start(example_record(), EXAMPLE_AS_OF)
    token = Tokens(home / "tokens.json").add("probe", "administrator")
    assert found(installation(home), token) == []
    with SqliteDatabase(home).writing() as db:
        db.execute("UPDATE plan SET content = content || ' '")
    assert set(found(installation(home), token)) == {"the chain of the audit is whole"}


def test_where_a_control_fails_only_that_is_told(home: Path) -> None:
    assert set(found(installation(home), "cw_no-such-token")) == {"control"}


def altered(app: Callable[..., Any], change: Callable[[Any, list[Any]], Any]) -> Callable[..., Any]:
    """The application with the first message of its answers altered."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = change(scope, list(message["headers"]))
            await send(message)

        await app(scope, receive, told)

    return wrapped


def instead(app: Callable[..., Any], path: str, answer: Response) -> Callable[..., Any]:
    """The application with another answer at one path."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        await (answer if scope["path"].endswith(path) else app)(scope, receive, send)

    return wrapped


def test_a_missing_header_is_found(home: Path) -> None:
    lost = altered(installation(home), lambda scope, headers: [h for h in headers if h[0] != b"x-frame-options"])
    assert set(found(lost)) == {"every answer carries the headers"}


def test_a_route_that_answers_nobody_in_particular_is_found(home: Path) -> None:
    assert set(found(instead(installation(home), "/api/v1/plans", JSONResponse([])))) >= {"every route refuses without a role"}


def test_a_page_that_answers_nobody_in_particular_is_found(home: Path) -> None:
    assert set(found(instead(installation(home), "/release", JSONResponse({})))) == {
        "every route refuses without a role",
        "every page refuses without signing in",
    }


def test_a_refusal_that_repeats_what_was_sent_is_found(home: Path) -> None:
    echo = JSONResponse({"detail": "no user Zyxomarker-Smith-1947"}, 401, media_type="application/problem+json")
    assert set(found(instead(installation(home), "/sessions", echo))) == {"refusals are problem details, and repeat nothing"}


def test_origins_that_are_open_are_found(home: Path) -> None:
    settings = Configuration(logs=Logs(format="none"), hooks=Hooks(origins=("https://elsewhere.example",)))
    assert set(found(installation(home, settings))) == {"no other origin may read"}


def test_a_program_that_could_sign_is_found(home: Path) -> None:
    token = Tokens(home / "tokens.json").add("probe", "physician")
    signs = instead(installation(home), "/decisions", JSONResponse({"status": "approved"}))
    assert "nothing leaves unsigned, and no program signs" in found(signs, token)


def test_a_plan_that_nobody_signed_and_that_is_given_out_is_found(home: Path) -> None:
    token = Tokens(home / "tokens.json").add("probe", "physician")
    gives = instead(installation(home), "/release", JSONResponse({"resourceType": "Bundle"}))
    assert "nothing leaves unsigned, and no program signs" in found(gives, token)


def test_a_plan_whose_digest_is_of_another_content_is_found(home: Path) -> None:
    from agent.planning import make_plan

    token = Tokens(home / "tokens.json").add("probe", "physician")
    plan = msgspec.to_builtins(make_plan(example_record(), EXAMPLE_AS_OF))
    altered_plan = JSONResponse({**plan, "summary": plan["summary"] + " Give twice as much."})
    assert "the digest covers the whole plan" in found(instead(installation(home), "/drafts", altered_plan), token)


def test_a_body_of_any_size_that_is_taken_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.faces.probing._TIMEOUT", 2)
    without = Configuration(logs=Logs(format="none"), limits=Limits(body_bytes=10**15))
    assert set(found(installation(home, without))) == {"what is too large is refused"}


def test_a_server_that_names_itself_and_a_traceback_are_found(home: Path) -> None:
    named = altered(installation(home), lambda scope, headers: [*headers, (b"server", b"x 1.0")])
    assert set(found(named)) == {"every answer carries the headers"}
    broken = PlainTextResponse("Traceback (most recent call last): …", 500)
    assert set(found(instead(installation(home), "/cds-services/carewright-order-sign", broken))) == {
        "refusals are problem details, and repeat nothing"
    }


def test_a_look_out_that_sees_nothing_proves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.faces.probing._faults_of_refusal", lambda *_: iter(()))
    with listening(installation(home)) as base:
        told = probe_running(Installation(base), quiet)
    assert told == ["control: a bad answer would be seen: a bad answer held before it is not seen"]


def test_an_installation_that_is_not_there_fails_its_control(home: Path) -> None:
    with listening(installation(home)) as base:
        pass
    assert [failure.partition(":")[0] for failure in probe_running(Installation(base), quiet)] == ["control"]


def test_scripts_of_a_named_origin_may_call_the_hooks_and_nothing_else(home: Path) -> None:
    ehr = "https://ehr.example"
    settings = Configuration(logs=Logs(format="none"), hooks=Hooks(origins=(ehr,)))
    with listening(installation(home, settings)) as base:
        asking = {"Origin": ehr, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
        preflight = httpx.options(f"{base}/cds-services/carewright-order-sign", headers=asking)
        shown = httpx.get(f"{base}/cds-services", headers={"Origin": ehr})
        refused = httpx.post(f"{base}/cds-services/carewright-order-sign", json={}, headers={"Origin": ehr})
        elsewhere = httpx.options(f"{base}/cds-services", headers={**asking, "Origin": "https://elsewhere.example"})
        beside = httpx.get(f"{base}/api/v1/tools", headers={"Origin": ehr})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, ehr)
    assert {"POST", "GET"} <= set(preflight.headers["access-control-allow-methods"].split(", "))
    assert [answer.headers.get("access-control-allow-origin") for answer in (shown, refused, elsewhere, beside)] == [ehr, ehr, None, None]


def test_the_command_ends_with_its_own_code(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAREWRIGHT_TOKEN", raising=False)
    with listening(instead(installation(home), "/health", JSONResponse({}, 500))) as base, pytest.raises(SystemExit) as ended:
        main(["conformance", "--url", base])
    assert ended.value.code == exit_codes.NON_CONFORMING
    assert capsys.readouterr().out == "control: it answers: /health answers 500\n"

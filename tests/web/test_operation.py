"""Limits, headers, counts, logs, faults and the configuration."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from agent.errors import StoreError
from agent.faces import configuration
from agent.faces.configuration import Configuration, Hooks, Issuer, Limits, Logs, Server
from agent.faces.web.metrics import Metrics
from agent.faces.web.operation import Operation
from agent.faces.web.rates import Rate


def small_app(settings: Configuration = Configuration()) -> tuple[TestClient, list[str], Metrics]:  # noqa: B008 - frozen
    app, lines, metrics = FastAPI(), [], Metrics()  # type: ignore[var-annotated]

    @app.get("/plans/{name}")
    def plan(name: str) -> str:
        return name

    @app.get("/breaks/{name}")
    def breaks(name: str) -> str:
        raise ValueError(f"the record says {name}")

    @app.post("/plans")
    async def post(request: Request) -> int:
        return len(await request.body())

    return TestClient(Operation(app, settings, metrics, lines.append), client=("127.0.0.1", 5000)), lines, metrics


def test_a_line_names_the_route_and_nothing_of_the_request() -> None:
    http, lines, _ = small_app()
    answer = http.get("/plans/mrs-smith", params={"q": "smith"}, headers={"Authorization": "Bearer smith"})
    line = json.loads(lines[0])
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "/plans/{name}", 200)
    assert line["request"] == answer.headers["x-request-id"]
    assert "smith" not in lines[0]


def test_a_fault_is_a_problem_without_its_message_and_a_line_with_its_place() -> None:
    app, lines = FastAPI(), []  # type: ignore[var-annotated]

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("the record says Mrs Smith")

    app.mount("/", broken)
    answer = TestClient(Operation(broken, Configuration(), Metrics(), lines.append)).get("/x")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Smith" not in answer.text + lines[0]
    assert json.loads(lines[0])["fault"].startswith("ValueError at test_operation.py:")


def test_a_span_is_named_by_method_and_route_and_holds_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = pytest.importorskip("opentelemetry.trace")
    names: list[str] = []

    class Span:
        def update_name(self, name: str) -> None:
            names.append(name)

    class Tracer:
        def start_as_current_span(self, name: str, **settings: bool) -> Any:
            assert settings == {"record_exception": False, "set_status_on_exception": False}
            return nullcontext(Span())

    monkeypatch.setattr(trace, "get_tracer", lambda name: Tracer())
    http, _, _ = small_app(Configuration(logs=Logs(spans=True)))
    http.get("/plans/mrs-smith")
    assert names == ["GET /plans/{name}"]
    assert small_app(Configuration(logs=Logs(spans=False)))[0].get("/plans/x").status_code == 200
    assert names == ["GET /plans/{name}"]


def test_no_logs_where_the_site_wants_none() -> None:
    http, lines, _ = small_app(Configuration(logs=Logs(format="none")))
    http.get("/plans/x")
    assert lines == []


def test_metrics_count_by_route_and_status_and_escape_labels() -> None:
    http, _, metrics = small_app()
    for path in ("/plans/a", "/plans/b", "/nowhere"):
        http.get(path)
    metrics.count("odd", kind='a"b\\c\nd')
    text = metrics.text()
    assert 'carewright_requests_total{method="GET",route="/plans/{name}",status="200"} 2' in text
    assert 'carewright_requests_total{method="GET",route="unknown",status="404"} 1' in text
    assert 'carewright_request_seconds_count{route="/plans/{name}"} 2' in text
    assert 'odd{kind="a\\"b\\\\c\\nd"} 1' in text


def test_methods_that_a_caller_makes_up_are_counted_and_logged_as_one() -> None:
    http, lines, metrics = small_app()
    for made_up in ("SMITH", "JONES"):
        http.request(made_up, "/plans/w-1")
    assert [json.loads(line)["method"] for line in lines] == ["OTHER", "OTHER"]
    assert [line for line in metrics.text().splitlines() if "OTHER" in line and line.endswith(" 2")] != []
    assert "SMITH" not in metrics.text()


def test_too_many_requests_of_one_client_wait_and_another_does_not() -> None:
    now = [0.0]
    rate = Rate(2, clock=lambda: now[0])
    assert [rate.wait("a") for _ in range(3)] == [0, 0, 30]
    assert rate.wait("b") == 0
    now[0] = 31
    assert [rate.wait("a"), rate.wait("a") > 0] == [0, True]


def test_a_client_that_asks_too_often_is_told_when_to_come_again() -> None:
    http, _, _ = small_app(Configuration(limits=Limits(requests_per_minute=2)))
    answers = [http.get("/plans/x") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0


def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not_whether_or_not_it_says_its_length() -> None:
    http, _, _ = small_app(Configuration(limits=Limits(body_bytes=100)))
    assert http.post("/plans", content=b"x" * 100).json() == 100
    assert http.post("/plans", content=b"x" * 101).status_code == 413
    assert http.post("/plans", content=iter([b"x" * 60, b"x" * 60])).status_code == 413


def test_a_form_is_small_whatever_a_body_may_be() -> None:
    http, _, _ = small_app(Configuration(limits=Limits(form_bytes=10)))
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert [http.post("/plans", content=b"x" * size, headers=form).status_code for size in (10, 11)] == [200, 413]


def test_the_configuration_of_the_manual_is_that_of_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text("utf-8")
    file = tmp_path / "carewright.toml"
    file.write_text(manual.partition("```toml\n")[2].partition("```")[0])
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(file))
    assert configuration.load() == Configuration()


def test_without_a_file_everything_is_as_the_module_says() -> None:
    assert configuration.load() == Configuration()


def test_a_file_is_read_and_its_faults_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "carewright.toml"
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(file))
    file.write_text('[server]\nport = 9000\n[hooks]\nfhir_servers = ["https://ehr.example/fhir"]\n')
    assert configuration.load().server.port == 9000
    file.write_text(
        '[server]\nport = 70000\n[hooks]\nfhir_servers = ["http://ehr.example/fhir"]\norigins = ["*"]\n[limits]\nbody_bytes = 0\n'
    )
    with pytest.raises(StoreError) as refused:
        configuration.load()
    for fault in ("server.port 70000", "'http://ehr.example/fhir' is not https", "'*' is no web origin", "limits.body_bytes is 0"):
        assert fault in str(refused.value)


@pytest.mark.parametrize("text", ["[server]\nprot = 1\n", "[server]\nport = 'x'\n", "[server\n"])
def test_a_malformed_file_stops_the_start(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "carewright.toml"
    file.write_text(text)
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(file))
    with pytest.raises(StoreError, match=r"carewright\.toml"):
        configuration.load()


def test_a_file_that_is_named_and_not_there_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(StoreError, match="cannot be read"):
        configuration.load()


def test_an_address_that_others_reach_wants_tls_and_named_record_systems(tmp_path: Path) -> None:
    bare = Configuration(server=Server(host="0.0.0.0"))
    assert [fault.partition(" ")[0] for fault in bare.faults()] == ["server.host", "hooks.issuer"]
    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    named = Hooks(issuer=(Issuer(iss="https://ehr.example", keys=str(keys)),))
    assert Configuration(server=Server(host="0.0.0.0", public_url="https://care.example"), hooks=named).faults() == []

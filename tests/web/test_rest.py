"""REST: who may, what a decision must bring, and how a refusal looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.faces.configuration import Configuration, Hooks, Limits
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.faces.web.tokens import Tokens

PASSWORD = "correct horse battery"
API = "/api/v1"
FHIR = {"Content-Type": "application/fhir+json"}
Json = dict[str, Any]


class Site:
    """One installation, and ways in."""

    def __init__(self, home: Path, settings: Configuration) -> None:
        self.accounts, self.tokens = Accounts(home / "users.json"), Tokens(home / "tokens.json")
        self.desk = Desk(home)
        for name, role in (("dr-1", "physician"), ("ph-1", "pharmacist"), ("tr-1", "trainee"), ("ad-1", "administrator")):
            self.accounts.add(name, role, PASSWORD)
        self.lines: list[str] = []
        self.app = serving(self.desk, self.accounts, settings, lambda: EXAMPLE_AS_OF)
        self.app.write = self.lines.append

    def nobody(self) -> TestClient:
        return TestClient(self.app)

    def token(self, role: str = "viewer") -> TestClient:
        return TestClient(self.app, headers={"Authorization": f"Bearer {self.tokens.add('robot', role)}"})

    def person(self, name: str, *, confirmed: bool = True) -> TestClient:
        http = TestClient(self.app)
        came = http.post(f"{API}/sessions", json={"user": name, "password": PASSWORD}).json()
        http.headers["X-CSRF-Token"] = came["csrf"]
        if confirmed:
            assert http.post(f"{API}/sessions/current/confirmation", json={"password": PASSWORD}).status_code == 204
        return http


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def site(home: Path) -> Site:
    return Site(home, Configuration())


@pytest.fixture
def plan(site: Site) -> Json:
    name = site.desk.start(example_record(), EXAMPLE_AS_OF)
    shown: Json = site.token().get(f"{API}/plans/{name}").json()
    return shown


def approve_rest(plan: Json, **more: Any) -> Json:
    return {
        "interrupt": plan["interrupt"],
        "digest": plan["plan"]["digest"],
        "decisions": [{"decision": "approve", "item": "rest"}],
        **more,
    }


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert (body["status"], body["type"]) == (answer.status_code, "about:blank")
    return body["status"], body.get("reason", "")


def test_every_route_refuses_who_is_not_known_and_who_has_no_role(site: Site) -> None:
    refused, tried = [], 0
    for path, operations in site.nobody().get(f"{API}/openapi.json").json()["paths"].items():
        for method in operations:
            if (method, path) == ("post", "/sessions"):
                continue
            tried += 1
            answer = site.nobody().request(method, API + path.replace("{name}", "x"), content=b"{}", headers=FHIR)
            if answer.status_code != 401:
                refused.append((method, path, answer.status_code))
    assert (refused, tried) == ([], 16)


@pytest.mark.parametrize(("role", "wanted"), [("viewer", 200), ("service", 403), ("administrator", 403)])
def test_plans_are_shown_to_roles_that_may_read(site: Site, role: str, wanted: int) -> None:
    assert site.token(role).get(f"{API}/plans").status_code == wanted


def test_a_token_that_was_removed_is_void_at_once(site: Site) -> None:
    robot = site.token()
    site.tokens.remove("robot")
    assert problem(robot.get(f"{API}/plans")) == (401, "unauthorised")


def test_the_file_of_tokens_holds_no_secret_and_is_its_owners(site: Site) -> None:
    secret = site.tokens.add("robot", "viewer")
    assert secret not in site.tokens.file.read_text("utf-8")
    assert site.tokens.file.stat().st_mode & 0o777 == 0o600


def test_a_record_is_planned_once_and_waits(site: Site) -> None:
    robot = site.token()
    made = [robot.post(f"{API}/plans", content=example_record(), headers=FHIR) for _ in range(2)]
    assert [m.status_code for m in made] == [201, 201]
    assert made[0].json() == made[1].json()
    name = made[0].json()["id"]
    assert made[0].headers["location"] == f"{API}/plans/{name}"
    assert [line["id"] for line in robot.get(f"{API}/plans").json()] == [name]
    assert robot.get(f"{API}/plans/{name}").json()["interrupt"] == made[0].json()["interrupt"] == f"{name}.1"


def test_a_draft_is_the_plan_of_the_command_line_and_is_not_kept(site: Site) -> None:
    from agent.planning import make_plan

    robot = site.token()
    given = robot.post(f"{API}/drafts", params={"as_of": "2026-11-20"}, content=example_record(), headers=FHIR).json()
    assert given["digest"] == make_plan(example_record(), date(2026, 11, 20)).digest
    assert robot.get(f"{API}/plans").json() == []


BAD = {
    "no JSON": (b"{", FHIR, 422),
    "no patient": (b'{"resourceType": "Condition", "subject": {"reference": "Patient/1"}}', FHIR, 422),
    "a bundle of nobody": (b'{"resourceType": "Bundle", "type": "collection", "entry": []}', FHIR, 422),
    "another type": (b"<Bundle/>", {"Content-Type": "application/xml"}, 415),
}


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_cannot_be_read_is_a_problem(what: str, site: Site) -> None:
    data, headers, wanted = BAD[what]
    assert problem(site.token().post(f"{API}/drafts", content=data, headers=headers))[0] == wanted


def test_malformed_parameters_are_named_and_not_quoted(site: Site) -> None:
    answer = site.token().get(f"{API}/plans", params={"limit": "Mrs Smith"})
    assert problem(answer)[0] == 422
    assert answer.json()["faults"][0].startswith("query.limit: ")
    assert "Smith" not in answer.text


def test_a_person_decides_and_takes_out_what_was_signed(site: Site, plan: Json) -> None:
    doctor, path = site.person("dr-1"), f"{API}/plans/{plan['id']}"
    assert problem(doctor.get(f"{path}/release")) == (422, "incomplete")
    refused = [{"decision": "reject", "item": plan["plan"]["items"][0]["id"], "reason": "patient-preference"}]
    first = doctor.post(f"{path}/decisions", json=approve_rest(plan, decisions=[*refused, {"decision": "approve", "item": "rest"}]))
    assert first.status_code == 200
    if left := [{**refused[0], "item": lack["item"]} for lack in first.json()["open"]]:
        assert doctor.post(f"{path}/decisions", json=approve_rest(plan, decisions=left)).json()["open"] == []
    out = doctor.get(f"{path}/release")
    assert (out.status_code, out.headers["content-type"], out.json()["type"]) == (200, "application/fhir+json", "transaction")
    assert problem(doctor.post(f"{path}/decisions", json=approve_rest(plan, decisions=[{"decision": "approve", "item": "i1"}]))) == (
        409,
        "late",
    )


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"interrupt": "w-0000000000.1"}, (404, "unknown")),
        ({"interrupt": "ID.9"}, (404, "unknown")),
        ({"interrupt": "nonsense"}, (404, "unknown")),
        ({"interrupt": "ID.0"}, (409, "stale")),
        ({"digest": "sha256:" + "0" * 64}, (409, "stale")),
        ({"decisions": [{"decision": "approve", "item": "i999"}]}, (404, "unknown")),
        ({"decisions": []}, (422, "incomplete")),
        ({"decisions": [{"decision": "reject", "item": "i1", "reason": "because"}]}, (422, "unreasoned")),
        ({"decisions": [{"decision": "sign", "item": "i1"}]}, (400, "malformed")),
        ({"more": 1}, (400, "malformed")),
    ],
)
def test_a_decision_that_does_not_fit_changes_nothing(site: Site, plan: Json, change: Json, wanted: tuple[int, str]) -> None:
    said = approve_rest(plan, **{k: v.replace("ID", plan["id"]) if isinstance(v, str) else v for k, v in change.items()})
    assert problem(site.person("dr-1").post(f"{API}/plans/{plan['id']}/decisions", json=said)) == wanted
    assert site.token().get(f"{API}/plans/{plan['id']}").json()["decisions"] == []


def test_an_edit_asks_anew_and_the_old_question_is_stale(site: Site, plan: Json) -> None:
    doctor, path = site.person("dr-1"), f"{API}/plans/{plan['id']}"
    item = next(i["id"] for i in plan["plan"]["items"] if i.get("due"))
    edit = [{"decision": "edit", "item": item, "reason": "timing", "within_days": 3}]
    after = doctor.post(f"{path}/decisions", json=approve_rest(plan, decisions=edit)).json()
    assert after["digest"] != plan["plan"]["digest"]
    assert doctor.get(path).json()["interrupt"] == f"{plan['id']}.2"
    assert problem(doctor.post(f"{path}/decisions", json=approve_rest(plan))) == (409, "stale")


def test_nobody_signs_with_a_token_without_confirming_or_in_a_role_that_may_not(site: Site, plan: Json) -> None:
    path = f"{API}/plans/{plan['id']}/decisions"
    assert problem(site.token("physician").post(path, json=approve_rest(plan))) == (403, "unauthorised")
    assert problem(site.person("dr-1", confirmed=False).post(path, json=approve_rest(plan))) == (403, "unconfirmed")
    by_name = approve_rest(plan, decisions=[{"decision": "approve", "item": "i1"}])
    assert problem(site.person("tr-1").post(path, json=by_name)) == (403, "unauthorised")
    assert problem(site.person("ad-1").post(path, json=approve_rest(plan))) == (403, "unauthorised")


def test_a_page_of_another_site_cannot_decide_with_the_cookie(site: Site, plan: Json) -> None:
    doctor = site.person("dr-1")
    del doctor.headers["X-CSRF-Token"]
    assert problem(doctor.post(f"{API}/plans/{plan['id']}/decisions", json=approve_rest(plan))) == (403, "forged")


def test_the_cookie_is_for_the_browser_alone(site: Site) -> None:
    cookie = site.nobody().post(f"{API}/sessions", json={"user": "dr-1", "password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_wrong_passwords_are_slowed_down(site: Site) -> None:
    http = site.nobody()
    answers = [http.post(f"{API}/sessions", json={"user": "dr-1", "password": "wrong"}).status_code for _ in range(20)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_of_two_who_decide_at_once_one_wins(site: Site, plan: Json) -> None:
    item = plan["plan"]["items"][0]["id"]
    people = [site.person("dr-1"), site.person("dr-1")]
    said: list[Json] = [{"decision": "approve", "item": item}, {"decision": "reject", "item": item, "reason": "patient-preference"}]
    codes: list[int] = []

    def decide(http: TestClient, decision: Json) -> None:
        codes.append(http.post(f"{API}/plans/{plan['id']}/decisions", json=approve_rest(plan, decisions=[decision])).status_code)

    threads = [threading.Thread(target=decide, args=pair) for pair in zip(people, said, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(200) == 1, codes


def test_tools_answer_as_on_the_command_line(site: Site) -> None:
    from agent.faces import tool_registry

    robot = site.token("service")
    assert [tool["name"] for tool in robot.get(f"{API}/tools").json()] == list(tool_registry.NAMES)
    for tool in tool_registry.TOOLS:
        (example, *_) = tool_registry.examples(tool.name)
        assert robot.post(f"{API}/tools/{tool.name}", json=example.call).json() == tool_registry.call(
            tool.name, example.call, EXAMPLE_AS_OF
        )
    assert problem(robot.post(f"{API}/tools/approve", json={})) == (404, "unknown")
    assert problem(robot.post(f"{API}/tools/calculate", json={"name": 1})) == (400, "malformed")


def test_knowledge_is_listed_and_shown_whole(site: Site) -> None:
    robot = site.token("service")
    kinds = {line["kind"] for line in robot.get(f"{API}/knowledge", params={"kind": "policies"}).json()}
    assert kinds == {"policies"}
    (found,) = robot.get(f"{API}/knowledge/access").json()
    assert found["document"]["title"].startswith("Who may read plans")
    assert problem(robot.get(f"{API}/knowledge/no-such-rule")) == (404, "unknown")


def test_what_is_too_large_or_has_too_many_resources_is_refused(home: Path) -> None:
    small = Site(home, Configuration(limits=Limits(body_bytes=2000, bundle_entries=3)))
    robot = small.token()
    assert problem(robot.post(f"{API}/drafts", content=example_record(), headers=FHIR))[0] == 413
    many = b'{"resourceType": "Bundle", "entry": [' + b",".join([b'{"resource": {"resourceType": "Patient"}}'] * 4) + b"]}"
    assert problem(robot.post(f"{API}/drafts", content=many, headers=FHIR))[0] == 413


def test_scripts_of_a_named_origin_may_call_the_hooks_and_nothing_else(home: Path) -> None:
    http = Site(home, Configuration(hooks=Hooks(origins=("https://ehr.example",)))).nobody()
    ours, theirs = {"Origin": "https://ehr.example"}, {"Origin": "https://elsewhere.example"}
    allowed = "access-control-allow-origin"
    assert http.get("/cds-services", headers=ours).headers[allowed] == "https://ehr.example"
    preflight = {**ours, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert http.options("/cds-services/carewright-order-sign", headers=preflight).headers[allowed] == "https://ehr.example"
    assert allowed not in http.get("/cds-services", headers=theirs).headers
    assert allowed not in http.get(f"{API}/tools", headers=ours).headers


def test_a_call_of_a_hook_has_a_limit_of_its_own_and_hooks_can_be_off(home: Path) -> None:
    service = "/cds-services/carewright-order-sign"
    assert problem(Site(home, Configuration(limits=Limits(hook_bytes=10))).nobody().post(service, json={"long": "x" * 20}))[0] == 413
    assert Site(home, Configuration(hooks=Hooks(enabled=False))).nobody().get("/cds-services").status_code == 404


def test_no_route_is_open_that_is_not_meant_to_be(site: Site) -> None:
    """Pages and programs: whatever is not listed here asks for somebody."""
    open_to_all = {"/health", "/ready", "/static/{name}", "/sign-in", "/cds-services", "/metrics"}
    inner: Any = site.app.app
    routes = [route for part in inner.routes if hasattr(part, "original_router") for route in part.original_router.routes]
    pages = [route for route in routes if isinstance(route, APIRoute) and not route.path.startswith("/cds-services")]
    found = [(method, route.path) for route in pages if route.path not in open_to_all for method in route.methods]
    assert len(found) > 5
    ask: Callable[..., Any] = site.nobody().request
    answers = {(m, p): ask(m, p.replace("{name}", "x"), data={"x": "y"}, follow_redirects=False).status_code for m, p in found}
    assert {key: code for key, code in answers.items() if code not in (303, 401, 403)} == {}

"""REST holds what its OpenAPI says: hundreds of made-up requests by a program and by a person who may sign, and no fault of the server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.desk import Desk
from agent.faces.configuration import Configuration, Limits
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.faces.web.tokens import Tokens

LIMITS = Limits(requests_per_minute=1_000_000, plans_per_minute=1_000_000)
PASSWORD = "correct horse battery"


@dataclass
class Site:
    """One installation with one plan, and what came of the requests."""

    home: Path
    seen: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts, desk = Accounts(self.home / "users.json"), Desk(self.home)
        self.plan = desk.start(example_record(), EXAMPLE_AS_OF)
        self.interrupt = desk.show(self.plan).interrupt
        self.app = serving(desk, self.accounts, Configuration(limits=LIMITS), lambda: EXAMPLE_AS_OF)
        self.app.write = lambda line: None

    def program(self) -> dict[str, str]:
        """Headers of a program that reads and plans."""
        return {"Authorization": f"Bearer {Tokens(self.home / 'tokens.json').add('robot', 'physician')}"}

    def person(self) -> dict[str, str]:
        """Headers of a physician whose password was confirmed just now."""
        self.accounts.add("dr-1", "physician", PASSWORD)
        http = TestClient(self.app)
        csrf = http.post("/api/v1/sessions", json={"user": "dr-1", "password": PASSWORD}).json()["csrf"]
        confirmed = http.post("/api/v1/sessions/current/confirmation", json={"password": PASSWORD}, headers={"X-CSRF-Token": csrf})
        assert confirmed.status_code == 204
        return {"Cookie": f"carewright={http.cookies['carewright']}", "X-CSRF-Token": csrf}

    def tried(self, operation: Any, headers: dict[str, str]) -> None:
        """Sixty requests of one operation; every second one about the plan that there is."""
        from hypothesis import HealthCheck, Phase, given, settings

        @given(case=operation.as_strategy())
        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            if "name" in case.path_parameters and operation.path.startswith("/plans") and self.seen.total() % 2:
                case.path_parameters["name"] = self.plan
                if isinstance(case.body, dict) and "interrupt" in case.body:
                    case.body["interrupt"] = self.interrupt
            case.headers, case.cookies = {}, {}  # whoever calls is ours to say
            answer = case.call(headers=headers)
            self.seen[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code != 503:
                self.faults.append(f"{operation.label}: {answer.status_code}")
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], operation.label

        ask()


def operations(site: Site) -> list[Any]:
    """What the OpenAPI names."""
    schemathesis = pytest.importorskip("schemathesis")
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", site.app)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_no_made_up_request_of_a_program_meets_a_fault_of_the_server(tmp_path: Path) -> None:
    site = Site(tmp_path)
    headers = site.program()
    for operation in operations(site):
        site.tried(operation, headers)
    assert site.faults == []
    assert site.seen.total() >= 300
    assert {200, 401, 404, 422} <= set(site.seen), site.seen


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_no_made_up_request_of_a_person_who_may_sign_meets_a_fault_of_the_server(tmp_path: Path) -> None:
    site = Site(tmp_path)
    headers = site.person()
    for operation in operations(site):
        if not operation.path.startswith("/sessions"):  # they would end this one
            site.tried(operation, headers)
    assert site.faults == []
    assert {200, 404, 409, 422} <= set(site.seen), site.seen


@pytest.mark.parametrize("round_", ["²", "9" * 5000, "-1", "1e3", "", "٣"])
def test_a_round_that_is_no_number_of_ours_is_unknown(round_: str, tmp_path: Path) -> None:
    site = Site(tmp_path)
    body = {"interrupt": f"{site.plan}.{round_}", "digest": "sha256:x", "decisions": [{"decision": "approve", "item": "rest"}]}
    answer = TestClient(site.app).post(f"/api/v1/plans/{site.plan}/decisions", json=body, headers=site.person())
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown")

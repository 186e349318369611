"""REST holds what its OpenAPI says: hundreds of made-up requests, and no fault of the server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agent.desk import Desk
from agent.faces.configuration import Configuration, Limits
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.faces.web.tokens import Tokens

pytestmark = pytest.mark.slow
LIMITS = Limits(requests_per_minute=1_000_000, plans_per_minute=1_000_000)


@pytest.mark.filterwarnings("default")
def test_no_made_up_request_meets_a_fault_of_the_server(tmp_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings

    accounts = Accounts(tmp_path / "users.json")
    desk = Desk(tmp_path)
    plan = desk.start(example_record(), EXAMPLE_AS_OF)
    app = serving(desk, accounts, Configuration(limits=LIMITS), lambda: EXAMPLE_AS_OF)
    app.write = lambda line: None
    token = Tokens(tmp_path / "tokens.json").add("robot", "physician")
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    headers = {"Authorization": f"Bearer {token}"}
    seen: Counter[int] = Counter()
    faults: list[str] = []

    def tried(operation: Any) -> None:
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
            if "name" in case.path_parameters and operation.path.startswith("/plans") and seen.total() % 2:
                case.path_parameters["name"] = plan
            answer = case.call(headers=headers)
            seen[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code != 503:
                faults.append(f"{operation.label}: {answer.status_code}")
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], operation.label

        ask()

    operations = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:
        tried(operation)
    assert faults == []
    assert seen.total() >= 300
    assert {200, 401, 404, 422} <= set(seen), seen

"""A served desk, people who may come in, and a real browser where there is one."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from msgspec import structs

import agent.nodes.check
from agent.desk import Desk
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.app import application
from tools.clinical.answer import KnowledgeRef
from tools.clinical.plan import Plan, PlanIssue, sealed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PASSWORD = "correct horse battery"
USERS = {"dr-1": "physician", "rx-1": "pharmacist", "viewer-1": "viewer", "trainee-1": "trainee", "admin-1": "administrator"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    accounts = Accounts(tmp_path / "users.json")
    for name, role in USERS.items():
        accounts.add(name, role, PASSWORD)
    return accounts


@pytest.fixture
def plan(desk: Desk) -> str:
    """The shipped example's plan, waiting."""
    return desk.start(example_record(), EXAMPLE_AS_OF)


@pytest.fixture
def contraindicated(monkeypatch: pytest.MonkeyPatch) -> str:
    """The medicine against whose start a contraindication stands from now on."""
    drug, real = "empagliflozin", agent.nodes.check.check_plan

    def check(draft: Plan, case: Any) -> Any:
        checked = real(draft, case)
        items = tuple(i.id for i in checked.plan.items if i.action == "start" and i.subject.text == drug)
        issue = PlanIssue(
            id="d99", code="COND", severity="contraindicated", indicator="critical", interruptive=True, participants=(drug,),
            consequence="it is said to harm here", action="do not start it", rule=KnowledgeRef("sglt2-inhibitors", "1.0.0"), items=items,
        )  # fmt: skip
        return replace(checked, plan=sealed(structs.replace(checked.plan, issues=(*checked.plan.issues, issue))))

    monkeypatch.setattr(agent.nodes.check, "check_plan", check)
    return drug


@pytest.fixture
def served(desk: Desk, accounts: Accounts) -> Iterator[SimpleNamespace]:
    config = uvicorn.Config(application(desk, accounts), host="127.0.0.1", port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield SimpleNamespace(address=f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'carewright[dev]'")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()

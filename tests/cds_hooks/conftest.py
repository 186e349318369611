"""A record system that calls the hooks over real HTTP, and checks each answer against the schema of CDS Hooks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from serving import listening  # noqa: E402
from shapes import conforms  # noqa: E402

from agent.faces.configuration import Configuration, Hooks  # noqa: E402
from agent.faces.hooks.memory import Memory  # noqa: E402
from agent.faces.web.cds_hooks import HookDesk, router  # noqa: E402
from agent.faces.web.metrics import Metrics  # noqa: E402
from agent.faces.web.operation import Operation  # noqa: E402
from agent.store.feedback import FeedbackBook  # noqa: E402
from agent.store.held import Held  # noqa: E402
from agent.store.opening import open_database  # noqa: E402

Json = dict[str, Any]


@dataclass
class Ehr:
    """Calls the services of one server; the day can be set."""

    base: str = ""
    day: date = date(2026, 11, 20)
    lines: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    book: Any = None
    desk: Any = None

    def post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(f"{self.base}/cds-services{path}", json=body, headers=self.headers, timeout=20)

    def cards(self, call: Json) -> list[Json]:
        """The cards of a call, of the right shape."""
        answer = self.post(f"/carewright-{call['hook']}", call)
        assert answer.status_code == 200, answer.text
        cards: list[Json] = conforms(answer.json(), "cards")["cards"]
        return cards

    def feedback(self, service: str, *entries: Json) -> int:
        return self.post(f"/{service}/feedback", {"feedback": list(entries)}).status_code


@contextmanager
def served(home: Path, settings: Configuration) -> Iterator[Ehr]:
    """An EHR beside a server with these settings."""
    ehr = Ehr(book=FeedbackBook(open_database(home)))
    ehr.desk = HookDesk(settings, ehr.book, lambda: ehr.day)
    app = FastAPI()
    app.include_router(router(ehr.desk))
    with listening(Operation(app, settings, Metrics(), ehr.lines.append)) as base:
        ehr.base = base
        yield ehr


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ehr]:
    """One server for all tests that set nothing."""
    with served(tmp_path_factory.mktemp("hooks"), Configuration()) as ehr:
        yield ehr


@pytest.fixture
def ehr(one_server: Ehr, tmp_path: Path) -> Ehr:
    """It, with nothing remembered and an empty book."""
    one_server.desk.memory = Memory(480 * 60, Held(open_database(tmp_path / "home")))
    one_server.desk.book = one_server.book = FeedbackBook(open_database(tmp_path / "home"))
    one_server.day, one_server.headers = date(2026, 11, 20), {}
    one_server.lines.clear()
    return one_server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    """Makes servers with other settings of the hooks."""
    with ExitStack() as stack:
        yield lambda **hooks: stack.enter_context(served(tmp_path / "home", Configuration(hooks=Hooks(**hooks))))

"""A scripted server, a drafter that asks it, and the example patient."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pytest

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.drafting.capabilities import KNOWN
from agent.drafting.settings import Settings
from tests.model.scripted import AS_OF, Server


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own for each test."""
    started = Server()
    KNOWN.clear()
    yield started
    started.http.shutdown()
    started.http.server_close()


@pytest.fixture(scope="session")
def example_bytes() -> bytes:
    """The bundle of the example patient."""
    return (resources.files("scenarios") / "patients/example.json").read_bytes()


@pytest.fixture(scope="session")
def example(example_bytes: bytes) -> Case:
    """The example patient at the example's date."""
    return Case(example_bytes, AS_OF)


@pytest.fixture
def drafter(server: Server) -> ModelDrafter:
    """A drafter that asks the scripted server, for three seconds at most."""
    return ModelDrafter(Settings(server.url, "scripted", timeout=3.0, retries=1))

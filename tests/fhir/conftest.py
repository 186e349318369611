"""What the tests of reading share: one date, and a short way from resources to a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from agent.fhir.read import Record, read_bundle
from scenarios.builders import bundle, patient

AS_OF = date(2026, 11, 23)
Read = Callable[..., Record]


@pytest.fixture
def read() -> Read:
    """Reads a 60-year-old woman's record made of the resources given."""

    def reader(*resources: dict[str, Any], as_of: date = AS_OF, person: dict[str, Any] | None = None) -> Record:
        who = person or patient(sex="female", born=date(1966, 3, 1))
        record = read_bundle(orjson.dumps(bundle(who, *resources)), as_of)
        assert record.used + record.unread + len(record.set_aside) == record.resources
        return record

    return reader

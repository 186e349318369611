"""A resource of a record as it was received, for whoever follows a plan's line down to its source."""

from __future__ import annotations

import orjson

from agent.errors import DecisionError
from agent.fhir.received import resource


def resource_json(record: bytes, reference: str) -> str:
    """The resource that a reference such as `Observation/k` names, indented. Raises DecisionError (`unknown`)."""
    found = resource(record, reference)
    if found is None:
        raise DecisionError("unknown", f"the record has no resource {reference!r}")
    return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()

"""A resource of a record as it was received, for whoever follows a plan's line down to its source."""

from __future__ import annotations

from typing import Any

import orjson

from agent.errors import DecisionError


def resource_json(record: bytes, reference: str) -> str:
    """The resource that a reference such as `Observation/k` names, indented. Raises DecisionError (`unknown`)."""
    kind, _, id_ = reference.partition("/")
    for entry in _entries(orjson.loads(record)):
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == kind and id_ in _names(entry, resource):
            return orjson.dumps(resource, option=orjson.OPT_INDENT_2).decode()
    raise DecisionError("unknown", f"the record has no resource {reference!r}")


def _entries(bundle: Any) -> list[dict[str, Any]]:
    if not isinstance(bundle, dict):
        return []
    if bundle.get("resourceType") != "Bundle":
        return [{"resource": bundle}]
    return [entry for entry in bundle.get("entry") or [] if isinstance(entry, dict)]


def _names(entry: dict[str, Any], resource: dict[str, Any]) -> set[str]:
    """The id, and the last part of the address."""
    address = str(entry.get("fullUrl") or "")
    return {str(resource.get("id") or ""), address.rpartition("/")[2], address.rpartition(":")[2]} - {""}

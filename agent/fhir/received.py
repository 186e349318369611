"""A resource as it was received, by the reference that facts carry: of several versions the one that the facts were made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from agent.errors import RecordError
from agent.fhir.times import moment

Json = dict[str, Any]


def resource(record: bytes, reference: str) -> Json | None:
    """The resource behind `Condition/1`, a `urn:`, or the place where it stands (`entry[3]`); `None` where there is none.

    Args:
        record: the bytes of a Bundle, or of one resource.

    Raises:
        RecordError: they are not JSON.
    """
    try:
        tree = orjson.loads(record)
    except orjson.JSONDecodeError:
        raise RecordError("the record is not JSON") from None
    bare = reference.partition("#")[0]  # what is contained in a resource is shown with it
    versions = [found for place, entry, found in _entries(tree, "") if bare in _names(place, entry, found)]
    return max(reversed(versions), key=_updated, default=None)


def _entries(tree: Any, before: str) -> Iterator[tuple[str, Json, Json]]:
    """Place, entry and resource of each entry; bundles inside the bundle are opened, as they are when the record is read."""
    if not isinstance(tree, dict):
        return
    bundled = tree.get("resourceType") == "Bundle"
    for index, entry in enumerate((tree.get("entry") or []) if bundled else [{"resource": tree}]):
        found = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(found, dict):
            continue
        place = f"{before}entry[{index}]"
        if found.get("resourceType") == "Bundle":
            yield from _entries(found, f"{place}.resource.")
        else:
            yield place, entry, found


def _names(place: str, entry: Json, found: Json) -> set[str]:
    """Its place, its address, and its type with its id or with the last part of its address."""
    address, kind = str(entry.get("fullUrl") or ""), found.get("resourceType")
    ids = {str(found.get("id") or ""), address.rpartition("/")[2], address.rpartition(":")[2]} - {""}
    return {place, *([address] if address else []), *(f"{kind}/{id_}" for id_ in ids)}


def _updated(found: Json) -> float:
    meta = found.get("meta")
    said = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return moment(said if isinstance(said, str) else None)

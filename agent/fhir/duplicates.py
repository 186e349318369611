"""The same resource twice in a bundle: the newest version counts, the others are set aside."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.decode import Decoded
from agent.fhir.times import moment

_META = msgspec.json.Decoder(el.Meta)


def superseded(decoded: Decoded) -> dict[int, str]:
    """Entries that another version of the same resource replaces → why they are set aside."""
    keys = [(type(r), r.id or entry.full_url) if isinstance(r := entry.resource, r4.Common) else None for entry in decoded.entries]
    named = [key for key in keys if key is not None and key[1]]
    if len(set(named)) == len(named):
        return {}
    last: dict[object, int] = {}
    older: dict[int, str] = {}
    for index, key in enumerate(keys):
        if key is None or not key[1]:
            continue
        before = last.setdefault(key, index)
        if before != index:
            keep, drop = (before, index) if _updated(decoded, before) > _updated(decoded, index) else (index, before)
            last[key] = keep
            older[drop] = f"the same id as {decoded.place(keep)}, which counts"
    return older


def _updated(decoded: Decoded, index: int) -> float:
    resource = decoded.entries[index].resource
    raw = resource.meta if isinstance(resource, r4.Common) else Raw(b"")
    try:
        return moment(_META.decode(raw).last_updated)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return float("-inf")

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
    names = [name for entry in decoded.entries if (name := _name(entry))]
    if len(set(names)) == len(names):
        return {}
    last: dict[object, int] = {}
    older: dict[int, str] = {}
    for index, entry in enumerate(decoded.entries):
        if not (name := _name(entry)):
            continue
        key = type(entry.resource), name
        before = last.setdefault(key, index)
        if before != index:
            keep, drop = (before, index) if _updated(decoded, before) > _updated(decoded, index) else (index, before)
            last[key] = keep
            older[drop] = f"the same id as {decoded.place(keep)}, which counts"
    return older


def _name(entry: r4.Entry) -> str | None:
    """What tells one resource from another of its type, where it may be told: what is not read is never looked at."""
    resource = entry.resource
    return resource.id or entry.full_url if isinstance(resource, r4.Common) else None


def _updated(decoded: Decoded, index: int) -> float:
    resource = decoded.entries[index].resource
    raw = resource.meta if isinstance(resource, r4.Common) else Raw(b"")
    try:
        return moment(_META.decode(raw).last_updated)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return float("-inf")

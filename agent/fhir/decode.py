"""Bytes to resources: a strict fast path for the whole bundle and, where something does not fit, a tolerant one by resource.

One odd resource never costs the bundle. A field of a wrong type is left out and named; where the field decides what the
resource means (status, subject, ...) the whole resource is set aside. Broken JSON is refused with the byte and the entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import DecodeError, Raw, Struct, ValidationError

from agent.errors import RecordError
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.brackets import describe_fault, mend, slices
from agent.fhir.systems import FOREIGN_TYPES, RESOURCE_TYPES

_STRICT = msgspec.json.Decoder(r4.AnyResource)
_LOOSE = msgspec.json.Decoder(float_hook=Decimal)
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_RAW_LIST = msgspec.json.Decoder(list[Raw])

DECISIVE = frozenset(
    {
        *("resourceType", "id", "status", "intent", "doNotPerform", "lifecycleStatus", "clinicalStatus", "verificationStatus"),
        *("subject", "patient", "modifierExtension", "implicitRules", "dataAbsentReason", "comparator", "gender", "birthDate"),
    }
)
"""Fields that decide what a resource means: where one of these has a wrong type, the resource is set aside."""


@dataclass
class Decoded:
    """The entries of a bundle.

    Attributes:
        entries: in order; `resource` is `None` where nothing could be read.
        places: where each stands (`entry[12]`); `None` where entry i stands at `entry[i]`.
        unreadable: entry → why nothing could be read of it.
        left_out: entry → the fields that had a wrong type and were left out.
        partial: the server says that more pages follow.
    """

    entries: list[r4.Entry]
    places: list[str] | None = None
    unreadable: dict[int, str] = field(default_factory=dict)
    left_out: dict[int, list[str]] = field(default_factory=dict)
    partial: bool = False

    def place(self, index: int) -> str:
        """Where an entry stands, to find it again."""
        return f"entry[{index}]" if self.places is None else self.places[index]


class _Head(Struct, rename="camel"):
    resource_type: Any = None
    fhir_version: Any = None
    entry: Raw = el.NOTHING
    link: Raw = el.NOTHING


class _LooseEntry(Struct, rename="camel"):
    full_url: Raw = el.NOTHING
    resource: Raw = el.NOTHING


_HEAD = msgspec.json.Decoder(_Head)
_ENTRY = msgspec.json.Decoder(_LooseEntry)
_LINKS = msgspec.json.Decoder(list[el.BundleLink])


def decode(data: bytes) -> Decoded:
    """Every entry of a bundle, or the one resource that the input is.

    Raises:
        RecordError: not JSON, not FHIR, or of another FHIR release than R4.
    """
    data = _plain_json(data)
    try:
        top: Any = _STRICT.decode(data)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        decoded = _tolerantly(data)
    else:
        check_version(getattr(top, "fhir_version", None), "fhirVersion")
        is_bundle = isinstance(top, r4.Bundle)
        decoded = Decoded(top.entry if is_bundle else [r4.Entry(resource=top)])
        decoded.partial = is_bundle and _has_next(top.link)
    return _flatten(decoded)


def check_version(version: object, where: str) -> None:
    """Refuse what says of itself that it is not R4 (4.0, 4.3).

    Raises:
        RecordError: another release.
    """
    if isinstance(version, str) and not version.startswith("4."):
        raise RecordError(f"{where}: the input says that it is not FHIR R4; convert it to R4 (4.0.1) first")


def _plain_json(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RecordError("the input is UTF-16; FHIR JSON is UTF-8, convert it first")
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data[:64].lstrip()[:1]
    if not start and not data.strip():
        raise RecordError("the input is empty")
    if start == b"<":
        raise RecordError("the input is XML or HTML; give FHIR R4 as JSON")
    return data


def _has_next(links: list[el.BundleLink]) -> bool:
    return any(link.relation == "next" for link in links)


def _tolerantly(data: bytes) -> Decoded:
    try:
        return _by_entry(data, _HEAD.decode(data))
    except ValidationError:
        raise RecordError("not FHIR: the top level of the JSON is not an object") from None
    except (RecursionError, UnicodeDecodeError):
        return _by_slice(data)
    except DecodeError as error:
        return _mended(data, str(error))


def _mended(data: bytes, error: str) -> Decoded:
    """Once more, with what other JSON writers let pass (NaN, Infinity, lone surrogates) turned into strings."""
    mended = mend(data)
    try:
        if mended != data:
            return _by_entry(mended, _HEAD.decode(mended))
    except (DecodeError, RecursionError, UnicodeDecodeError):
        pass
    raise RecordError(describe_fault(data, error)) from None


def _by_entry(data: bytes, head: _Head) -> Decoded:
    """Each entry on its own; the bundle itself is sound JSON."""
    if not isinstance(head.resource_type, str):
        raise RecordError("not FHIR: resourceType is missing")
    check_version(head.fhir_version, "fhirVersion")
    if head.resource_type != "Bundle":
        decoded = Decoded([])
        _append(decoded, el.NOTHING, Raw(data))
        return decoded
    try:
        raw_entries = _RAW_LIST.decode(head.entry) if bytes(head.entry) not in (b"", b"null") else []
    except ValidationError:
        raise RecordError("Bundle.entry is not a list") from None
    decoded = Decoded([])
    for raw in raw_entries:
        _append_entry(decoded, raw)
    try:
        decoded.partial = _has_next(_LINKS.decode(head.link)) if bytes(head.link) else False
    except ValidationError:
        decoded.partial = False
    return decoded


def _by_slice(data: bytes) -> Decoded:
    """Entries found by their brackets: for nesting that no decoder follows, and for bytes that are not UTF-8."""
    decoded = Decoded([])
    for start, end in slices(data):
        if end is None:
            raise RecordError(describe_fault(data, "truncated"))
        _append_entry(decoded, Raw(data[start:end]))
    if not decoded.entries:
        raise RecordError("not a FHIR Bundle that can be read: nested too deeply, or not UTF-8")
    return decoded


def _append_entry(decoded: Decoded, raw: Raw) -> None:
    try:
        entry = _ENTRY.decode(raw)
    except ValidationError:
        _unreadable(decoded, None, "the entry is not an object")
    except RecursionError:
        _unreadable(decoded, None, "nested too deeply")
    except (DecodeError, UnicodeDecodeError):
        _unreadable(decoded, None, "not JSON in UTF-8")
    else:
        _append(decoded, entry.full_url, entry.resource)


def _append(decoded: Decoded, full_url: Raw, raw: Raw) -> None:
    try:
        url = msgspec.json.decode(full_url, type=str) if bytes(full_url) else None
    except (DecodeError, UnicodeDecodeError):
        url = None
    try:
        decoded.entries.append(r4.Entry(url, _STRICT.decode(raw) if bytes(raw) else None))
    except (ValidationError, DecodeError, UnicodeDecodeError):
        _append_loose(decoded, url, raw)
    except RecursionError:
        _unreadable(decoded, url, "nested too deeply")


def _append_loose(decoded: Decoded, url: str | None, raw: Raw) -> None:
    try:
        resource, dropped = read_loosely(raw, decoded.place(len(decoded.entries)))
    except (DecodeError, UnicodeDecodeError, RecursionError):
        _unreadable(decoded, url, "not JSON in UTF-8 that can be decoded")
    except _UnfitError as unfit:
        _unreadable(decoded, url, unfit.args[0])
    else:
        decoded.left_out[len(decoded.entries)] = dropped
        decoded.entries.append(r4.Entry(url, resource))


def _unreadable(decoded: Decoded, url: str | None, reason: str) -> None:
    decoded.unreadable[len(decoded.entries)] = reason
    decoded.entries.append(r4.Entry(url, None))


class _UnfitError(Exception):
    """The resource cannot be read; the first argument says why."""


def read_loosely(raw: Raw, place: str) -> tuple[r4.Resource, list[str]]:
    """A resource without the fields that have a wrong type, and the paths of those.

    Raises:
        RecordError: the resource belongs to another FHIR release.
        _UnfitError: what is wrong decides what the resource means.
    """
    tree = _LOOSE.decode(raw)
    if not isinstance(tree, dict):
        raise _UnfitError("the resource is not an object")
    kind = tree.get("resourceType")
    if isinstance(kind, str) and kind in FOREIGN_TYPES:
        raise RecordError(f"{place}: {kind} is a resource of FHIR {FOREIGN_TYPES[kind]}; convert the bundle to R4 first")
    if not isinstance(kind, str) or kind not in RESOURCE_TYPES:
        raise _UnfitError("resourceType is missing" if kind is None else "resourceType is not a type of FHIR R4")
    dropped: list[str] = []
    for _ in range(24):
        try:
            return _STRICT.decode(_NUMBERS.encode(tree)), dropped
        except ValidationError as error:
            dropped.append(f"{kind}.{_drop(tree, kind, str(error))}")
    raise _UnfitError("too many fields of a wrong type")


_STEP = re.compile(r"\.([A-Za-z]+)|\[(\d+)\]")


def _drop(tree: dict[str, Any], kind: str, error: str) -> str:
    """Remove the field that the decoder stumbled over and return its path."""
    path = error.rpartition(" - at `$")[2].rstrip("`")
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(path)]
    if not steps or any(step in DECISIVE for step in steps):
        raise _UnfitError(f"{kind}{path} is not of the type that FHIR R4 demands")
    if steps[-1] in ("value", "unit", "code") and len(steps) > 1 and str(steps[-2]).startswith("value"):
        steps.pop()  # half a quantity is worse than none
    at: Any = tree
    for step in steps[:-1]:
        at = at[step]
    del at[steps[-1]]
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def _flatten(decoded: Decoded) -> Decoded:
    """Bundles inside the bundle (the answer to a batch of searches) are opened where they stand."""
    if not any(type(entry.resource) is r4.Bundle for entry in decoded.entries):
        return decoded
    flat = Decoded([], [], partial=decoded.partial)
    _open(decoded, "", flat)
    return flat


def _open(source: Decoded, prefix: str, flat: Decoded) -> None:
    assert flat.places is not None
    for index, entry in enumerate(source.entries):
        place = prefix + source.place(index)
        if isinstance(entry.resource, r4.Bundle):
            flat.partial = flat.partial or _has_next(entry.resource.link)
            _open(Decoded(entry.resource.entry), f"{place}.resource.", flat)
            continue
        if index in source.unreadable:
            flat.unreadable[len(flat.entries)] = source.unreadable[index]
        if index in source.left_out:
            flat.left_out[len(flat.entries)] = source.left_out[index]
        flat.places.append(place)
        flat.entries.append(entry)

"""Bulk NDJSON (one resource a line, one file a type) regrouped into one Bundle a patient.

A line that is not JSON becomes an OperationOutcome in every bundle, so that it is listed as set aside and never lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import DecodeError, Raw, Struct

from agent.errors import RecordError
from agent.fhir import concepts
from agent.fhir.elements import NOTHING

_SHARED = frozenset({"Medication"})


class _Line(Struct, rename="camel"):
    resource_type: str
    id: str | None = None
    subject: Raw = NOTHING
    patient: Raw = NOTHING
    beneficiary: Raw = NOTHING


_LINE = msgspec.json.Decoder(_Line)


class Grouped:
    """The lines of an export, by patient.

    Attributes:
        patients: id → the lines about that patient, the Patient first.
        shared: lines that every patient's bundle needs (medications that orders refer to, lines that could not be read).
        orphans: id → how many lines are about a patient who has no Patient line; they are in no bundle.
    """

    def __init__(self) -> None:
        self.patients: dict[str, list[bytes]] = {}
        self.shared: list[bytes] = []
        self.orphans: dict[str, int] = {}
        self._about: dict[str, list[bytes]] = {}

    def bundle(self, patient: str) -> bytes:
        """The Bundle of one patient.

        Raises:
            RecordError: no such patient.
        """
        bare = patient.removeprefix("Patient/")
        if bare not in self.patients:
            about = f"; lines about that patient: {self.orphans[bare]}" if bare in self.orphans else ""
            raise RecordError(f"no Patient with the id {bare!r} is in the export; it holds {len(self.patients)}{about}")
        return bundle_of((*self.patients[bare], *self.shared))

    def add(self, line: bytes, place: str) -> None:
        """Put one line where it belongs."""
        place_of, owner = belongs(line)
        if place_of == "patient":
            self.patients.setdefault(owner, []).insert(0, line)
        elif place_of == "about":
            self._about.setdefault(owner, []).append(line)
        elif place_of != "nobody":  # organizations, practitioners
            self.shared.append(line if place_of == "shared" else unreadable(place))

    def settle(self) -> None:
        """Join lines to their patients; those about a patient without a Patient line are counted."""
        for owner, lines in self._about.items():
            if owner in self.patients:
                self.patients[owner] += lines
            else:
                self.orphans[owner] = len(lines)


Place = Literal["patient", "about", "shared", "unreadable", "nobody"]


def belongs(line: bytes) -> tuple[Place, str]:
    """Where a line belongs, and to which patient: the Patient, about a patient, to all of them, not readable, or to nobody."""
    try:
        head = _LINE.decode(line)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return "unreadable", ""
    if head.resource_type == "Patient" and head.id:
        return "patient", head.id
    whose = next((raw for raw in (head.subject, head.patient, head.beneficiary) if bytes(raw)), None)
    link = concepts.reference.of(whose) if whose is not None else None
    if link is not None and link.reference:
        return "about", link.reference.partition("/_history/")[0].rpartition("/")[2].removeprefix("urn:uuid:")
    return ("shared" if head.resource_type in _SHARED else "nobody"), ""


def bundle_of(lines: Iterable[bytes]) -> bytes:
    """A Bundle of these resources."""
    entries = b",".join(b'{"resource":' + line + b"}" for line in lines)
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}"


def unreadable(place: str) -> bytes:
    """What stands in a bundle for a line that is not JSON."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "structure", "expression": [place]}]}
    return msgspec.json.encode(outcome)


def group(files: Iterable[Path]) -> Grouped:
    """Read the files of an export, in the order of their names.

    Raises:
        RecordError: a file cannot be read, or no line of any file is a Patient.
    """
    grouped = Grouped()
    for path in sorted(files):
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise RecordError(f"{path.name} cannot be read: {error.strerror}") from None
        for number, line in enumerate(lines, 1):
            if line.strip():
                grouped.add(line, f"{path.name}:{number}")
    grouped.settle()
    if not grouped.patients:
        about = f"; lines about somebody: {sum(grouped.orphans.values())}" if grouped.orphans else ""
        raise RecordError(f"no patient: none of the lines is a Patient that can be read{about}")
    return grouped


def files_of(path: Path) -> list[Path]:
    """The NDJSON files of a folder, or the one file."""
    return (
        sorted(found for found in path.iterdir() if found.suffix == ".ndjson" and found.name != "log.ndjson") if path.is_dir() else [path]
    )

"""Where the patients of a batch come from: bundles, folders of bundles (Synthea's output among them), bulk exports."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.errors import RecordError
from scenarios.export import export


class Recorded(Protocol):
    """Somebody whose record can be had: from a file, or drawn from a population."""

    @property
    def label(self) -> str:
        """How rows and errors name the patient."""

    def data(self) -> bytes:
        """The bytes of the patient's bundle. Raises RecordError where they cannot be had."""

    def key(self) -> str:
        """What tells one record from another."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of a cohort.

    Attributes:
        path: a bundle, or the folder of a bulk export (or its only file).
        patient: which patient of a bulk export; `None` for a bundle.
    """

    path: Path
    patient: str | None = None

    @property
    def label(self) -> str:
        """How rows and errors name the patient: the file's name, or the id in the export."""
        return self.patient or self.path.name

    def data(self) -> bytes:
        """The bytes of the patient's bundle.

        Raises:
            RecordError: the file cannot be read.
        """
        return _bytes(self.path) if self.patient is None else export(self.path).bundle(self.patient)

    def key(self) -> str:
        """What tells one record from another: its content, wherever it lies."""
        try:
            return hashlib.sha256(self.data()).hexdigest()[:24]
        except RecordError:
            return hashlib.sha256(b"unreadable " + self.path.name.encode()).hexdigest()[:24]


def cohort(paths: Sequence[Path]) -> tuple[Patient, ...]:
    """Every patient behind these paths, in an order that depends on nothing but the names.

    Raises:
        RecordError: a path does not exist.
    """
    found: list[Patient] = []
    for path in paths:
        if not path.exists():
            raise RecordError(f"{path.name!r} does not exist")
        found += _of(path)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (str(one.path), one.patient or "")))


def _of(path: Path) -> Iterator[Patient]:
    if path.is_file():
        if path.name.endswith(".ndjson.gz"):
            raise RecordError(f"{path.name!r} is packed; unpack exports first, since patients are read by the places of their lines")
        yield from (Patient(path),) if path.suffix != ".ndjson" else _of_export(path)
        return
    if any(path.glob("*.ndjson")):
        yield from _of_export(path)
    for child in sorted(path.iterdir()):
        if child.is_dir() or (child.name.endswith((".json", *_PACKED)) and not child.name.startswith(_NOBODY)):
            yield from _of(child)


_PACKED = (".json.gz", ".ndjson.gz")
_NOBODY = ("hospitalInformation", "practitionerInformation", "organizationInformation")
"""Beginnings of the names of files that Synthea writes beside its patients."""


def _of_export(path: Path) -> Iterator[Patient]:
    """The patients of an export; a file that holds one kind of resource stands for its folder, any other file for itself."""
    alone = path.is_dir() or not (path.name.startswith("Patient") or not export(path).patients)
    whole = path if alone else path.parent
    yield from (Patient(whole, patient) for patient in export(whole).patients)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(f"{path.name!r} cannot be read: {getattr(error, 'strerror', None) or 'it is no whole gzip file'}") from None

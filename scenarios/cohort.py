"""Where the patients of a batch come from: bundles, folders of bundles, bulk exports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import orjson

from agent.errors import RecordError


class Recorded(Protocol):
    """Somebody whose record can be had: from a file, or drawn from a population."""

    @property
    def label(self) -> str:
        """How rows and errors name the patient."""

    def data(self) -> bytes:
        """The bytes of the patient's bundle. Raises RecordError where they cannot be had."""

    def key(self) -> str:
        """What tells one record from another."""


@dataclass(frozen=True)
class Patient:
    """One patient of a cohort.

    Attributes:
        path: a bundle, or the folder of a bulk export.
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
        if self.patient is None:
            return _bytes(self.path)
        from agent.fhir.source import load_source

        return load_source(str(self.path), self.patient)

    def key(self) -> str:
        """What tells one record from another: its content, wherever it lies. An export counts as a whole."""
        content = _digest_of_export(self.path) if self.patient else self._content()
        return hashlib.sha256(content + (self.patient or "").encode()).hexdigest()[:24]

    def _content(self) -> bytes:
        try:
            return hashlib.sha256(_bytes(self.path)).digest()
        except RecordError:
            return b"unreadable " + self.path.name.encode()


@lru_cache(maxsize=8)
def _digest_of_export(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.ndjson")):
        digest.update(hashlib.sha256(_bytes(file)).digest())
    return digest.digest()


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
        yield from (Patient(path),) if path.suffix != ".ndjson" else _of_export(path.parent)
        return
    if any(path.glob("*.ndjson")):
        yield from _of_export(path)
    for child in sorted(path.iterdir()):
        if child.is_dir() or child.suffix == ".json":
            yield from _of(child)


def _of_export(folder: Path) -> Iterator[Patient]:
    for file in sorted(folder.glob("Patient*.ndjson")):
        for line in _bytes(file).splitlines():
            if line.strip():
                yield Patient(folder, orjson.loads(line)["id"])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path.name!r} cannot be read: {error.strerror}") from None

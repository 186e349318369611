"""A bulk export (NDJSON, one file a type) as a source of patients: read through once, then each patient by the places of its lines.

What is held in memory is where lines are and not what they say, so that an export may be larger than memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from agent.errors import RecordError
from agent.fhir.ndjson import belongs, bundle_of, files_of, unreadable

_FIELDS = 3
"""Numbers a line: file, first byte, length."""


class Export:
    """The patients of an export and where their lines are.

    Args:
        folder: of the export; or one file of it.

    Attributes:
        orphans: id → how many lines are about a patient who has no Patient line; they are in no bundle.

    Raises:
        RecordError: a file cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._files = files_of(folder)
        self._of: dict[str, array[int]] = {}
        self._shared = array("Q")
        self._torn: list[str] = []
        about: dict[str, array[int]] = {}
        try:
            for number, path in enumerate(self._files):
                self._index(number, path, about)
        except OSError as error:
            raise RecordError(f"{folder.name!r} cannot be read: {error.strerror}") from None
        self.orphans = {patient: len(places) // _FIELDS for patient, places in about.items() if patient not in self._of}
        for patient, places in about.items():
            if patient in self._of:
                self._of[patient].extend(places)

    def _index(self, number: int, path: Path, about: dict[str, array[int]]) -> None:
        begins = 0
        with path.open("rb") as file:
            for row, line in enumerate(file, 1):
                place = (number, begins, len(line))
                begins += len(line)
                if line.strip():
                    self._put(line, place, f"{path.name}:{row}", about)

    def _put(self, line: bytes, place: tuple[int, int, int], name: str, about: dict[str, array[int]]) -> None:
        where, owner = belongs(line)
        if where == "patient":
            self._of[owner] = array("Q", place) + self._of.get(owner, array("Q"))
        elif where == "about":
            about.setdefault(owner, array("Q")).extend(place)
        elif where == "shared":
            self._shared.extend(place)
        elif where == "unreadable":
            self._torn.append(name)

    @property
    def patients(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._of)

    def bundle(self, patient: str) -> bytes:
        """One patient's Bundle; lines that nobody can read stand in it as such. Raises RecordError."""
        try:
            with ExitStack() as stack:
                opened: dict[int, BinaryIO] = {}
                lines = list(self._lines((*self._of[patient], *self._shared), stack, opened))
        except OSError as error:
            raise RecordError(f"the export cannot be read: {error.strerror}") from None
        return bundle_of((*lines, *map(unreadable, self._torn)))

    def _lines(self, places: tuple[int, ...], stack: ExitStack, opened: dict[int, BinaryIO]) -> Iterator[bytes]:
        for number, begins, length in zip(*(places[n::_FIELDS] for n in range(_FIELDS)), strict=True):
            if number not in opened:
                opened[number] = stack.enter_context(self._files[number].open("rb"))
            opened[number].seek(begins)
            yield opened[number].read(length).strip()


@lru_cache(maxsize=4)
def export(folder: Path) -> Export:
    """The export in a folder (or the one file), read through once in a process. Raises RecordError."""
    return Export(folder)

"""Whether a run into a folder was finished before: with these settings, for these records, and with every file as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import orjson

from scenarios.cohort import Recorded
from scenarios.ledger import PARTIAL, differs
from scenarios.row import Row, read_rows

Tell = Callable[[str], None]


def tell_nobody(text: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Finished:
    """What a finished run leaves in a folder.

    Attributes:
        manifest, rows: names of its files; the manifest holds the settings, and the digest of the rows under `rows`.
        others: names of further files that it leaves, each with the name of its digest in the manifest; `None` where it has none.
    """

    folder: Path
    manifest: str
    rows: str
    others: tuple[tuple[str, str | None], ...] = ()

    def manifest_for(self, head: Row, patients: Iterable[Recorded], tell: Tell) -> Row | None:
        """The manifest, where nothing is left to be done; `None` where something is, or where nothing was finished.

        Records are read to tell whether they are the same; nobody is planned.

        Args:
            head: what rows would be made with now.
            tell: is told that the run was finished, or why what is there does not stand for it.
        """
        found = self._read()
        if found is None or (self.folder / PARTIAL).exists():
            return None
        if why := self._outdated(found, head, patients):
            tell(f"A finished run is in {self.folder}, but {why}; it is made anew.")
            return None
        tell(
            f"This run was finished before: the same records, settings and version are in {self.folder}. Leave out --resume to make it anew."
        )
        return found

    def _read(self) -> Row | None:
        try:
            found = orjson.loads((self.folder / self.manifest).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return found if isinstance(found, dict) else None

    def _outdated(self, manifest: Row, head: Row, patients: Iterable[Recorded]) -> str:
        """Why what is there does not stand for a run now; nothing where it does."""
        if other := differs({name: manifest.get(name) for name in head}, head):
            return f"with other settings or of another version ({other})"
        for name, digest in ((self.rows, "rows"), *self.others):
            path = self.folder / name
            if not path.exists() or (digest and manifest.get(digest) != sealed(path)):
                return f"{name} is not as it was written"
        return "" if self._of(patients) else "of other records"

    def _of(self, patients: Iterable[Recorded]) -> bool:
        """Whether the rows are those of these patients, in this order."""
        pairs = zip_longest(self._keys(), ((one.key(), one.label) for one in patients))
        return all(there == now for there, now in pairs)

    def _keys(self) -> Iterator[tuple[str, str]]:
        for row in read_rows(self.folder / self.rows):
            yield row["key"], row["patient"]


def sealed(path: Path) -> str:
    """The digest of a file as manifests write it."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()

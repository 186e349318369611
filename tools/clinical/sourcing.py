"""The sources of a knowledge file: as a plan cites them, and what a file says of them that cannot be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tools.clinical.answer import Citation
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document


def citation(
    file: Document, source: str, identifier: str, *, locator: str = "", grade: str = "", confidence: str | None = None
) -> Citation:
    """A source of a file as a plan cites it for one of the file's statements.

    Args:
        source: its id; it is listed, or the file would not have loaded (`unlisted`).
        identifier: of the statement.
        locator: where in the source; without one, what the source says of itself.
        confidence: in the statement; without one, that of the file.
    """
    found = next(entry for entry in file.source if entry.id == source)
    return Citation(
        id=identifier,
        version=file.version,
        title=found.title,
        publisher=found.publisher,
        year=found.year,
        locator=locator or found.locator,
        grade=grade,
        confidence=confidence or file.confidence,
    )


def unlisted(file: Document, named: Iterable[tuple[str, str]]) -> list[str]:
    """A fault for each source, given as owner and id, that the file names and does not list."""
    known = {entry.id for entry in file.source}
    return [f"{owner}: source {source!r} is not listed" for owner, source in named if source not in known]


def uncited(file: Document, cited: Iterable[str]) -> list[str]:
    """A fault for each source that the file lists and nobody cites."""
    return [f"source {source!r} is never cited" for source in sorted({entry.id for entry in file.source} - set(cited))]


def only_once(statements: Iterable[tuple[str, str]]) -> None:
    """Of statements of several files, given as file and id, each id stands once.

    Raises:
        KnowledgeError: one stands again; it names both files.
    """
    seen: dict[str, str] = {}
    for file, name in statements:
        if name in seen:
            raise KnowledgeError(f"{file}.toml: id {name!r} is also in {seen[name]}.toml")
        seen[name] = file


def twice(names: Iterable[str]) -> list[str]:
    """A fault for each name that stands more than once, in order of first appearance."""
    return [f"{name!r} stands twice" for name, count in Counter(names).items() if count > 1]

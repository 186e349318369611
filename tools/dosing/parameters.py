"""Numbers of the special engines: kept as knowledge, with sources, like every other number."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from msgspec import field

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, load
from tools.clinical.sourcing import citation

FOLDER = Path(__file__).parent / "engines"


class ParameterFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The numbers of one engine, and tables of numbers by name.

    Attributes:
        drug, indication, legacy_id: what the engine doses; empty for an engine that serves several drugs.
        member: names of medicines by the part that they play.
    """

    drug: str = ""
    indication: tuple[str, ...] = ()
    legacy_id: str = ""
    number: dict[str, float] = field(default_factory=dict)
    table: dict[str, dict[str, float]] = field(default_factory=dict)
    member: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """A file without a source cannot be found again."""
        return [] if self.source else ["has no source"]

    def ref(self) -> KnowledgeRef:
        """Id and version."""
        return KnowledgeRef(self.id, self.version)

    def evidence(self) -> tuple[Citation, ...]:
        """The sources as citations."""
        return tuple(citation(self, source.id, self.id) for source in self.source)


@lru_cache(maxsize=16)
def parameters(engine: str) -> ParameterFile:
    """The numbers of an engine.

    Raises:
        KnowledgeError: there is no such file.
    """
    for file in load(FOLDER, ParameterFile):
        if file.id == engine:
            return file
    raise KnowledgeError(f"{engine}.toml is not among the files of the engines")


def engine_files() -> tuple[ParameterFile, ...]:
    """The numbers of every engine."""
    return load(FOLDER, ParameterFile)

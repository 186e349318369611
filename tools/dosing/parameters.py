"""Numbers of the special engines: kept as knowledge, with sources, like every other number."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import field

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, load
from tools.clinical.sourcing import citation
from tools.dosing.answers import DoseAnswer

FOLDER = Path(__file__).parent / "engines"


class ParameterFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The numbers of one engine, and tables of numbers by name.

    Attributes:
        drug, indication, legacy_id: what the engine doses; empty for an engine that serves several drugs.
        youngest: completed years below which it has no dose.
        usual, titration, monitoring: as a dose is told.
        hours: the intervals that it chooses from.
        member: names of medicines, or of problems, by the part that they play.
        said: reasons in words, by what they are for.
    """

    drug: str = ""
    indication: tuple[str, ...] = ()
    legacy_id: str = ""
    youngest: int = 0
    usual: str = ""
    titration: str = ""
    monitoring: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    number: dict[str, float] = field(default_factory=dict)
    table: dict[str, dict[str, float]] = field(default_factory=dict)
    member: dict[str, tuple[str, ...]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """A file without a source cannot be found again."""
        return [] if self.source else ["has no source"]

    def ref(self) -> KnowledgeRef:
        """Id and version."""
        return KnowledgeRef(self.id, self.version)

    def evidence(self) -> tuple[Citation, ...]:
        """The sources as citations."""
        return tuple(citation(self, source.id, self.id) for source in self.source)


def no_dose(model: ParameterFile, outcome: Literal["missing", "out_of_scope"], reason: str, missing: tuple[str, ...] = ()) -> DoseAnswer:
    """What an engine answers where it has no dose, and why."""
    return DoseAnswer(
        outcome=outcome,
        drug=model.drug,
        indication=next(iter(model.indication), ""),
        missing=missing,
        reason=reason,
        rule=model.ref(),
        legacy_id=model.legacy_id,
        evidence=model.evidence(),
        text=f"No dose: {reason.rstrip('.')}.",
    )


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

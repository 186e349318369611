"""Medicines that act where they are put: they neither add to a load nor cause what a tablet causes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.clinical.facts import MedicationUse
from tools.clinical.knowledge import Document, load
from tools.clinical.routes import JOINTS, NOSE, SURFACES

FOLDER = Path(__file__).parent / "routes"
_LOCAL = SURFACES | NOSE | JOINTS
"""Inhaled medicines are not among them: high doses reach the rest of the body."""


class RouteCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A medicine by its kinds and its route, and whether it acts where it is put."""

    name: str
    kinds: tuple[str, ...]
    route: str | None = None
    expect: Literal["local", "systemic"]


class RouteFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kinds of medicines that count for the whole body though they act where they are put."""

    despite: tuple[str, ...]
    case: tuple[RouteCase, ...] = ()

    def is_local(self, route: str | None, kinds: frozenset[str]) -> bool:
        """Whether a medicine of these kinds acts where it is put alone; a route that is not recorded is no local one."""
        return route in _LOCAL and not kinds.intersection(self.despite)

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        said = [(case, "local" if self.is_local(case.route, frozenset(case.kinds)) else "systemic") for case in self.case]
        return [f"{case.name}: {word}, expected {case.expect}" for case, word in said if word != case.expect]


@lru_cache(maxsize=1)
def route_files() -> tuple[RouteFile, ...]:
    """The routes of the knowledge base."""
    return load(FOLDER, RouteFile)


def systemic(use: MedicationUse) -> bool:
    """Not known to act only where it is put."""
    return not any(file.is_local(use.route, use.kinds) for file in route_files())

"""Three truth values, and a verdict that says which facts bear it and what was missing."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from msgspec import Struct

from tools.clinical.facts import Facts


class Truth(Enum):
    """Three values: what cannot be told is neither true nor false."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Verdict(Struct, frozen=True, gc=False):
    """A truth value with the references that bear it and the names of what was missing."""

    truth: Truth
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True, and known to be so."""
        return self.truth is Truth.TRUE

    @property
    def unknown(self) -> bool:
        """Cannot be told from this record."""
        return self.truth is Truth.UNKNOWN


FALSE = Verdict(Truth.FALSE)
ALWAYS = Verdict(Truth.TRUE)


class Condition(Protocol):
    """A compiled clause."""

    def holds(self, facts: Facts) -> Verdict:
        """Whether it holds, by what, and what is missing to tell."""

    def sure(self, facts: Facts) -> bool:
        """Whether it is known to hold: `holds(facts).holds`, without what bears it, and sooner."""

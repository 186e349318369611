"""A share wherever one is told: so many of so many, with its interval, and drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.intervals import wilson
from scenarios.pictures import intervals


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    met: int = 0
    asked: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.met + other.met, self.asked + other.asked)

    @property
    def value(self) -> float:
        """The share; nothing asked counts as nothing shown."""
        return self.met / self.asked if self.asked else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson."""
        return wilson(self.met, self.asked)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.met}/{self.asked} = {self.value:.1%} ({low:.1%}–{high:.1%})"


def drawn(title: str, shares: Iterable[tuple[str, Share]]) -> str:
    """Shares with their intervals, as a picture; those of nothing are left out."""
    return intervals(title, [(name, share.value, *share.interval()) for name, share in shares if share.asked])

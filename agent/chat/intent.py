"""What was asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Intent:
    """What was asked: the name of a command and its argument."""

    name: str
    argument: str = ""

"""Codes of terminologies, and ingredients by name and code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a terminology; `system` is its canonical URL."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An active ingredient in this project's spelling (generic, lower case) with its RxNorm ingredient code."""

    name: str
    rxcui: str | None = None

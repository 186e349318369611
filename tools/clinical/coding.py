"""Codes of terminologies, and ingredients by name and code."""

from __future__ import annotations

from msgspec import Struct


class Coding(Struct, frozen=True, gc=False):
    """A code of a terminology; `system` is its canonical URL."""

    system: str
    code: str
    display: str = ""


class Ingredient(Struct, frozen=True, gc=False):
    """An active ingredient in this project's spelling (generic, lower case) with its RxNorm ingredient code."""

    name: str
    rxcui: str | None = None

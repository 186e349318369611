"""`search_guidelines`: recommendations by words and conditions."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from agent.faces.answering.shapes import Answer, Coded, Context


class Input(Struct, frozen=True, kw_only=True):
    """Words, conditions, or both.

    Attributes:
        conditions: only recommendations for one of these.
        context: a patient; recommendations of the patient's conditions come first.
        limit: at most so many.
    """

    query: Annotated[str, Meta(max_length=1000)] = ""
    conditions: list[str | Coded] = []
    context: Context = Context()
    limit: Annotated[int, Meta(ge=1, le=100)] = 5


class Recommendation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One recommendation with its place in the knowledge and in its source."""

    id: str
    version: str
    guideline: str = ""
    text: str = ""
    grade: str = ""
    source: str = ""
    locator: str = ""
    confidence: str = "probable"


class Output(Answer, frozen=True, kw_only=True):
    """Recommendations, the closest first."""

    recommendations: tuple[Recommendation, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """The closest recommendations."""
    from tools.guidelines import search_guidelines

    raise NotImplementedError(search_guidelines)

"""`search_guidelines`: recommendations by words and conditions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from agent.context_facts import understand
from agent.faces.answering.issues import sources
from agent.faces.answering.shapes import Answer, Coded, Context
from agent.query_words import names
from tools.clinical.facts import Coding
from tools.terminology import terminology

if TYPE_CHECKING:
    from tools.guidelines.search import Found


class Input(Struct, frozen=True, kw_only=True):
    """Words, conditions, or both.

    Attributes:
        conditions: only recommendations for one of these.
        context: a patient; each recommendation then says whether it applies.
        limit: at most so many.
    """

    query: Annotated[str, Meta(max_length=1000)] = ""
    conditions: list[str | Coded] = []
    context: Context = Context()
    limit: Annotated[int, Meta(ge=1, le=100)] = 5


class Recommendation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One recommendation with its place in the knowledge and in its source.

    Attributes:
        says: what it says to do; because: why.
        applies: whether it holds for the patient of the context; missing: what would tell, where that cannot be told.
    """

    id: str
    version: str
    module: str
    says: str
    because: str
    grade: str = ""
    source: str = ""
    locator: str = ""
    confidence: str = "probable"
    applies: Literal["applies", "does-not-apply", "cannot-be-told", "not-asked"] = "not-asked"
    missing: tuple[str, ...] = ()


class Output(Answer, frozen=True, kw_only=True):
    """Recommendations, the closest first."""

    recommendations: tuple[Recommendation, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """The closest recommendations."""
    from tools.guidelines import search_guidelines

    understood = understand(given.context, as_of) if given.context != Context() else None
    conditions = tuple(dict.fromkeys(name for condition in given.conditions for name in _names(condition)))
    found = search_guidelines(given.query, conditions, understood.facts if understood else None, given.limit, names=names)
    return Output(
        tool="search_guidelines",
        status=found.outcome,
        reason=found.reason,
        not_used=understood.not_used if understood else (),
        knowledge=found.knowledge,
        sources=sources(each.citation for each in found.found),
        recommendations=tuple(_recommendation(each) for each in found.found),
    )


def _names(condition: str | Coded) -> tuple[str, ...]:
    """The canonical names of a condition; its own words where the terminology does not know it."""
    said = Coded(text=condition) if isinstance(condition, str) else condition
    codes = (Coding(said.system, said.code, said.text),) if said.code else ()
    return tuple(sorted(terminology().problem(codes, said.text))) or (said.text or said.code,)


def _recommendation(found: Found) -> Recommendation:
    cited = found.citation
    return Recommendation(
        id=found.id,
        version=cited.version,
        module=found.module,
        says=found.says,
        because=found.because,
        grade=cited.grade,
        source=", ".join(str(part) for part in (cited.title, cited.publisher, cited.year) if part),
        locator=cited.locator,
        confidence=cited.confidence,
        applies=found.applies,
        missing=found.missing,
    )

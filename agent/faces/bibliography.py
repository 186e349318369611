"""The sources of a plan: a document once, with every rule of the knowledge base that rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.safe_text import readable
from tools.clinical.answer import Citation

Key = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """How a line points to its source: the document's number, and the grade that it gives to what the line says."""

    number: int
    grade: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.grade}".rstrip()


@dataclass(frozen=True)
class SourceDocument:
    """A document and the rules that rest on it, in order of first use."""

    head: str
    rules: list[Citation] = field(default_factory=list)

    @property
    def rule_words(self) -> str:
        """`rule-id 1.0.0 (section 7.3; COR 1)`, and whether it is in doubt."""
        return ", ".join(_rule(citation) for citation in self.rules)


class Bibliography:
    """The documents behind some citations, numbered in order of first use."""

    def __init__(self, citations: Iterable[Citation]) -> None:
        found: dict[Key, SourceDocument] = {}
        for citation in citations:
            document = found.setdefault(_key(citation), SourceDocument(document_words(citation)))
            if all((citation.id, citation.locator) != (rule.id, rule.locator) for rule in document.rules):
                document.rules.append(citation)
        self.documents = tuple(found.values())
        self._numbers = {key: number for number, key in enumerate(found, 1)}

    def marks(self, evidence: Iterable[Citation]) -> tuple[Mark, ...]:
        """Numbers and grades of these citations, ascending, each once; what is longer than a grade stands in the list only."""
        marks = {Mark(self._numbers[_key(c)], readable(c.grade) if _is_short(c.grade) else "") for c in evidence}
        return tuple(sorted(marks, key=lambda mark: (mark.number, mark.grade)))


def _is_short(grade: str) -> bool:
    return grade != "label" and len(grade) <= len("COR 3 harm, LOE B")


def document_words(citation: Citation) -> str:
    """`Title, publisher, year`; the rule's own id where nothing is known of its source."""
    return ", ".join(readable(str(part)) for part in (citation.title or citation.id, citation.publisher, citation.year) if part)


def citation_words(citation: Citation) -> str:
    """One citation in full: document, place in it, grade, rule."""
    return f"{document_words(citation)}. {_rule(citation)}"


def _rule(citation: Citation) -> str:
    doubt = "unsure: verify before use" if citation.confidence == "unsure" else ""
    place = "; ".join(readable(part) for part in (citation.locator, citation.grade, doubt) if part)
    return f"{readable(citation.id)} {readable(citation.version)}{f' ({place})' if place else ''}"


def _key(citation: Citation) -> Key:
    return citation.title or citation.id, citation.publisher, citation.year

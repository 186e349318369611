"""Where knowledge files ask for a name: every clause of every rule, whichever tool keeps it, and the lists of problems beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from agent.knowledge_index import held
from tools.clinical.clause import Clause, leaves

Word = Literal["has", "measured", "takes", "allergic_to", "happened"]
"""`happened`: a problem or an event of that kind."""
MEDICINE = ("takes", "proposes", "daily_dose", "duration", "route", "interval", "form", "as_needed")
"""Words of a condition that name a medicine."""

_EXAMPLES = frozenset({"case", "cases", "given"})
_LISTS = {
    ("ModuleHead", "kinds"), ("Suspicion", "unless_has"), ("Point", "unless_has"), ("Stated", "has"), ("Obtain", "unless_has"),
    ("Spared", "states"),
}  # fmt: skip
"""Fields that list names of problems outside of a clause, by the class that has them."""
_HAPPENINGS = {("Recent", "problems"), ("Overdue", "unless"), ("Computed", "episodes"), ("Computed", "acute_care_for")}
"""Fields that list kinds of problems or events."""


@dataclass(frozen=True)
class Asked:
    """One condition: a list of clauses that hold together, or a list of problems of which one is enough.

    Attributes:
        kind: of the knowledge file.
        rule: its id or name, else that of the file.
        happened: problems or events of which one is enough, instead of clauses.
    """

    kind: str
    rule: str
    clauses: tuple[Clause, ...] = ()
    happened: tuple[str, ...] = ()

    def names(self) -> Iterator[tuple[Word, str]]:
        """Every name that it asks for, with the word that asks."""
        yield from (("happened", name) for name in self.happened)
        for clause in leaves(self.clauses):
            yield from _named(clause)


def asked() -> Iterator[Asked]:
    """Every condition of every active knowledge file. Raises KnowledgeError."""
    for entry in held():
        yield from _conditions(entry.document, entry.kind.name, entry.document.id)


def _named(clause: Clause) -> Iterator[tuple[Word, str]]:
    if clause.has:
        yield "has", clause.has
    if clause.measured:
        yield "measured", clause.measured
    if clause.allergic_to:
        yield "allergic_to", clause.allergic_to
    yield from (("takes", name) for word in MEDICINE if (name := getattr(clause, word)))


def _conditions(node: object, kind: str, rule: str) -> Iterator[Asked]:
    if isinstance(node, tuple):
        if node and isinstance(node[0], Clause):
            yield Asked(kind, rule, node)
        elif node and isinstance(node[0], Struct):
            for part in node:
                yield from _conditions(part, kind, rule)
    elif isinstance(node, dict):
        for part in node.values():
            yield from _conditions(part, kind, rule)
    elif isinstance(node, Struct):
        yield from _of_struct(node, kind, rule)


def _of_struct(node: Struct, kind: str, rule: str) -> Iterator[Asked]:
    here = str(getattr(node, "id", "") or getattr(node, "name", "") or rule)
    for field in node.__struct_fields__:
        value, place = getattr(node, field), (type(node).__name__, field)
        if place in _HAPPENINGS:
            yield Asked(kind, here, happened=value)
        elif place in _LISTS and value:
            yield Asked(kind, here, (Clause(any_of=tuple(Clause(has=name) for name in value)),))
        elif place not in _LISTS and field not in _EXAMPLES:
            yield from _conditions(value, kind, here)

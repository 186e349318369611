"""One conversation about one patient's plan, and what is said in it: sentences, each with what bears it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from agent.case import Case
from agent.chat.worded import Part, Phrase, joined
from agent.planning import make_plan
from agent.review import Decision
from agent.store.worklist import DrafterName
from tools.clinical.plan import Item, Plan

if TYPE_CHECKING:
    from agent.chat.interpreting import Interpreter

Kind = Literal["claim", "unknown", "frame"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or row of an answer.

    Attributes:
        words: what it says.
        cites: references of the record, ids of the knowledge base, or lines of the plan that bear it.
        kind: a `claim` cites; `unknown` says that something is not known or not checked; a `frame` claims nothing (a heading, what
            can be asked, what was done).
    """

    words: Phrase
    cites: tuple[str, ...] = ()
    kind: Kind = "claim"

    @property
    def text(self) -> str:
        """What it says, in English."""
        return str(self.words)

    def parts(self, language: str) -> tuple[Part, ...]:
        """The same in a language, piece by piece, each with the language that it is in."""
        return tuple(joined(self.words.parts(language)))


def claim(text: Phrase | str, cites: Iterable[str]) -> Sentence:
    """A sentence with what bears it. Raises ValueError where nothing does: such a sentence must not be said."""
    borne = tuple(dict.fromkeys(cite for cite in cites if cite))
    if not borne:
        raise ValueError("a claim without a fact or a source")
    return Sentence(_words(text), borne)


def unknown(text: Phrase | str) -> Sentence:
    """A sentence that says what is not known, not recorded, or not checked."""
    return Sentence(_words(text), kind="unknown")


def frame(text: Phrase | str) -> Sentence:
    """A sentence that claims nothing of the patient."""
    return Sentence(_words(text), kind="frame")


def _words(text: Phrase | str) -> Phrase:
    return text if isinstance(text, Phrase) else Phrase(text)


@dataclass(frozen=True)
class Reply:
    """An answer; `understood` is false where it says what can be asked."""

    sentences: tuple[Sentence, ...]
    understood: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said."""
        return tuple(sentence.text for sentence in self.sentences)

    @property
    def cites(self) -> tuple[str, ...]:
        """Everything that bears it, each once."""
        return tuple(dict.fromkeys(cite for sentence in self.sentences for cite in sentence.cites))


def reply(*sentences: Sentence, understood: bool = True) -> Reply:
    """An answer of these sentences."""
    return Reply(sentences, understood)


class Signer(Protocol):
    """Takes decisions to the desk, for whoever holds the conversation."""

    def decide(self, decision: Decision) -> Reply:
        """What came of it. Raises DecisionError."""
        ...


@dataclass
class Session:
    """The record, its plan, and what was said so far.

    Args:
        data: the bytes of the bundle; a what-if works on a copy.
        as_of: the date of every judgement.
        patient: which patient, where the bundle holds several.
        kept: the plan, where it was drafted before.
        signer: where decisions go; `None` where the conversation can only ask.
        tell: told the name of each step while a plan is made.
        drafter: who drafts the plan; what is supposed in the conversation is always planned by the rules.
        interpreter: says what was meant by words that the grammar does not recognise; `None` where nobody may be asked.
    """

    data: bytes
    as_of: date
    patient: str | None = None
    kept: Plan | None = None
    signer: Signer | None = None
    tell: Callable[[str], None] | None = None
    drafter: DrafterName = "rules"
    interpreter: Interpreter | None = None
    said: list[tuple[str, Reply]] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """The checked plan that the conversation is about. Raises RecordError."""
        if self.kept is None:
            self.kept = make_plan(self.data, self.as_of, patient=self.patient, tell=self.tell, drafter=self.drafter)
        return self.kept

    def plan_of(self, data: bytes) -> Plan:
        """The plan of another record by the same graph; it is not kept. Raises RecordError."""
        return make_plan(data, self.as_of, patient=self.patient, tell=self.tell)

    @cached_property
    def case(self) -> Case:
        """The record and everything that is computed from it."""
        return Case(self.data, self.as_of, self.patient)

    def item(self, number: str) -> Item | None:
        """The line with this number (`i3`, or `3`)."""
        wanted = number.strip().casefold()
        wanted = wanted if wanted.startswith("i") else f"i{wanted}"
        return next((item for item in self.plan.items if item.id == wanted), None)

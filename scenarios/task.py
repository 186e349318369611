"""Tasks as they are given at a desk: look a value up, compute, order by a rule or refrain, write down, refuse; each with its known answer.

A file in `scenarios/tasks/` has one patient and several tasks; the answers are worked out by hand from what the file says of the
patient. A task goes the way that a user would go: `ask` is a line of the conversation, `expect` is held against the plan, `tool`
and `call` are one call of a tool, `approve` signs these lines and `writes` is what must then leave for the record.

    [[task]]
    name = "the newest magnesium, not the one before"
    kind = "look-up"
    ask  = "What is the latest magnesium?"
    says = ["1.3 mg/dL", "2026-11-19"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import field

from agent.chat.answers import answer
from agent.chat.session import Session
from agent.faces.tool_registry import NAMES, ask
from agent.fhir.write import transaction_bundle
from agent.planning import make_plan
from agent.review import Outcome, Signature
from scenarios.judging import judged, named
from scenarios.shares import Share
from scenarios.story import Changes, Expected, Person, RecordOf, Telling, absent, bundle_of, changed, unknown_words
from scenarios.tables import Table
from tools.clinical.knowledge import Document, load
from tools.clinical.plan import Plan

TASKS = Path(__file__).parent / "tasks"
Kind = Literal["look-up", "compute", "order", "refrain", "write-down", "refuse"]
_SHOWN = 160
_SIGNED = Signature("reviewer", "physician", "2026-01-01T00:00:00+00:00")


class Given(Changes, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A task, with the facts in which its patient differs from the file's.

    Attributes:
        ask: what is said in the conversation. says: must stand in sentences that cite something. never: must not stand in any.
        expect: of the plan, as in a story.
        tool, call: one call of a tool. gives: fields of its answer, by path (`doses.0.amount`), as text.
        approve: lines of the plan that are signed, as a story names them. writes: resources that must then leave, each as its type
            and words that stand in it (`ServiceRequest: Haemoglobin A1c`); no others but those that go with every plan.
    """

    kind: Kind
    ask: str = ""
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    expect: Expected = field(default_factory=Expected)
    tool: str = ""
    call: dict[str, Any] = field(default_factory=dict)
    gives: dict[str, str] = field(default_factory=dict)
    approve: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class Tasks(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One patient and the tasks about this patient."""

    as_of: date
    patient: Person
    record: RecordOf
    task: tuple[Given, ...]

    def faults(self) -> list[str]:
        """Tasks that ask for nothing, names given twice, tools and words that nobody knows."""
        names = [one.name for one in self.task]
        found = [f"two tasks are called {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
        found += [f"{one.name!r} asks for nothing" for one in self.task if not (one.says or one.gives or one.writes or _expects(one))]
        found += [f"{one.name!r}: there is no tool {one.tool!r}" for one in self.task if one.tool and one.tool not in NAMES]
        found += [f"{one.name!r}: {fault}" for one in self.task for fault in (*one.expect.faults(), *absent(self.record, one))]
        return found + unknown_words((self.record, *self.task))


def _expects(one: Given) -> bool:
    return one.kind == "refuse" or bool(one.never) or one.expect != Expected()


@dataclass(frozen=True)
class Done:
    """A task and what was not as it should be; nothing where it was met."""

    name: str
    kind: str
    unmet: tuple[str, ...]


def done() -> Iterator[Done]:
    """Every task that is shipped, tried."""
    for file in load(TASKS, Tasks):
        for one in file.task:
            yield Done(f"{file.id}: {one.name}", one.kind, tuple(unmet(file, one)))


def unmet(file: Tasks, one: Given) -> Iterator[str]:
    """What is not as it should be, a sentence each."""
    data = bundle_of(file.as_of, one.patient or file.patient, changed(file.record, one))
    if one.ask:
        yield from _conversation(Session(data, file.as_of), one)
    if one.tool:
        yield from _call(one, file.as_of)
    if one.expect != Expected() or one.approve:
        plan = make_plan(data, file.as_of)
        telling = Telling(one.name, file.as_of, data, one.expect)
        yield from (str(found) for found in judged(telling, plan) if not found.met)
        yield from _written(plan, one) if one.approve else ()


def _conversation(session: Session, one: Given) -> Iterator[str]:
    said = answer(session, one.ask)
    borne = "\n".join(sentence.text for sentence in said.sentences if sentence.cites)
    everything = "\n".join(said.lines)
    yield from (f"does not say {text!r}: {everything[:_SHOWN]}" for text in one.says if text.casefold() not in borne.casefold())
    yield from (f"says {text!r}" for text in one.never if text.casefold() in everything.casefold())
    if one.kind == "refuse" and borne:
        yield f"answers: {borne[:_SHOWN]}"


def _call(one: Given, as_of: date) -> Iterator[str]:
    answered = msgspec.to_builtins(ask(one.tool, one.call, as_of))
    for path, wanted in one.gives.items():
        got = _at(answered, path.split("."))
        if got != wanted:
            yield f"{one.tool} gives {path} = {got!r}, expected {wanted!r}"


def _at(value: Any, path: Sequence[str]) -> str | None:
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, Sequence) and not isinstance(value, str) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return None if value is None else str(value)


_WITH_EVERY_PLAN = frozenset({"Device", "CarePlan", "Provenance", "Goal", "DetectedIssue"})


def _written(plan: Plan, one: Given) -> Iterator[str]:
    """What leaves once these lines are signed, held against what must."""
    signed = [item.id for line in one.approve for item in named(plan, line)]
    if not signed:
        yield f"there is no line {' or '.join(one.approve)!r} to sign"
        return
    outcome = Outcome(digest=plan.digest, approved=dict.fromkeys(signed, (_SIGNED,)), rejected={})
    entries = [entry["resource"] for entry in transaction_bundle(plan, outcome)["entry"]]
    left = [(r["resourceType"], str(r)) for r in entries if r["resourceType"] not in _WITH_EVERY_PLAN]
    for wanted in one.writes:
        kind, _, words = wanted.partition(": ")
        if not any(kind == found and words.casefold() in text.casefold() for found, text in left):
            yield f"does not write {wanted!r}, but {', '.join(found for found, _ in left) or 'nothing'}"
    if len(left) > len(one.writes):
        yield f"writes {len(left)} resources, expected {len(one.writes)}"


def agreement(found: Sequence[Done]) -> tuple[Share, Table, Table]:
    """The share that is met, by kind of task, and each task that is not."""
    kinds = {kind: [one for one in found if one.kind == kind] for kind in dict.fromkeys(one.kind for one in found)}
    shares = {kind: Share(sum(not one.unmet for one in some), len(some)) for kind, some in kinds.items()}
    return (
        sum(shares.values(), Share()),
        (("kind of task", "met"), [(kind, str(share)) for kind, share in shares.items()]),
        (("task", "what was not as it should be"), [(one.name, "; ".join(one.unmet)) for one in found if one.unmet]),
    )

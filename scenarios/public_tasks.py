"""Tasks of a public benchmark in the shape of MedAgentBench, put to the conversation about records that somebody gives.

A list of `{id, instruction, context, eval_MRN, sol}`: the record of the number is looked for among the bundles and exports of
the same paths, the instruction is said, and the answer must hold every entry of `sol`. Tasks without `sol` (their benchmark computes
it from its own server) have no known answer in the file and are counted, not scored; so are those whose record is not there. Tasks that
are to find a patient by name are not done: a conversation is about the one record that is open. They count as not met.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from agent.chat.answers import answer
from agent.chat.session import Session
from agent.errors import PlannerError, RecordError
from scenarios.cohort import cohort
from scenarios.public_rows import public_rows
from scenarios.shares import Share
from scenarios.tables import Table

_FIELDS = frozenset({"id", "instruction"})
_NOW = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN = 120
_LOOKS_FOR_A_PATIENT = "not done: finds a patient by name"


@dataclass(frozen=True)
class Answered:
    """One task: its kind (the id before `_`), what came of it, and the words that came."""

    id: str
    outcome: str
    said: str = ""

    @property
    def kind(self) -> str:
        """Tasks of one kind share the beginning of their id."""
        return self.id.partition("_")[0]


def answered(paths: Sequence[Path], as_of: date) -> list[Answered]:
    """Every task of these paths. Raises RecordError where there is none."""
    files = [path for path in paths if path.is_file() and path.suffix in (".json", ".jsonl", ".csv") and _is_tasks(path)]
    tasks = [row for path in files for row in public_rows(path, _FIELDS)]
    if not tasks:
        raise RecordError("no file of tasks was found: a list of rows with id, instruction, eval_MRN (and sol); give the records beside it")
    records = _by_number([path for path in paths if path not in files])
    return [_answered(task, records.get(str(task.get("eval_MRN"))), as_of) for task in tasks]


def _is_tasks(path: Path) -> bool:
    try:
        public_rows(path, _FIELDS)
    except RecordError:
        return False
    return True


def _by_number(paths: Sequence[Path]) -> dict[str, bytes]:
    """Records by every identifier and id of their patient."""
    found: dict[str, bytes] = {}
    for one in cohort(paths) if paths else ():
        data = one.data()
        for number in _numbers(data):
            found[number] = data
    return found


def _numbers(data: bytes) -> set[str]:
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        return set()
    entries = tree.get("entry", []) if isinstance(tree, dict) else []
    patients = [
        r for e in entries if isinstance(e, dict) and isinstance(r := e.get("resource"), dict) and r.get("resourceType") == "Patient"
    ]
    numbers = [i.get("value") for p in patients for i in p.get("identifier", []) if isinstance(i, dict)]
    return {str(one) for one in (*numbers, *(p.get("id") for p in patients)) if one}


def _answered(task: Mapping[str, Any], record: bytes | None, as_of: date) -> Answered:
    name, wanted = str(task["id"]), task.get("sol")
    if wanted and ("eval_MRN" not in task or [str(one) for one in wanted] == [str(task["eval_MRN"])]):
        return Answered(name, _LOOKS_FOR_A_PATIENT)
    if record is None:
        return Answered(name, "no record of this patient was given")
    day = _NOW.search(str(task.get("context", "")))
    try:
        said = answer(Session(record, date.fromisoformat(day[0]) if day else as_of), str(task["instruction"]))
    except (PlannerError, ValueError) as error:
        return Answered(name, f"not answered: {type(error).__name__}")
    words = " ".join(said.lines)
    if not wanted:
        return Answered(name, "no known answer in the file", words[:_SHOWN])
    met = said.understood and all(str(one).casefold() in words.casefold() for one in wanted)
    return Answered(name, "agrees" if met else "not understood" if not said.understood else "otherwise", words[:_SHOWN])


NEEDED = (
    "Of a public list a task is scored where its record and its answer are given: a bundle or export whose patient has the `eval_MRN` as id or "
    "identifier, and `sol` in the task. MedAgentBench keeps its records on a server of its own and works out most answers there: export the "
    "patients (`Patient/ID/$everything`, or bulk), and write the answers that its own solution gives into the list as `sol`."
)
"""What somebody has to give for a public list to be scored."""


def agreement(found: Sequence[Answered]) -> tuple[Share, Table, Table]:
    """Of the tasks with a record and a known answer: the share that agrees; outcomes by kind; and each answer that is otherwise."""
    scored = [one for one in found if one.outcome in ("agrees", "otherwise", "not understood", _LOOKS_FOR_A_PATIENT)]
    counted = Counter((one.kind, one.outcome) for one in found)
    table = [(kind, outcome, str(number)) for (kind, outcome), number in sorted(counted.items())]
    otherwise = [(one.id, one.said or one.outcome) for one in scored if one.outcome != "agrees"]
    return (
        Share(sum(one.outcome == "agrees" for one in scored), len(scored)),
        (("kind", "outcome", "tasks"), table),
        (("task", "what was said"), otherwise),
    )

"""Probes of a running installation against its own promises. Each is small, and would fail if the promise were broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from agent.faces.planning_face import EXAMPLE_AS_OF

Say = Callable[[str], None]


def probe(say: Say) -> list[str]:
    """What does not hold, a sentence each; `say` is told the name of each probe as it begins."""
    return run_probes(_PROBES, say, lambda error: f"{type(error).__name__}: {error}")


def run_probes(probes: Mapping[str, Callable[[], Iterable[str]]], say: Say, words: Callable[[Exception], str]) -> list[str]:
    """The failures of each of these probes, with its name; a probe that breaks has failed, with these words for its error."""
    failures: list[str] = []
    for name, check in probes.items():
        say(f"probing: {name}")
        try:
            failures += [f"{name}: {failure}" for failure in check()]
        except Exception as error:  # noqa: BLE001 - a probe that breaks is a promise that does not hold, whatever the reason
            failures.append(f"{name}: {words(error)}")
    return failures


def _knowledge() -> Iterator[str]:
    from agent import knowledge_index

    yield from knowledge_index.check().faults


def _every_tool_answers() -> Iterator[str]:
    from agent.faces import tool_registry

    for tool in tool_registry.TOOLS:
        for example in tool_registry.examples(tool.name):
            answer = tool_registry.call(tool.name, example.call, EXAMPLE_AS_OF)
            if answer["status"] != example.status:
                yield f"{tool.name}, {example.title}: {answer['status']} where {example.status} is promised ({answer['reason']})"


def _same_plan_twice() -> Iterator[str]:
    from agent.faces import planning_face

    record = planning_face.example_record()
    first, second = (planning_face.show(planning_face.make(record, planning_face.Wish(EXAMPLE_AS_OF)), "json") for _ in range(2))
    if first != second:
        yield "the same record and date gave two different plans"


def _digest_covers_the_plan() -> Iterator[str]:
    import msgspec

    from agent.faces import planning_face
    from tools.clinical.plan import plan_digest

    plan = planning_face.make(planning_face.example_record(), planning_face.Wish(EXAMPLE_AS_OF))
    if plan_digest(plan) != plan.digest:
        yield "the digest of the plan is not that of its content"
    if plan_digest(msgspec.structs.replace(plan, summary=plan.summary + ".")) == plan.digest:
        yield "a changed plan keeps its digest"


def _nothing_leaves_unsigned() -> Iterator[str]:
    import tempfile

    from agent.desk import Desk
    from agent.errors import DecisionError
    from agent.faces import planning_face

    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        name = desk.start(planning_face.example_record(), EXAMPLE_AS_OF)
        try:
            desk.release(name)
        except DecisionError:
            return
        yield "a plan that nobody approved left the worklist"


def _altered_audit_is_noticed() -> Iterator[str]:
    import tempfile

    from agent.desk import Desk
    from agent.faces import planning_face
    from agent.store.database import FILE, SqliteDatabase
    from agent.store.place import state_folder

    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        if not (state_folder(folder) / FILE).exists():  # PostgreSQL, whose rows are not ours to alter
            return
        desk.start(planning_face.example_record(), EXAMPLE_AS_OF)
        if desk.audit().faults:
            yield "the audit of a plan that was just started is broken"
        with SqliteDatabase(state_folder(folder)).writing() as db:
            db.execute("UPDATE plan SET content = content || ' '")
        if not desk.audit().faults:
            yield "a plan that was altered in the database is not noticed"


def _nothing_identifying_leaves() -> Iterator[str]:
    import json

    from agent.case import Case
    from agent.faces import planning_face
    from agent.privacy.identifiers import identifiers_of, leaks
    from agent.privacy.outgoing import coded_facts, patient_line

    record = json.loads(planning_face.example_record())
    person = next(e["resource"] for e in record["entry"] if e["resource"]["resourceType"] == "Patient")
    person |= {"name": [{"family": "Zyxwood", "given": ["Quentin"]}], "telecom": [{"value": "0555 0199 887"}]}
    data = json.dumps(record).encode()
    identifiers = identifiers_of(data)
    if leaks("spoke to Quentin Zyxwood", identifiers) != ("quentin", "zyxwood"):
        yield "the look-out for identifiers does not see a name"
    case = Case(data, EXAMPLE_AS_OF)
    if found := leaks(" ".join([patient_line(case), *coded_facts(case).values()]), identifiers):
        yield f"what would be sent to a model holds {len(found)} identifiers"


def _nothing_identifying_is_on_the_wire() -> Iterator[str]:
    from agent.faces.wire_probe import probe_wire

    yield from probe_wire()


def _what_is_written_is_fhir() -> Iterator[str]:
    from agent.faces import planning_face
    from agent.fhir.bindings import faults
    from agent.fhir.write import draft_bundle, validated

    plan = planning_face.make(planning_face.example_record(), planning_face.Wish(EXAMPLE_AS_OF))
    yield from faults(validated(draft_bundle(plan)))


def _bad_input_is_refused() -> Iterator[str]:
    from agent.errors import RecordError
    from agent.faces import planning_face

    for what, data in _BAD.items():
        try:
            planning_face.make(data, planning_face.Wish(EXAMPLE_AS_OF))
        except RecordError:
            continue
        yield f"{what} was not refused"


_BAD = {
    "an empty input": b"",
    "a truncated bundle": b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Pat',
    "a list": b"[]",
    "a bundle without a patient": b'{"resourceType": "Bundle", "type": "collection", "entry": []}',
}

_PROBES: dict[str, Callable[[], Iterator[str]]] = {
    "every knowledge file is sound, and its own cases come out": _knowledge,
    "every tool answers its own examples": _every_tool_answers,
    "the same record and date give the same plan": _same_plan_twice,
    "the digest covers the whole plan": _digest_covers_the_plan,
    "a plan that nobody approved cannot leave": _nothing_leaves_unsigned,
    "an altered plan is noticed": _altered_audit_is_noticed,
    "nothing identifying goes to a model": _nothing_identifying_leaves,
    "nothing identifying is on the wire to a model, as a server records it": _nothing_identifying_is_on_the_wire,
    "what is written is valid FHIR R4": _what_is_written_is_fhir,
    "bad input is refused": _bad_input_is_refused,
}

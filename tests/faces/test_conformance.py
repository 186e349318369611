"""`carewright conformance` finds what is broken, whichever promise it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from msgspec import structs

from agent.faces import conformance, exit_codes, planning_face, tool_registry
from agent.faces.cli import main
from agent.faces.wire_probe import MARKS
from tools.clinical.plan import Plan


def test_every_probe_runs_and_says_its_name() -> None:
    said: list[str] = []
    conformance.probe(said.append)
    assert said == [f"probing: {name}" for name in conformance._PROBES]


def test_a_promise_that_does_not_hold_is_named_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[str]:
        yield "the sky fell"

    monkeypatch.setattr(conformance, "_PROBES", {"the sky stays up": broken})
    with pytest.raises(SystemExit) as ended:
        main(["conformance"])
    streams = capsys.readouterr()
    assert ended.value.code == exit_codes.NON_CONFORMING
    assert (streams.out, streams.err) == ("the sky stays up: the sky fell\n", "probing: the sky stays up\n")


def test_a_probe_that_breaks_is_a_promise_that_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> Iterator[str]:
        raise ZeroDivisionError("by hand")
        yield ""

    monkeypatch.setattr(conformance, "_PROBES", {"one over nothing": breaks})
    assert conformance.probe(lambda _: None) == ["one over nothing: ZeroDivisionError: by hand"]


def test_a_changed_plan_that_kept_its_digest_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.clinical.plan.plan_digest", lambda plan: plan.digest)
    assert list(conformance._PROBES["the digest covers the whole plan"]()) == ["a changed plan keeps its digest"]


def test_an_unsigned_plan_that_left_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.desk.Desk.release", lambda self, name: {})
    assert list(conformance._PROBES["a plan that nobody approved cannot leave"]()) == ["a plan that nobody approved left the worklist"]


def made_differently(change: Callable[[Plan], Plan]) -> Callable[..., Plan]:
    """Planning with something changed at every second time."""
    real, times = planning_face.make, count()

    def make(*given: Any) -> Plan:
        plan = real(*given)
        return change(plan) if next(times) % 2 else plan

    return make


def test_a_tool_that_does_not_answer_its_example_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = {"status": "not_checked", "reason": "asleep"}
    monkeypatch.setattr(tool_registry, "call", lambda *_: silent)
    told = list(conformance._PROBES["every tool answers its own examples"]())
    assert {line.partition(",")[0] for line in told} == set(tool_registry.NAMES)


def test_a_plan_that_differs_the_second_time_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning_face, "make", made_differently(lambda plan: structs.replace(plan, summary=plan.summary + " ")))
    assert list(conformance._PROBES["the same record and date give the same plan"]()) == [
        "the same record and date gave two different plans"
    ]


def test_an_audit_that_sees_nothing_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.desk.faults", lambda *_: ())
    assert list(conformance._PROBES["an altered plan is noticed"]()) == ["a plan that was altered in the database is not noticed"]


def test_a_name_among_what_is_sent_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.privacy.outgoing.patient_line", lambda case: "a woman of 76 years, Mrs Zyxwood")
    assert list(conformance._PROBES["nothing identifying goes to a model"]()) == ["what would be sent to a model holds 1 identifiers"]


def test_a_look_out_that_sees_no_name_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.privacy.identifiers.leaks", lambda *_: ())
    assert list(conformance._PROBES["nothing identifying goes to a model"]()) == ["the look-out for identifiers does not see a name"]


def test_a_recorder_that_hears_nothing_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.faces.wire_probe.Recorder.found", lambda self: [])
    (told,) = conformance._PROBES["nothing identifying is on the wire to a model, as a server records it"]()
    assert told == f"the recorder does not hear {len(MARKS)} of the marks that were sent to it on purpose"


def test_a_code_that_fhir_does_not_know_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    import agent.fhir.write

    real = agent.fhir.write.draft_bundle

    def wrong(plan: Plan) -> Any:
        bundle = real(plan)
        first = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "MedicationRequest")
        first["intent"] = "perhaps"
        return bundle

    monkeypatch.setattr(agent.fhir.write, "draft_bundle", wrong)
    name = "what is written is valid FHIR R4"
    monkeypatch.setattr(conformance, "_PROBES", {name: conformance._PROBES[name]})
    (told,) = conformance.probe(lambda _: None)
    assert told.startswith(f"{name}: ValueError: ")
    assert told.endswith("MedicationRequest.intent: not a code of its required value set")


def test_bad_input_that_is_taken_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning_face, "make", lambda *_: None)
    assert list(conformance._PROBES["bad input is refused"]()) == [f"{what} was not refused" for what in conformance._BAD]

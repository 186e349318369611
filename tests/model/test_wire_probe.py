"""The probe of `conformance` hears what it must hear, and fails where something leaves."""

from __future__ import annotations

import pytest

from agent.case import Case
from agent.drafting import prompting
from agent.drafting.prompting import Message
from agent.faces import wire_probe
from agent.faces.wire_probe import marked_record, probe_wire
from tests.model.scripted import AS_OF


def test_nothing_identifying_is_on_the_wire() -> None:
    assert list(probe_wire()) == []


def test_the_probe_fails_where_a_name_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drafter that writes the patient's name into its instruction, and a gate that lets it."""
    monkeypatch.setattr(prompting, "_INSTRUCTION", "Help Quentin Zyxwood. Answer with JSON of this schema: ")
    monkeypatch.setattr("agent.drafting.by_model.refuse_identifiers", lambda _messages, _case: None)
    assert list(probe_wire()) == ["'Zyxwood' was on the wire", "'Quentin' was on the wire"]


def test_the_gate_alone_holds_that_name_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompting, "_INSTRUCTION", "Help Quentin Zyxwood. Answer with JSON of this schema: ")
    assert list(probe_wire()) == ["nothing was sent, so that nothing is proved"]


def test_a_recorder_that_is_deaf_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_probe.Recorder, "found", lambda _self: [])
    assert list(probe_wire()) == ["the recorder does not hear 8 of the marks that were sent to it on purpose"]


def test_the_marked_record_is_planned_like_the_example(example_bytes: bytes, example: Case) -> None:
    from agent.drafting.offer import offer_of
    from agent.drafting.rules import RulesDrafter

    def said(case: Case) -> list[Message]:
        return prompting.prompt(offer_of(case, RulesDrafter().draft(case)))

    assert said(Case(marked_record(example_bytes), AS_OF)) == said(example)

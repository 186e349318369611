"""Every file of rules: its cases come out, every figure matters, every name is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from nudging import nudged, unnoticed
from regimens import file_of, rule

from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import decode
from tools.interactions import documents, knowledge_refs, vocabulary
from tools.interactions.discipline import shipped_discipline
from tools.interactions.index import build
from tools.interactions.model import InteractionFile
from tools.terminology import terminology

FILES = documents()


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_the_cases_of_the_file_come_out_as_expected(file: InteractionFile) -> None:
    assert file.case_failures() == []


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_every_figure_of_the_file_is_held_from_both_sides(file: InteractionFile) -> None:
    assert unnoticed(file) == []


def test_there_are_more_than_a_thousand_rules_in_tens_of_files() -> None:
    assert len(knowledge_refs()) > 1000
    assert 30 <= len(FILES) <= 60


def test_every_name_of_a_medicine_is_known_to_the_terminology() -> None:
    known = terminology()
    assert sorted(kind for kind in vocabulary().kinds if not known.members(kind) and not known.kinds_of(kind)) == []


def test_every_problem_and_observable_is_known_to_the_terminology() -> None:
    known, names = terminology(), vocabulary()
    assert sorted(name for name in names.problems if not known.is_problem(name)) == []
    assert sorted(name for name in names.observables if not known.is_observable(name)) == []


def test_no_rule_that_is_unsure_is_on_the_never_list() -> None:
    unsure = {statement.id for file in FILES for statement in file.statements() if statement.confidence == "unsure"}
    assert unsure.isdisjoint(shipped_discipline().never)


def test_no_rule_is_older_than_its_review() -> None:
    assert all(file.effective_from <= file.last_reviewed <= date(2026, 11, 25) for file in FILES)


LIMIT = [{"to": "contraindicated", "when": [{"measured": "serum-potassium", "at_least": "5.5 mmol/L"}]}]


def with_cases(*potassium: str) -> InteractionFile:
    cases = [
        {
            "name": value,
            "rule": "a-with-b",
            "given": {"takes": ["a", "b"], "labs": {"serum-potassium": value}},
            "expect": {"severity": "contraindicated" if value >= "5.5" else "major"},
        }
        for value in potassium
    ]
    raw: dict[str, Any] = msgspec.to_builtins(file_of(rule("a", "b", changes=LIMIT)))
    return decode({**raw, "case": cases}, InteractionFile)


def test_the_nudging_notices_a_limit_without_a_case_below() -> None:
    assert unnoticed(with_cases("5.5 mmol/L")) == ["small: a-with-b: 5.5 mmol/L may be moved by -1"]


def test_the_nudging_notices_a_limit_without_a_case_at_it() -> None:
    assert unnoticed(with_cases("5.4 mmol/L", "5.6 mmol/L")) == ["small: a-with-b: 5.5 mmol/L may be moved by +1"]


def test_the_nudging_is_content_with_a_case_on_either_side() -> None:
    assert unnoticed(with_cases("5.4 mmol/L", "5.5 mmol/L")) == []


def test_two_sides_of_one_limit_are_one_figure() -> None:
    over, under = ({"to": to, "when": [{"daily_dose": "a", word: "20 mg/d"}]} for to, word in (("major", "above"), ("minor", "at_most")))
    doses = [{"kinds": ["a"], "daily": f"{dose} mg/d"} for dose in (20, 21)]
    cases = [
        {"name": severity, "rule": "a-with-b", "given": {"takes": [dose, "b"]}, "expect": {"severity": severity}}
        for dose, severity in zip(doses, ("minor", "major"), strict=True)
    ]
    raw: dict[str, Any] = msgspec.to_builtins(file_of(rule("a", "b", "moderate", changes=[over, under])))
    assert unnoticed(decode({**raw, "case": cases}, InteractionFile)) == []
    assert len(unnoticed(decode({**raw, "case": cases[:1]}, InteractionFile))) == 2


def test_a_figure_is_moved_in_its_last_place() -> None:
    assert [nudged("5.50 mmol/L", 1), nudged("65 a", -1), nudged("0.9 ng/mL", 1), nudged(3, -1)] == ["5.51 mmol/L", "64 a", "1.0 ng/mL", 2]


def test_a_case_that_does_not_come_out_is_told() -> None:
    raw: dict[str, Any] = msgspec.to_builtins(file_of(rule("a", "b")))
    case = {"name": "milder", "rule": "a-with-b", "given": {"takes": ["a", "b"]}, "expect": {"severity": "minor"}}
    (told,) = decode({**raw, "case": [case]}, InteractionFile).case_failures()
    assert told == "small: milder: expected ('minor', 'interrupts', ()), got ('major', 'interrupts', ())"


def faults(**more: Any) -> list[str]:
    return [fault for fault in file_of(rule("a", "b", **more)).faults() if "no case" not in fault]


def test_a_file_says_what_is_wrong_with_it() -> None:
    assert faults() == []
    assert faults(sources=["elsewhere"]) == ["source 'book' is never cited", "a-with-b: source 'elsewhere' is not listed"]
    assert faults(sources=[]) == ["source 'book' is never cited", "a-with-b: no source"]
    assert faults(changes=[{"to": "minor"}]) == ["a-with-b: a change without a circumstance"]
    (unit,) = faults(changes=[{"to": "minor", "when": [{"measured": "x", "below": "3 furlong"}]}])
    assert "furlong" in unit


def test_a_rule_without_a_case_is_a_fault() -> None:
    assert file_of(rule("a", "b")).faults() == ["a-with-b: no case shows it", "no case expects nothing"]


def test_two_rules_of_one_name_are_refused() -> None:
    one, two = file_of(rule("a", "b")), msgspec.structs.replace(file_of(rule("a", "b")), id="other")
    with pytest.raises(KnowledgeError, match=r"other\.toml: id 'a-with-b' is also in small\.toml"):
        build([one, two], shipped_discipline())

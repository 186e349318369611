"""Every file of contraindication knowledge: its examples hold, and every limit in it is held by an example."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tools.clinical.knowledge import decode
from tools.contraindications import documents, vocabulary
from tools.contraindications.model import ContraindicationFile

DATA = Path(__file__).resolve().parents[2] / "tools" / "contraindications" / "data"
FILES = sorted(DATA.glob("*.toml"))
BOUNDS = {"at_least", "at_most", "above", "below", "equals", "within"}
NUMBER = re.compile(r"^\d+(\.\d+)?")


def limits(node: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every table and key below a rule's conditions that holds a number."""
    if isinstance(node, list):
        for part in node:
            yield from limits(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in BOUNDS and NUMBER.match(str(value)):
                yield node, key
            else:
                yield from limits(value)


def nudged(value: str | int, step: int) -> str | int:
    """The number one unit of its last digit up or down, with its unit."""
    if isinstance(value, int):
        return value + step
    number, _, unit = value.partition(" ")
    exponent = Decimal(number).as_tuple().exponent
    changed = Decimal(number) + step * Decimal(1).scaleb(int(exponent))
    return f"{changed} {unit}".strip()


def survivors(raw: dict[str, Any]) -> list[str]:
    """Limits that can be moved by one step without any example noticing."""
    found = []
    for table in ("rule", "state"):
        for number, entry in enumerate(raw.get(table, [])):
            for position, (_, key) in enumerate(limits(entry.get("when", []))):
                for step in (1, -1):
                    changed = copy.copy(raw)
                    changed[table] = [copy.deepcopy(e) if i == number else e for i, e in enumerate(raw[table])]
                    node, _ = list(limits(changed[table][number]["when"]))[position]
                    node[key] = nudged(node[key], step)
                    if not decode(changed, ContraindicationFile).case_failures():
                        found.append(f"{entry['id']}: {key} = {node[key]}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_of_a_file_come_out_as_written(path: Path) -> None:
    file = decode(tomllib.loads(path.read_text("utf-8")), ContraindicationFile)
    assert (file.id, file.faults(), file.case_failures()) == (path.stem, [], [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_an_example_in_which_nothing_is_found(path: Path) -> None:
    assert any(case["expect"] == "nothing" for case in tomllib.loads(path.read_text("utf-8"))["case"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_limit_of_a_file_can_move_unnoticed(path: Path) -> None:
    assert survivors(tomllib.loads(path.read_text("utf-8"))) == []


def test_the_harness_sees_a_limit_that_no_example_holds() -> None:
    raw = tomllib.loads((DATA / "diabetes-medicines.toml").read_text("utf-8"))
    raw["rule"] = [rule for rule in raw["rule"] if rule["id"] == "metformin-egfr-below-30"]
    raw["case"] = [
        {
            "name": "far below",
            "given": {"takes": ["metformin"], "labs": {"egfr": "12 mL/min/{1.73_m2}"}},
            "expect": {"rules": ["metformin-egfr-below-30"]},
        }
    ]
    assert survivors(raw) == [
        "metformin-egfr-below-30: below = 31 mL/min/{1.73_m2}",
        "metformin-egfr-below-30: below = 29 mL/min/{1.73_m2}",
    ]


def test_the_harness_sees_nothing_where_both_sides_have_an_example() -> None:
    raw = tomllib.loads((DATA / "diabetes-medicines.toml").read_text("utf-8"))
    raw["rule"] = [rule for rule in raw["rule"] if rule["id"] == "metformin-egfr-below-30"]
    raw["case"] = [
        {
            "name": "29",
            "given": {"takes": ["metformin"], "labs": {"egfr": "29 mL/min/{1.73_m2}"}},
            "expect": {"rules": ["metformin-egfr-below-30"]},
        },
        {"name": "30", "given": {"takes": ["metformin"], "labs": {"egfr": "30 mL/min/{1.73_m2}"}}, "expect": "nothing"},
    ]
    assert survivors(raw) == []


def test_an_example_that_expects_too_much_is_reported() -> None:
    raw = tomllib.loads((DATA / "diabetes-medicines.toml").read_text("utf-8"))
    raw["case"] = [{"name": "wrong", "given": {"takes": ["metformin"]}, "expect": {"rules": ["metformin-egfr-below-30"]}}]
    assert decode(raw, ContraindicationFile).case_failures() == [
        "diabetes-medicines: wrong: expected (('metformin-egfr-below-30',), ()), got ((), ())"
    ]


def test_every_file_was_reviewed_within_two_years_of_its_effect() -> None:
    assert [
        file.id for file in documents() if (file.effective_from - file.last_reviewed).days > 730 or file.last_reviewed > file.effective_from
    ] == []


def test_rules_cover_every_kind() -> None:
    kinds = {rule.kind for file in documents() for rule in file.rule}
    assert kinds == {"disease", "allergy", "pregnancy", "lactation", "age", "laboratory", "monitoring", "procedure", "omission"}


def test_the_vocabulary_names_no_number_and_no_space() -> None:
    names = vocabulary()
    every = names.kinds | names.problems | names.observables | names.allergens | names.reactions
    assert sorted(name for name in every if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)) == []

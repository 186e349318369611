"""Every example of every calculator file comes out, and would not if a coefficient were another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tools.calculators import CalculatorFile
from tools.calculators.engine import FOLDER
from tools.clinical.knowledge import read_all

FILES = read_all(sorted(Path(FOLDER).glob("*.toml")), CalculatorFile)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_example_comes_out(file: CalculatorFile) -> None:
    assert file.case_failures() == []


@dataclass(frozen=True)
class Nudged:
    """A file with one number changed, and which."""

    what: str
    file: CalculatorFile


def constants_nudged(file: CalculatorFile) -> list[Nudged]:
    """The file once for each coefficient, a fiftieth more."""
    found = []
    for position, calculator in enumerate(file.calculator):
        for name, value in calculator.constants.items():
            other = msgspec.structs.replace(
                calculator, constants={**calculator.constants, name: value * 1.02 + (0.02 if value == 0 else 0)}
            )
            found.append(Nudged(f"{calculator.name} {name}", _with(file, position, other)))
    return found


def chosen_nudged(file: CalculatorFile) -> list[Nudged]:
    """The file once for each coefficient that a choice picks, half as much again (risks are rounded to a tenth of a percent)."""
    found = []
    for position, calculator in enumerate(file.calculator):
        for given, choices in calculator.by.items():
            for choice, values in choices.items():
                for name, value in values.items():
                    picked = {**choices, choice: {**values, name: value + max(abs(value) / 2, 0.08)}}
                    other = msgspec.structs.replace(calculator, by={**calculator.by, given: picked})
                    found.append(Nudged(f"{calculator.name} {choice} {name}", _with(file, position, other)))
    return found


def points_nudged(file: CalculatorFile) -> list[Nudged]:
    """The file once for each point and each of its limits, one step up."""
    found = []
    for position, calculator in enumerate(file.calculator):
        for index, point in enumerate(calculator.points):
            for field in ("points", "at_least", "above", "at_most", "below"):
                value = getattr(point, field)
                if value is None:
                    continue
                other = msgspec.structs.replace(point, **{field: value + 1})
                points = (*calculator.points[:index], other, *calculator.points[index + 1 :])
                what = f"{calculator.name} {point.input} {field} {value}"
                found.append(Nudged(what, _with(file, position, msgspec.structs.replace(calculator, points=points))))
    return found


def _with(file: CalculatorFile, position: int, calculator: msgspec.Struct) -> CalculatorFile:
    changed = (*file.calculator[:position], calculator, *file.calculator[position + 1 :])
    return msgspec.structs.replace(file, calculator=changed)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_coefficient_is_held_by_an_example(file: CalculatorFile) -> None:
    assert [nudged.what for nudged in (*constants_nudged(file), *chosen_nudged(file)) if not nudged.file.case_failures()] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_point_and_limit_is_held_by_an_example(file: CalculatorFile) -> None:
    assert [nudged.what for nudged in points_nudged(file) if not nudged.file.case_failures()] == []


def test_the_harness_itself_can_fail() -> None:
    file = next(file for file in FILES if file.id == "body")
    without = msgspec.structs.replace(file, case=())
    assert [nudged.what for nudged in constants_nudged(without) if not nudged.file.case_failures()] == [
        n.what for n in constants_nudged(file)
    ]

"""Every example of every calculator file comes out, and would not if a coefficient were another."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tools.calculators import CalculatorFile, trends
from tools.calculators.engine import FOLDER
from tools.calculators.trends import Trend, TrendFile
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


TRENDS = read_all(sorted(trends.FOLDER.glob("*.toml")), TrendFile)


@pytest.mark.parametrize("file", TRENDS, ids=lambda file: file.id)
def test_every_trend_is_held_by_an_example(file: TrendFile) -> None:
    assert file.case_failures() == []
    loose = []
    for position, trend in enumerate(file.trend):
        for what, other in trend_nudges(trend):
            changed = (*file.trend[:position], other, *file.trend[position + 1 :])
            if not msgspec.structs.replace(file, trend=changed).case_failures():
                loose.append(f"{trend.name}: {what}")
    assert loose == []


def trend_nudges(trend: Trend) -> list[tuple[str, Trend]]:
    """The trend once for each number in it, one step up and one step down."""
    found = [
        (f"{name} {step:+}", msgspec.structs.replace(trend, **{name: getattr(trend, name) + step}))
        for name in ("apart_days", "within_days")
        for step in (1, -1)
        if getattr(trend, name)
    ]
    if trend.risen_times:
        found += [(f"risen_times {step:+}", msgspec.structs.replace(trend, risen_times=trend.risen_times + step)) for step in (0.02, -0.02)]
    if trend.risen_by:
        found += [(f"risen_by {text}", msgspec.structs.replace(trend, risen_by=text)) for text in ("0.4 mg/dL", "0.2 mg/dL")]
    for name in ("at_least", "at_most", "above", "below") if trend.counts else ():
        text = getattr(trend.counts, name)
        if text:
            number, unit = text.split(" ", 1)
            step = Decimal(1).scaleb(int(Decimal(number).as_tuple().exponent))
            found += [
                (
                    f"{name} {value}",
                    msgspec.structs.replace(trend, counts=msgspec.structs.replace(trend.counts, **{name: f"{value} {unit}"})),
                )
                for value in (Decimal(number) + step, Decimal(number) - step)
            ]
    return found

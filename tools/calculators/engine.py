"""Computing: inputs are checked for name, unit and range; only then is the formula asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from tools.calculators.formulas import FORMULAS
from tools.calculators.model import CalculationAnswer, Calculator, CalculatorFile, GivenInput, Input, Points
from tools.clinical.answer import KnowledgeRef
from tools.clinical.clause import compile_all
from tools.clinical.conditions import Condition
from tools.clinical.errors import OutOfScopeError, UnitMismatchError
from tools.clinical.knowledge import load
from tools.clinical.quantity import Quantity, decimal_of, plain

FOLDER = Path(__file__).parent / "knowledge"
Value = Quantity | str | bool


@dataclass(frozen=True)
class Listed:
    """A calculator with the file that holds it."""

    calculator: Calculator
    source: str
    ref: KnowledgeRef

    @cached_property
    def applies(self) -> Condition:
        """The patients that it is for."""
        return compile_all(self.calculator.only_when)


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Listed]:
    """Every calculator by name."""
    return {c.name: Listed(c, source_of(file, c.source), file.ref()) for file in load(FOLDER, CalculatorFile) for c in file.calculator}


def source_of(file: CalculatorFile, source_id: str) -> str:
    """A source as one line."""
    source = next(s for s in file.source if s.id == source_id)
    return ", ".join(part for part in (source.title, source.publisher, str(source.year), source.locator) if part)


def calculators() -> tuple[Calculator, ...]:
    """Every calculator there is, by name."""
    return tuple(listed.calculator for _, listed in sorted(catalogue().items()))


def calculate(name: str, inputs: Mapping[str, Value]) -> CalculationAnswer:
    """The value of a calculator.

    Args:
        name: as in `calculators()`.
        inputs: by the calculator's own input names; a quantity with its unit, a word for a choice, yes or no for a flag.

    Returns:
        `found`, or `not_checked` with the reason: no such calculator, an input missing or unknown, a unit of another kind, or a
        value outside the range in which the formula holds. Nothing is guessed, clamped or converted between mass and amount.
    """
    listed = catalogue().get(name)
    if listed is None:
        return CalculationAnswer(name=name, outcome="not_checked", reason=f"there is no calculator {name!r}")
    try:
        return compute(listed, inputs)
    except (OutOfScopeError, UnitMismatchError) as error:
        return _refusal(listed, str(error))


def compute(listed: Listed, inputs: Mapping[str, Value]) -> CalculationAnswer:
    """As `calculate`, for a calculator at hand.

    Raises:
        OutOfScopeError: an input is unknown or outside the range of validity.
        UnitMismatchError: an input has a unit of another kind.
    """
    calculator = listed.calculator
    strange = sorted(set(inputs) - {given.name for given in calculator.input})
    if strange:
        raise OutOfScopeError(f"{', '.join(map(repr, strange))}: not an input of {calculator.name}")
    missing = tuple(given.name for given in calculator.input if given.name not in inputs and not given.optional)
    if missing:
        return _refusal(listed, f"not given: {', '.join(missing)}", missing)
    values = {given.name: _value(given, inputs[given.name]) for given in calculator.input if given.name in inputs}
    result = _result(calculator, values)
    return CalculationAnswer(
        name=calculator.name,
        outcome="found",
        value=plain(result),
        unit=calculator.unit,
        meaning=_meaning(calculator, float(result)),
        title=calculator.title,
        formula=calculator.formula,
        source=listed.source,
        inputs=tuple(_shown(given, values[given.name]) for given in calculator.input if given.name in values),
        refuses=calculator.refuses,
        knowledge=(listed.ref,),
    )


def _result(calculator: Calculator, values: Mapping[str, float | str | bool]) -> Decimal:
    """The value, rounded as the source publishes it.

    Raises:
        OutOfScopeError: the formula has no value here (it would divide by nothing, or leave the numbers that there are).
    """
    try:
        result = _points(calculator.points, values) if calculator.python == "points" else _formula(calculator, values)
        return round(decimal_of(result), calculator.places)
    except (ArithmeticError, ValueError, UnitMismatchError):
        raise OutOfScopeError(f"{calculator.name} has no value for these inputs") from None


def _refusal(listed: Listed, reason: str, missing: tuple[str, ...] = ()) -> CalculationAnswer:
    c = listed.calculator
    return CalculationAnswer(
        name=c.name,
        outcome="not_checked",
        reason=reason,
        missing=missing,
        title=c.title,
        source=listed.source,
        refuses=c.refuses,
        knowledge=(listed.ref,),
    )


def _value(given: Input, value: Value) -> float | str | bool:
    if given.kind == "flag":
        if not isinstance(value, bool):
            raise UnitMismatchError(f"{given.name!r} is answered by yes or no")
        return value
    if given.kind == "choice":
        if not isinstance(value, str) or value not in given.choices:
            raise OutOfScopeError(f"{given.name!r} is one of {', '.join(given.choices)}")
        return value
    if not isinstance(value, Quantity):
        raise UnitMismatchError(f"{given.name!r} needs a number with its unit ({given.unit})")
    return _in_range(given, float(value.to(given.unit).value))


def _in_range(given: Input, number: float) -> float:
    low, high = given.at_least, given.at_most
    if (low is not None and number < low) or (high is not None and number > high):
        limits = f"{'' if low is None else plain(Decimal(repr(low)))} to {'' if high is None else plain(Decimal(repr(high)))}".strip()
        raise OutOfScopeError(
            f"{given.name} of {plain(Decimal(repr(number)), 2)} {given.unit} lies outside the range of the formula ({limits} {given.unit})"
        )
    return number


def _formula(calculator: Calculator, values: Mapping[str, float | str | bool]) -> float:
    arguments: dict[str, float | str | bool] = dict(calculator.constants)
    for name, value in values.items():
        if name in calculator.by:
            arguments |= calculator.by[name].get(str(value), {})
        else:
            arguments[name.replace("-", "_")] = value
    return FORMULAS[calculator.python](**arguments)


def _points(points: tuple[Points, ...], values: Mapping[str, float | str | bool]) -> float:
    return sum(point.points for point in points if point.input in values and _scores(point, values[point.input]))


def _scores(point: Points, value: float | str | bool) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value == point.is_
    return (
        (point.at_least is None or value >= point.at_least)
        and (point.above is None or value > point.above)
        and (point.at_most is None or value <= point.at_most)
        and (point.below is None or value < point.below)
    )


def _meaning(calculator: Calculator, value: float) -> str:
    return next((band.text for band in reversed(calculator.band) if value >= band.at_least), "")


def _shown(given: Input, value: float | str | bool) -> GivenInput:
    if isinstance(value, bool):
        return GivenInput(given.name, "yes" if value else "no")
    if isinstance(value, str):
        return GivenInput(given.name, value)
    return GivenInput(given.name, plain(Decimal(repr(value))), given.unit)

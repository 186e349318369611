"""`calculate`: one published formula or score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from agent.faces.answering.shapes import Answer, Text
from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity, decimal_of


class Valued(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value; `unit` in UCUM or as people write it, left out for words and yes/no."""

    value: float | int | str | bool
    unit: str = ""


class Input(Struct, frozen=True, kw_only=True):
    """The calculator's name and its inputs by name; with no inputs, the answer says what it needs."""

    name: Text
    inputs: dict[str, Valued | str | bool | float | int | None] = {}


class Need(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An input that the calculator takes."""

    name: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False


class Used(Struct, frozen=True, omit_defaults=True):
    """An input as it was used, in the calculator's unit."""

    name: str
    value: str
    unit: str = ""


class Output(Answer, frozen=True, kw_only=True):
    """The value in `unit`, rounded as the source publishes it; or why there is none, and what is missing."""

    name: str = ""
    title: str = ""
    value: str | None = None
    unit: str = ""
    meaning: str = ""
    formula: str = ""
    source: str = ""
    inputs: tuple[Used, ...] = ()
    missing: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    refuses: tuple[str, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """Compute, or say why not. Dates play no part."""
    from tools.calculators import calculate, calculators

    known = {calculator.name: calculator for calculator in calculators()}
    name = given.name.strip().casefold().replace("_", "-").replace(" ", "-")
    name = name if name in known else next((each.name for each in known.values() if each.derives == name), name)
    if name not in known:
        near = ", ".join(get_close_matches(name, known, 3, 0.5))
        hint = f"; near: {near}" if near else f"; there are {', '.join(known)}"
        return Output(tool="calculate", status="not_checked", reason=f"there is no calculator {given.name!r}{hint}", name=given.name)
    needs = tuple(Need(name=i.name, unit=i.unit, choices=i.choices, optional=i.optional) for i in known[name].input)
    try:
        values = {key.strip().replace("_", "-"): _value(key, value) for key, value in given.inputs.items() if value is not None}
        found = calculate(name, _in_known_units(_renamed(values, known[name].input), known[name].input))
    except UnitMismatchError as error:
        return Output(tool="calculate", status="not_checked", reason=str(error), name=name, title=known[name].title, needs=needs)
    return Output(
        tool="calculate",
        status=found.outcome,
        reason=found.reason,
        knowledge=found.knowledge,
        name=found.name,
        title=found.title,
        value=found.value or None,
        unit=found.unit,
        meaning=found.meaning,
        formula=found.formula,
        source=found.source,
        inputs=tuple(Used(used.name, used.value, used.unit) for used in found.inputs),
        missing=found.missing,
        needs=needs if found.outcome == "not_checked" else (),
        refuses=found.refuses,
    )


def _renamed(values: Mapping[str, Quantity | str | bool], inputs: tuple[Any, ...]) -> dict[str, Quantity | str | bool]:
    """An input may also be given by the name of its observable (`serum-creatinine` for `creatinine`)."""
    names = {each.name for each in inputs}
    observed = {each.observable: each.name for each in inputs if each.observable and each.name not in values}
    return {name if name in names else observed.get(name, name): value for name, value in values.items()}


def _in_known_units(values: Mapping[str, Quantity | str | bool], inputs: tuple[Any, ...]) -> dict[str, Quantity | str | bool]:
    """What is measured in another kind of unit, in the calculator's, where the substance is known: creatinine in umol/L, HbA1c in mmol/mol."""
    from tools.terminology import terminology

    found = dict(values)
    for each in inputs:
        value = found.get(each.name)
        if isinstance(value, Quantity) and not _comparable(value, each.unit):
            substance = each.name.removeprefix("urine-")
            names = (each.observable or each.name, f"serum-{substance}", f"blood-{substance}")
            observable = next((known for name in names if (known := terminology().observable_named(name))), None)
            found[each.name] = (observable and observable.canonical(value.value, value.unit)) or value
    return found


def _comparable(value: Quantity, unit: str) -> bool:
    try:
        value.to(unit)
    except UnitMismatchError:
        return False
    return True


def _value(name: str, value: Valued | str | bool | float | int) -> Quantity | str | bool:
    raw, unit = (value.value, value.unit) if isinstance(value, Valued) else (value, "")
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return _from_text(f"{raw} {unit}".strip())
    if not unit:
        raise UnitMismatchError(f"{name}: a number needs its unit, as {{'value': {raw}, 'unit': '...'}}")
    return _checked(Quantity(decimal_of(raw), unit))


def _from_text(text: str) -> Quantity | str:
    """A quantity where it begins with a number, else a word."""
    try:
        decimal_of(text.partition(" ")[0])
    except UnitMismatchError:
        return text
    return Quantity.parse(text)


def _checked(quantity: Quantity) -> Quantity:
    return quantity.to(quantity.unit) if quantity.unit == "1" else Quantity.parse(f"{quantity.value} {quantity.unit}")

"""Exact quantities in UCUM units.

A unit is a quotient of the atoms below (`mg/dL`, `mL/min/{1.73_m2}`, `10*9/L`). Aliases that people write are folded in
first (`mcg`, `mEq/L`, `IU/mL`, `cells/uL`). Whatever is not listed is refused: a guess about a unit is a dosing error.

Mass and amount of substance are different dimensions; only an analyte's own conversion (see
`tools.terminology.observables`) leads from one to the other. Equivalents never turn into moles by themselves.

Source: UCUM 2.1, tables 2-6 for the factors; CIPM for the Julian year (365.25 d) and its twelfth as the month.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from msgspec import Struct

from tools.clinical.errors import UnitMismatchError

_ATOMS: dict[str, tuple[str, Decimal]] = {
    symbol: (dimension, Decimal(factor))
    for dimension, atoms in {
        "mass": {"kg": "1000", "g": "1", "mg": "0.001", "ug": "0.000001", "ng": "1e-9", "pg": "1e-12",
                 "[lb_av]": "453.59237", "[oz_av]": "28.349523125"},
        "length": {"m": "1", "cm": "0.01", "mm": "0.001", "[in_i]": "0.0254", "[ft_i]": "0.3048"},
        "area": {"m2": "1", "cm2": "0.0001"},
        "volume": {"L": "1", "dL": "0.1", "mL": "0.001", "uL": "0.000001", "fL": "1e-15", "[drp]": "0.00005"},
        "time": {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800", "mo": "2629800", "a": "31557600", "ms": "0.001"},
        "amount": {"mol": "1", "mmol": "0.001", "umol": "0.000001", "nmol": "1e-9", "pmol": "1e-12"},
        "equivalent": {"eq": "1", "meq": "0.001"},
        "osmole": {"osm": "1", "mosm": "0.001"},
        # What is counted in units (insulin, vitamin D, TSH, an enzyme's activity) is written in either way for the same amount.
        "unit": {"U": "1", "mU": "0.001", "uU": "0.000001", "kU": "1000", "[IU]": "1", "k[IU]": "1000", "m[IU]": "0.001", "u[IU]": "0.000001",
                 "[iU]": "1", "k[iU]": "1000", "m[iU]": "0.001", "u[iU]": "0.000001"},
        "pressure": {"mm[Hg]": "1", "kPa": "7.500616827"},
        "percent": {"%": "1"},
        "bsa-indexed": {"{1.73_m2}": "1"},
        "temperature": {"Cel": "1", "[degF]": "1"},
        "electric": {"mV": "0.001", "V": "1"},
        "dose-form": {"{tablet}": "1", "{capsule}": "1", "{puff}": "1", "{spray}": "1", "{patch}": "1", "{application}": "1", "{dose}": "1"},
    }.items()
    for symbol, factor in atoms.items()
}  # fmt: skip

_ALIASES = {
    "mcg": "ug", "µg": "ug", "μg": "ug", "mEq": "meq", "mEq/L": "meq/L", "IU": "[IU]", "iu": "[IU]", "IU/mL": "[IU]/mL", "IU/L": "[IU]/L",
    "mIU/L": "m[IU]/L", "uIU/mL": "u[IU]/mL", "cells/uL": "/uL", "/cmm": "/uL", "cells/mm3": "/uL", "/mm3": "/uL",
    "K/uL": "10*3/uL", "10^3/uL": "10*3/uL", "10*3/mm3": "10*3/uL", "x10E3/uL": "10*3/uL", "THOU/uL": "10*3/uL", "10^9/L": "10*9/L",
    "x10^9/L": "10*9/L", "G/L": "10*9/L", "10^12/L": "10*12/L", "M/uL": "10*6/uL", "10^6/uL": "10*6/uL",
    "mmHg": "mm[Hg]", "mm Hg": "mm[Hg]", "lb": "[lb_av]", "lbs": "[lb_av]", "lb_av": "[lb_av]", "oz": "[oz_av]", "in": "[in_i]", "inch": "[in_i]",
    "in_i": "[in_i]", "ft": "[ft_i]", "C": "Cel", "°C": "Cel", "F": "[degF]", "°F": "[degF]", "degF": "[degF]", "degC": "Cel",
    "kg/m²": "kg/m2", "kg/m^2": "kg/m2", "bpm": "/min", "beats/min": "/min", "{beats}/min": "/min", "{Beats}/min": "/min",
    "{breaths}/min": "/min", "breaths/min": "/min", "mL/min/1.73m2": "mL/min/{1.73_m2}", "mL/min/1.73.m2": "mL/min/{1.73_m2}",
    "mL/min/1.73m^2": "mL/min/{1.73_m2}", "mL/min/1.73m²": "mL/min/{1.73_m2}", "mL/min/{1.73}m2": "mL/min/{1.73_m2}", "mL/min/1.73": "mL/min/{1.73_m2}",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}", "mL/min/1.73 m²": "mL/min/{1.73_m2}", "mL/min/{1.73_m2}": "mL/min/{1.73_m2}", "ml": "mL", "dl": "dL", "l": "L", "gm": "g", "Gm": "g",
    "ug/dl": "ug/dL", "mg/dl": "mg/dL", "g/dl": "g/dL", "ng/ml": "ng/mL", "ml/min": "mL/min", "yr": "a", "year": "a", "years": "a", "y": "a",
    "month": "mo", "months": "mo", "week": "wk", "weeks": "wk", "day": "d", "days": "d", "hour": "h", "hours": "h", "hr": "h", "minute": "min", "minutes": "min",
    "percent": "%", "units": "U", "unit": "U", "Units": "U", "u": "U", "tablet": "{tablet}", "tablets": "{tablet}", "capsule": "{capsule}", "puff": "{puff}",
    "puffs": "{puff}", "msec": "ms", "umol/l": "umol/L", "mmol/l": "mmol/L", "µmol/L": "umol/L", "μmol/L": "umol/L", "{#}": "1", "count": "1",
    "TAB": "{tablet}", "CAP": "{capsule}", "mm_Hg": "mm[Hg]", "mmol/L/h": "mmol/L/h",
}  # fmt: skip

MAGNITUDE = 30
"""Powers of ten, up or down, that arithmetic with units bears; nothing that is measured or given comes near."""

_POWER_OF_TEN = re.compile(r"10\*([+-]?[0-9]{1,2})")

Dimension = tuple[tuple[str, int], ...]


@lru_cache(maxsize=1024)
def unit_dimension(unit: str) -> tuple[Dimension, Decimal]:
    """The dimension of a UCUM unit and its factor to the base units of this module.

    Raises:
        UnitMismatchError: the unit is not one that this project knows.
    """
    text = unit.strip()
    text = _ALIASES.get(text, text)
    powers: dict[str, int] = {}
    factor = Decimal(1)
    for position, atom in enumerate(text.split("/")):
        sign = 1 if position == 0 else -1
        dimension, size = _atom(_ALIASES.get(atom, atom), unit)
        factor = factor * size if sign > 0 else factor / size
        if dimension:
            powers[dimension] = powers.get(dimension, 0) + sign
    return tuple(sorted((name, power) for name, power in powers.items() if power)), factor


def _atom(atom: str, unit: str) -> tuple[str, Decimal]:
    if atom in _ATOMS:
        return _ATOMS[atom]
    if atom in ("", "1") or (atom.startswith("{") and atom.endswith("}")):
        return "", Decimal(1)
    power = _POWER_OF_TEN.fullmatch(atom)
    if power is not None:
        return "", Decimal(10) ** int(power[1])
    raise UnitMismatchError(f"unit {unit!r} is not known; write it in UCUM, for example 'mg/dL'")


class Quantity(Struct, frozen=True, gc=False):
    """A number and its UCUM unit. Equality is literal; `compare` and `to` convert."""

    value: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read `"1.5 mg/dL"`; a bare number is dimensionless (unit `"1"`).

        Raises:
            UnitMismatchError: no finite number, or the unit is not known.
        """
        return _parsed(text)

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of the same dimension.

        Raises:
            UnitMismatchError: the dimensions differ, or a unit is not known.
        """
        if unit == self.unit:
            return self
        here, factor = unit_dimension(self.unit)
        there, other = unit_dimension(unit)
        if here != there:
            raise UnitMismatchError(f"{self.unit!r} cannot be turned into {unit!r}")
        if here == (("temperature", 1),):
            return Quantity(_temperature(self.value, self.unit, unit), unit)
        return Quantity(self.value * factor / other, unit)

    def same_kind(self, other: Quantity) -> bool:
        """Whether the two can be compared.

        Raises:
            UnitMismatchError: a unit is not known.
        """
        return unit_dimension(self.unit)[0] == unit_dimension(other.unit)[0]

    def compare(self, other: Quantity) -> int:
        """-1, 0 or 1 as this is less than, equal to or more than `other`, in any common unit.

        Raises:
            UnitMismatchError: the dimensions differ.
        """
        mine = self.to(other.unit).value
        return (mine > other.value) - (mine < other.value)

    def __str__(self) -> str:
        return plain(self.value) if self.unit == "1" else f"{plain(self.value)} {self.unit}"


@lru_cache(maxsize=16384)
def _parsed(text: str) -> Quantity:
    """Knowledge is compared with the same few thousand limits all the time: each is read once."""
    number, _, unit = text.strip().partition(" ")
    quantity = Quantity(decimal_of(number), unit.strip() or "1")
    unit_dimension(quantity.unit)
    return quantity


def _temperature(value: Decimal, unit: str, to: str) -> Decimal:
    fahrenheit, wanted = _ALIASES.get(unit, unit) == "[degF]", _ALIASES.get(to, to) == "[degF]"
    if fahrenheit == wanted:
        return value
    return (value - 32) / Decimal("1.8") if fahrenheit else value * Decimal("1.8") + 32


def decimal_of(number: str | int | float | Decimal) -> Decimal:
    """A finite Decimal of what was written.

    Raises:
        UnitMismatchError: not a number, not a finite one, or one of a magnitude that nothing has.
    """
    try:
        value = number if isinstance(number, Decimal) else Decimal(str(number))
    except InvalidOperation:
        raise UnitMismatchError(f"{number!r} is not a number") from None
    if not countable(value):
        raise UnitMismatchError(f"{number!r} is not a number that can be counted with")
    return value


def countable(value: Decimal) -> bool:
    """Whether a number is finite, and of a magnitude that arithmetic with units bears."""
    return value.is_finite() and -MAGNITUDE <= value.adjusted() <= MAGNITUDE


def plain(value: Decimal, places: int = 4) -> str:
    """Write a decimal as a person would: no exponent, no trailing zeros, at most `places` decimals."""
    rounded = round(value, places) if -value.as_tuple().exponent > places else value  # type: ignore[operator]
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

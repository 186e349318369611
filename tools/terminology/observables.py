"""Observables: many LOINC codes, one name, one unit; conversions that only the analyte allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Coding
from tools.clinical.quantity import Quantity, unit_dimension
from tools.terminology.model import Band, Conversion, ObservableEntry, ObservableKind
from tools.terminology.systems import LOINC, SNOMED, system_of
from tools.terminology.text import name_key

_FOUR_DIGITS = Context(prec=4)


@dataclass(frozen=True, slots=True)
class Observable:
    """Something measured, scored or computed.

    Attributes:
        low, high: what a living person can have, in `unit`; a value outside is implausible, not abnormal.
        abnormal_low, abnormal_high: a value below or above needs a word in the plan; `None` where the knowledge sets no limit.
        bands: the limits of other ages, or of one sex, in the order in which they are tried.
        stale_after_days: older values no longer tell how the patient is now.
    """

    name: str
    title: str
    unit: str
    kind: ObservableKind
    loinc: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    stale_after_days: int | None = None
    abnormal_low: Decimal | None = None
    abnormal_high: Decimal | None = None
    bands: tuple[Band, ...] = ()
    molar_mass: Decimal | None = None
    valence: int | None = None
    also: tuple[Conversion, ...] = ()

    @property
    def preferred_loinc(self) -> str | None:
        """The code to order it by."""
        return self.loinc[0] if self.loinc else None

    def canonical(self, value: Decimal, unit: str) -> Quantity | None:
        """The value in this observable's unit; `None` where no rule leads there (another kind of quantity, an unknown unit)."""
        quantity = Quantity(value, unit)
        try:
            return quantity.to(self.unit)
        except UnitMismatchError:
            pass
        for way in self.also:
            if _same_dimension(unit, way.unit):
                return Quantity(_measured(quantity.to(way.unit).value * way.times + way.plus), self.unit)
        return self._by_analyte(quantity)

    def plausible(self, quantity: Quantity) -> bool:
        """Whether a living person can have this value (given in the canonical unit)."""
        return (self.low is None or quantity.value >= self.low) and (self.high is None or quantity.value <= self.high)

    def abnormal(self, quantity: Quantity, age: int | None = None, sex: str | None = None) -> Literal["low", "high"] | None:
        """Whether a value needs a word in the plan.

        Args:
            quantity: in the canonical unit.
            age: completed years; the adult's limits are used where it is not known.
            sex: `female` or `male`, where known.

        Returns:
            The side on which it lies outside; `None` inside, and where no limit is set.
        """
        limits = next((band for band in self.bands if band.holds(age, sex)), self)
        if limits.abnormal_low is not None and quantity.value < limits.abnormal_low:
            return "low"
        return "high" if limits.abnormal_high is not None and quantity.value > limits.abnormal_high else None

    def _by_analyte(self, quantity: Quantity) -> Quantity | None:
        """Mass from amount and back by the molar mass; amount from equivalents by the valence."""
        here = _dimension(quantity.unit)
        there = _dimension(self.unit)
        if here is None or there is None or here[1] != there[1]:
            return None
        factor = self._factor(here[0], there[0])
        if factor is None:
            return None
        base = quantity.value * here[2] * factor
        return Quantity(_measured(base / there[2]), self.unit)

    def _factor(self, here: str, there: str) -> Decimal | None:
        mass, valence = self.molar_mass, Decimal(self.valence) if self.valence else None
        ways = {
            ("amount", "mass"): mass,
            ("mass", "amount"): 1 / mass if mass else None,
            ("equivalent", "amount"): 1 / valence if valence else None,
            ("amount", "equivalent"): valence,
            ("equivalent", "mass"): mass / valence if mass and valence else None,
        }
        return ways.get((here, there))


def _measured(value: Decimal) -> Decimal:
    """To four digits, which no laboratory exceeds: a factor's own rounding must not carry a value over a limit."""
    return _FOUR_DIGITS.create_decimal(value)


def _dimension(unit: str) -> tuple[str, tuple[tuple[str, int], ...], Decimal] | None:
    """What is counted, what it is divided by, and the factor to base units."""
    try:
        dimension, factor = unit_dimension(unit)
    except UnitMismatchError:
        return None
    top = [name for name, power in dimension if power == 1]
    rest = tuple((name, power) for name, power in dimension if power != 1)
    return (top[0], rest, factor) if len(top) == 1 else None


def _same_dimension(unit: str, other: str) -> bool:
    try:
        return unit_dimension(unit)[0] == unit_dimension(other)[0]
    except UnitMismatchError:
        return False


class Observables:
    """All observables, by code and by name."""

    def __init__(self, entries: Iterable[ObservableEntry]) -> None:
        self._named: dict[str, Observable] = {}
        self._coded: dict[tuple[str, str], Observable] = {}
        self._aliases: dict[str, str] = {}
        for entry in entries:
            self._add(entry)

    def _add(self, entry: ObservableEntry) -> None:
        observable = Observable(
            name=entry.name,
            title=entry.title,
            unit=entry.unit,
            kind=entry.kind,
            loinc=entry.loinc,
            low=entry.low,
            high=entry.high,
            stale_after_days=entry.stale_after_days,
            abnormal_low=entry.abnormal_low,
            abnormal_high=entry.abnormal_high,
            bands=entry.band,
            molar_mass=entry.molar_mass,
            valence=entry.valence,
            also=entry.also,
        )
        self._named[entry.name] = observable
        for alias in (entry.title, *entry.aliases):
            self._aliases.setdefault(name_key(alias), entry.name)
        for system, codes in ((LOINC, entry.loinc), (SNOMED, entry.snomed)):
            for code in codes:
                self._coded.setdefault((system, code), observable)

    def by_codes(self, codes: Sequence[Coding]) -> Observable | None:
        """The observable that the first known code means."""
        return next((found for coding in codes if (found := self._coded.get((system_of(coding), coding.code)))), None)

    def named(self, name: str) -> Observable | None:
        """The observable of that name or alias."""
        return self._named.get(name) or self._named.get(self._aliases.get(name_key(name), ""))

    def names(self) -> frozenset[str]:
        """All canonical names."""
        return frozenset(self._named)

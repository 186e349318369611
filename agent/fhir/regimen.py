"""Dosage instructions as a regimen: amount, interval and amount per day, where all of it is coded; the text is kept and shown.

| written | read as |
|---|---|
| `doseQuantity` 500 mg, 2 per 1 d | 500 mg, every 12 h, 1000 mg/d |
| `doseQuantity` 1 tablet (or no unit), product of 20 mg | 20 mg a tablet |
| `doseRange` 1 to 2 tablets | the upper bound, since that is what may be taken |
| `frequencyMax`, `period` | the upper frequency; with `periodMax` still the shorter period |
| `timing.code` BID, TID, QD, Q6H … | the interval it stands for |
| `timeOfDay`, `when`, `dayOfWeek` | so many a day, or a week |
| once a week, on three days of it | three a week: the days are named, the frequency is a default of many systems |
| several dosage instructions | added up, where all are scheduled and in one unit; otherwise no daily amount |
| `route` | the stated route, which goes before the one that the product's form suggests |
| `asNeeded…` in every instruction | `as_needed`; the daily amount is the most that may be taken |
| several ingredients, counted in tablets or puffs | the daily amount of each, where the product names its strength |
| no dose, but the supply and the days that it lasts | 5 tablets of 0.25 mg for 5 days: 0.25 mg/d on average |
| nothing coded | the text alone; nothing is read out of it |
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from agent.fhir import elements as el
from agent.fhir.concepts import concept_of
from agent.fhir.numbers import positive
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Regimen
from tools.clinical.quantity import Quantity

_CODES = tomllib.loads(Path(__file__).with_name("dosage.toml").read_text("utf-8"))
_PER_DAY = {code: Decimal(times) for code, times in _CODES["per_day"].items()}
_ROUTE_CODES: dict[str, str] = _CODES["route_codes"]
_ROUTE_WORDS: dict[str, str] = _CODES["route_words"]
_COUNTED = frozenset(_CODES["counted_units"])
_UNITS = ("s", "min", "h", "d", "wk", "mo", "a")
_TEXT = 500
_MOST = 1000
_WEEK = 7
_SHORTEST, _LONGEST = Decimal("0.001"), Decimal(100_000)


def regimen_of(dosages: Sequence[el.Dosage], strength: Quantity | None) -> Regimen:
    """How the medicine is taken.

    Args:
        dosages: the instructions as decoded.
        strength: mass or units in one tablet, puff or dose of the product, where it is known.
    """
    if not dosages:
        return Regimen()
    text = "; ".join(dict.fromkeys(filter(None, (_text(dosage) for dosage in dosages))))[:_TEXT]
    as_needed = all(_as_needed(dosage) for dosage in dosages)
    amounts = [_amount(dosage, strength) for dosage in dosages]
    times = [_times_a_day(dosage.timing) for dosage in dosages]
    daily = _daily(amounts, times)
    if len(dosages) > 1:
        return Regimen(None, None, daily, text, as_needed)
    return Regimen(amounts[0], _interval(times[0]), daily, text, as_needed)


Supply = tuple[el.Quantity | None, el.Quantity | None]
"""How much is supplied, and how long it lasts."""


def with_parts(dosages: Sequence[el.Dosage], strength: Quantity | None, strengths: Sequence[tuple[str, Quantity]]) -> Regimen:
    """The regimen with the daily amount of each ingredient, where doses are counted and what is in one of them is known.

    Of a medicine that is taken daily and as needed as well, what is taken daily.
    """
    regimen = regimen_of(dosages, strength)
    daily = regimen_of([dosage for dosage in dosages if not _as_needed(dosage)] or dosages, strength).daily
    if daily is None or daily.unit != "{dose}/d":
        return regimen
    doses = daily.value
    parts = tuple((name, Quantity(doses * one.value, f"{one.unit.partition('/')[0]}/d")) for name, one in strengths if _of_one_dose(one))
    return replace(regimen, parts=parts)


def _as_needed(dosage: el.Dosage) -> bool:
    return bool(dosage.as_needed_boolean) or dosage.as_needed_codeable_concept is not None


def _of_one_dose(strength: Quantity) -> bool:
    return "/" not in strength.unit or strength.unit.endswith("/{puff}")


def with_supply(regimen: Regimen, supply: Supply, strength: Quantity | None) -> Regimen:
    """The regimen with the average daily amount that follows from a counted supply, where the dosage tells none."""
    quantity, lasts = supply
    days = days_of(lasts)
    if regimen.daily is not None or regimen.as_needed or days is None or quantity is None or quantity.value is None:
        return regimen
    unit = (quantity.code or quantity.unit or "1").strip().casefold().strip("{}")
    if strength is None or "/" in strength.unit or unit not in _COUNTED or not positive(quantity.value):
        return regimen
    daily = round(quantity.value * strength.value / days, 4)
    return replace(regimen, daily=Quantity(Decimal(int(daily)) if daily == int(daily) else daily.normalize(), f"{strength.unit}/d"))


def route_of(dosages: Sequence[el.Dosage]) -> str | None:
    """The route that the order states, by its code or by a word of its text; `None` where it states none that is known."""
    for dosage in dosages:
        found = concept_of(dosage.route)
        by_code = next((_ROUTE_CODES[coding.code] for coding in found.codes if coding.code in _ROUTE_CODES), None)
        words = re.findall(r"[a-z]+", f"{found.text} {' '.join(coding.display for coding in found.codes)}".casefold())
        route = by_code or next((_ROUTE_WORDS[word] for word in words if word in _ROUTE_WORDS), None)
        if route is not None:
            return route
    return None


def ends_of(dosages: Sequence[el.Dosage]) -> list[el.Period]:
    """The periods that bound the instructions."""
    repeats = [d.timing.repeat for d in dosages if d.timing is not None and d.timing.repeat is not None]
    return [r.bounds_period for r in repeats if r.bounds_period is not None]


def longest_course(dosages: Sequence[el.Dosage]) -> int | None:
    """Days of the longest bounded course, where every instruction is bounded by a duration."""
    repeats = [d.timing.repeat if d.timing is not None else None for d in dosages]
    days = [days_of(r.bounds_duration) if r is not None else None for r in repeats]
    known = [found for found in days if found is not None]
    return max(known) if known and len(known) == len(days) else None


def days_of(duration: el.Quantity | None) -> int | None:
    """Whole days of a FHIR Duration, rounded up; `None` where it is none, or not a positive one."""
    if duration is None or duration.value is None or not positive(duration.value) or duration.value > _LONGEST:
        return None
    try:
        exact = Quantity(duration.value, duration.code or duration.unit or "").to("d").value
    except UnitMismatchError:
        return None
    return -int(-exact // 1)


def _text(dosage: el.Dosage) -> str:
    return " ".join((dosage.text or dosage.patient_instruction or "").split())


def _amount(dosage: el.Dosage, strength: Quantity | None) -> Quantity | None:
    for given in dosage.dose_and_rate:
        dose = given.dose_quantity or (given.dose_range.high if given.dose_range else None)
        if dose is not None and dose.value is not None and positive(dose.value):
            return _in_substance(dose.value, (dose.code or dose.unit or "1").strip(), strength)
    return None


def _in_substance(value: Decimal, unit: str, strength: Quantity | None) -> Quantity | None:
    if unit.casefold().strip("{}") in _COUNTED:
        return Quantity(value * strength.value, strength.unit) if strength and "/" not in strength.unit else Quantity(value, "{dose}")
    try:
        return Quantity.parse(f"{value} {unit}")
    except UnitMismatchError:
        return None


def _times_a_day(timing: el.Timing | None) -> Decimal | None:
    if timing is None:
        return None
    repeat = timing.repeat
    if repeat is not None and repeat.period and _bounded(repeat.period) and repeat.period_unit in _UNITS:
        return _by_period(repeat, repeat.period, repeat.period_unit)
    if repeat is not None and (repeat.time_of_day or repeat.when):
        return Decimal(max(len(repeat.time_of_day), len(repeat.when))) * _share_of_week(repeat)
    if repeat is not None and repeat.day_of_week:
        return _share_of_week(repeat)
    return _by_code(timing)


def _bounded(period: Decimal) -> bool:
    return positive(period) and _SHORTEST <= period <= _LONGEST


def _by_period(repeat: el.Repeat, period: Decimal, unit: str) -> Decimal | None:
    days = Quantity(period, unit).to("d").value
    listed = max(len(repeat.time_of_day), len(repeat.when))
    named = len(set(repeat.day_of_week)) * (listed or 1) if days >= _WEEK else 0
    frequency = max(repeat.frequency_max or 0, repeat.frequency or 0, named) or listed or 1
    return Decimal(min(frequency, _MOST)) / days * (_share_of_week(repeat) if days <= 1 else 1)


def _share_of_week(repeat: el.Repeat) -> Decimal:
    return Decimal(len(set(repeat.day_of_week))) / 7 if repeat.day_of_week else Decimal(1)


def _by_code(timing: el.Timing) -> Decimal | None:
    found = concept_of(timing.code)
    names = [*(coding.code for coding in found.codes), found.text]
    return next((_PER_DAY[name.upper()] for name in names if name.upper() in _PER_DAY), None)


def _interval(times: Decimal | None) -> Quantity | None:
    if times is None or times <= 0:
        return None
    hours = Decimal(24) / times
    per = Quantity(hours, "h") if hours <= 48 else Quantity(hours / 24, "d")
    return Quantity(round(per.value, 4).normalize(), per.unit) if per.value % 1 else Quantity(Decimal(int(per.value)), per.unit)


def _daily(amounts: Sequence[Quantity | None], times: Sequence[Decimal | None]) -> Quantity | None:
    parts = [(a, t) for a, t in zip(amounts, times, strict=True) if a is not None and t is not None]
    if not parts or len(parts) < len(amounts):
        return None
    unit = parts[0][0].unit
    try:
        total = sum((amount.to(unit).value * often for amount, often in parts), Decimal(0))
    except UnitMismatchError:
        return None
    rounded = round(total, 4)
    return Quantity(Decimal(int(rounded)) if rounded == int(rounded) else rounded.normalize(), f"{unit}/d")

"""The values of one patient of a population: drawn around a mean, measured together, or computed from each other.

What belongs together comes from one sample (`together_with`) and agrees: the total cholesterol is the sum of its parts, the glucose
follows the HbA1c, the weight is what BMI and height make it, and the creatinine is the one whose eGFR was drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scenarios.population_model import Habits, Lies

_TENTH_BELOW = 0.9
Turn = tuple[int, float]
"""So many days ago, and the value."""


@dataclass(frozen=True)
class Somebody:
    """Who is measured; `names` are problems, and kinds of the medicines that are taken."""

    age: int
    sex: str
    names: frozenset[str]


class Values:
    """What is measured of one patient, observable after observable in the order of the population's file."""

    def __init__(self, who: Somebody, habits: Habits, chance: random.Random) -> None:
        self._who = who
        self._habits = habits
        self._chance = chance
        self._level: dict[str, float] = {}
        self._turns: dict[str, list[Turn]] = {}

    def of(self, entry: Lies) -> list[Turn]:
        """The values of an observable, the newest first; none where it was not measured, or is only there for others to follow."""
        days = self._days(entry)
        level = self._computed(entry, 0) if entry.sources else self._chance.gauss(self._mean(entry), self._sd(entry))
        self._level[entry.observable] = self._within(entry, level)
        self._turns[entry.observable] = [(ago, self._value(entry, turn, ago, level)) for turn, ago in enumerate(days)]
        return [] if entry.hidden else self._turns[entry.observable]

    def _days(self, entry: Lies) -> list[int]:
        """How many days ago it was measured: with what it belongs to, else by itself."""
        if with_ := entry.together_with or next(iter(entry.sources), ""):
            return [ago for ago, _ in self._turns[with_]]
        if not (any(name in self._who.names for name in entry.wanted_by) or self._happens(entry.share)):
            return []
        stale = self._happens(self._habits.stale_values)
        newest = self._chance.randint(700, 1500) if stale else self._chance.randint(3, 120)
        return [newest + turn * entry.every_days for turn in range(entry.times)]

    def _happens(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _value(self, entry: Lies, turn: int, ago: int, level: float) -> float:
        if entry.sources:
            value = self._computed(entry, turn) + self._chance.gauss(0, entry.sd)
        else:
            drift = entry.drift_per_year + self._sum(entry.drift_with)
            value = level - drift * ago / 365 + self._chance.gauss(0, self._sd(entry) / 6)
        return round(self._below(entry, turn, self._within(entry, value)), entry.digits)

    def _computed(self, entry: Lies, turn: int) -> float:
        """From the values of the same turn, or the last that there is; from the level behind them where nothing was measured."""
        given = {}
        for name in entry.sources:
            turns = self._turns[name]
            given[name] = turns[min(turn, len(turns) - 1)][1] if turns else self._level[name]
        if entry.formula:
            return FORMULAS[entry.formula](self._who, given)
        return entry.plus + sum(weight * given[name] for name, weight in entry.sum_of.items())

    def _within(self, entry: Lies, value: float) -> float:
        """Within what can be, at all and with what this patient has."""
        names = self._who.names
        least: float = max([entry.least, *(by for name, by in entry.least_with.items() if name in names)])
        without = entry.most_without.values() if names.isdisjoint(entry.most_without) else ()
        most: float = min([entry.most, *without, *(by for name, by in entry.most_with.items() if name in names)])
        return min(max(value, least), most)

    def _below(self, entry: Lies, turn: int, value: float) -> float:
        """A tenth below what it must lie below."""
        above = self._turns.get(entry.below, [])
        return min(value, above[min(turn, len(above) - 1)][1] * _TENTH_BELOW) if above else value

    def _mean(self, entry: Lies) -> float:
        women = entry.women if self._who.sex == "female" else 0
        return entry.mean + self._sum(entry.moved_by) + entry.per_decade * (self._who.age - 50) / 10 + women

    def _sd(self, entry: Lies) -> float:
        return max([entry.sd, *(by for name, by in entry.sd_with.items() if name in self._who.names)])

    def _sum(self, by_name: Mapping[str, float]) -> float:
        return sum(by for name, by in by_name.items() if name in self._who.names)


def creatinine_of_egfr(egfr: float, age: float, sex: str) -> float:
    """The creatinine (mg/dL) of an adult whose eGFR (mL/min/1.73 m²) this is; women where the sex is not male.

    Source: Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race. N Engl J Med 2021;385:1737,
        the CKD-EPI creatinine equation of 2021, solved for the creatinine.
    """
    male = sex == "male"
    kappa, alpha = (0.9, -0.302) if male else (0.7, -0.241)
    part = egfr / (142 * 0.9938**age * (1 if male else 1.012))
    creatinine: float = kappa * part ** (1 / (alpha if part >= 1 else -1.2))
    return creatinine


def _weight(who: Somebody, given: Mapping[str, float]) -> float:
    return given["bmi"] * (given["body-height"] / 100) ** 2


def _creatinine(who: Somebody, given: Mapping[str, float]) -> float:
    return creatinine_of_egfr(given["egfr"], who.age, who.sex)


FORMULAS: dict[str, Callable[[Somebody, Mapping[str, float]], float]] = {"weight-of-bmi": _weight, "creatinine-of-egfr": _creatinine}

"""Synthetic patients that hang together: drawn from a population that is declared as data, the same for the same seed.

A population (`scenarios/populations/*.toml`) says how often who has which problem, what is taken for it, how values lie and
move with problems and medicines, and which habits of real exports its records have (values without a unit, laboratories long
past, orders never closed, problems without a code). Nothing is drawn but by `random.Random` of seed and number, so patient
1,234 is the same whether drawn first, last or alone. The figures describe a plausible practice, not an epidemiology.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct, field

from agent.errors import RecordError
from scenarios import builders
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity
from tools.terminology import terminology

FOLDER = Path(__file__).parent / "populations"


class Band(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An age band in completed years and the share of the population in it."""

    from_age: int
    to_age: int
    share: float


class Occurs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often a problem occurs.

    Attributes:
        by_band: probability in each age band, in the order of the bands.
        times: factors for those who have another problem, which must be named earlier in the file.
        never_with: problems that exclude it.
        years: it began up to so many years ago, never before birth.
    """

    name: str
    by_band: tuple[float, ...]
    sex: str = ""
    times: dict[str, float] = {}
    never_with: tuple[str, ...] = ()
    years: int = 10


class Prescribed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is taken for a problem: one of `options` by its weight, by a share of those who have the problem."""

    problem: str
    share: float
    options: tuple[Option, ...]
    never_with: tuple[str, ...] = ()


class Option(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine as a record writes it."""

    text: str
    kinds: tuple[str, ...]
    dose: str = ""
    per: str = ""
    weight: float = 1.0
    as_needed: bool = False


class Lies(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an observable lies: normal around a mean that problems and medicines move, drifting by the year.

    Attributes:
        share: of patients in whom it was measured at all; `wanted_by` names problems in which it always was.
        moved_by: problem or kind of medicine → how far it moves the mean.
        digits: decimals that are reported.
    """

    observable: str
    unit: str
    mean: float
    sd: float
    least: float
    most: float
    digits: int = 0
    share: float = 0.5
    times: int = 1
    every_days: int = 180
    per_decade: float = 0.0
    drift_per_year: float = 0.0
    drift_with: dict[str, float] = {}
    women: float = 0.0
    wanted_by: tuple[str, ...] = ()
    moved_by: dict[str, float] = {}


class Habits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of entries that a real export would spoil."""

    value_without_unit: float = 0.0
    stale_values: float = 0.0
    orders_never_closed: float = 0.0
    problem_without_code: float = 0.0
    allergy: float = 0.0
    allergens: dict[str, str] = {}


class Population(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A population, declared."""

    band: tuple[Band, ...]
    women: float
    problem: tuple[Occurs, ...]
    medicine: tuple[Prescribed, ...] = ()
    value: tuple[Lies, ...]
    habits: Habits = field(default_factory=Habits)

    def faults(self) -> list[str]:
        """Shares that do not add up, bands of another number, names that nobody knows, and references to what comes later."""
        faults = [] if abs(sum(band.share for band in self.band) - 1) < 1e-6 else ["the shares of the bands do not add up to 1"]
        seen: set[str] = set()
        for one in self.problem:
            if len(one.by_band) != len(self.band):
                faults.append(f"{one.name}: {len(one.by_band)} probabilities for {len(self.band)} bands")
            faults += [f"{one.name}: {name!r} is not named before" for name in (*one.times, *one.never_with) if name not in seen]
            seen.add(one.name)
        faults += [f"medicine for {entry.problem!r}, which is no problem here" for entry in self.medicine if entry.problem not in seen]
        faults += [f"{name!r} is no problem that is known" for name in seen if terminology().problem_code(name) is None]
        kinds = {kind for entry in self.medicine for option in entry.options for kind in option.kinds}
        moving = {name for entry in self.value for name in (*entry.moved_by, *entry.drift_with, *entry.wanted_by)}
        faults += [f"{name!r} moves a value, and nobody here has or takes it" for name in sorted(moving - seen - kinds)]
        known = [terminology().observable_named(entry.observable) for entry in self.value]
        faults += [f"{entry.observable!r} is no observable" for entry, found in zip(self.value, known, strict=True) if found is None]
        return faults + [f"{entry.observable}: {entry.unit!r} is no unit" for entry in self.value if not _is_unit(entry.unit)]


def _is_unit(unit: str) -> bool:
    try:
        Quantity.parse(f"1 {unit}")
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def populations() -> dict[str, Population]:
    """Every population, by name. Raises KnowledgeError where a file is at fault."""
    return {population.id: population for population in load(FOLDER, Population)}


def population_named(name: str) -> Population:
    """A population.

    Raises:
        RecordError: none has that name.
    """
    if name not in populations():
        raise RecordError(f"no population is called {name!r}; there are: {', '.join(populations())}")
    return populations()[name]


@dataclass(frozen=True)
class Drawn:
    """One patient of a population, as a batch takes it: the record is made when it is needed, wherever that is."""

    population: str
    seed: int
    number: int
    as_of: date

    @property
    def label(self) -> str:
        """How rows name the patient."""
        return f"{self.population}-{self.seed}-{self.number}"

    def data(self) -> bytes:
        """The bundle."""
        return orjson.dumps(record(population_named(self.population), self.seed, self.number, self.as_of))

    def key(self) -> str:
        """The same for the same declaration, seed, number and date."""
        return hashlib.sha256(f"{_digest(self.population)} {self.seed} {self.number} {self.as_of}".encode()).hexdigest()[:24]


@lru_cache(maxsize=32)
def _digest(name: str) -> str:
    return hashlib.sha256((FOLDER / f"{population_named(name).id}.toml").read_bytes()).hexdigest()


def drawn(name: str, count: int, seed: int, as_of: date) -> tuple[Drawn, ...]:
    """So many patients of a population. Raises RecordError where none has that name."""
    population_named(name)
    return tuple(Drawn(name, seed, number, as_of) for number in range(count))


def record(population: Population, seed: int, number: int, as_of: date) -> builders.Json:
    """The bundle of one patient."""
    return _Life(population, random.Random(f"{population.id} {seed} {number}"), as_of).bundle()  # noqa: S311 - patients, not secrets


class _Life:
    """One patient while being drawn: first who, then problems, then medicines, then values."""

    def __init__(self, population: Population, chance: random.Random, as_of: date) -> None:
        self._population = population
        self._chance = chance
        self._as_of = as_of
        band = chance.choices(range(len(population.band)), [band.share for band in population.band])[0]
        self._band = band
        self._age = chance.randint(population.band[band].from_age, population.band[band].to_age)
        self._sex = "female" if chance.random() < population.women else "male"
        self._problems = tuple(self._draw_problems())
        self._medicines = tuple(self._draw_medicines())
        self._names = {*self._problems, *(kind for option in self._medicines for kind in option.kinds)}

    def bundle(self) -> builders.Json:
        """Everything, as FHIR."""
        resources: list[builders.Json] = [builders.patient(sex=self._sex, age=self._age, as_of=self._as_of)]
        resources += [self._condition(name) for name in self._problems]
        resources += [self._order(option) for option in self._medicines]
        resources += list(self._allergies())
        resources += [one for entry in self._population.value for one in self._values(entry)]
        return builders.bundle(*resources)

    def _happens(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _days_ago(self, least: int, most: int) -> date:
        return self._as_of - timedelta(days=self._chance.randint(least, most))

    def _draw_problems(self) -> Iterator[str]:
        have: set[str] = set()
        for one in self._population.problem:
            probability = one.by_band[self._band]
            for name, factor in one.times.items():
                probability *= factor if name in have else 1.0
            happens = self._happens(min(probability, 0.95))
            if happens and one.sex in ("", self._sex) and have.isdisjoint(one.never_with):
                have.add(one.name)
                yield one.name

    def _draw_medicines(self) -> Iterator[Option]:
        for entry in self._population.medicine:
            if entry.problem in self._problems and set(self._problems).isdisjoint(entry.never_with) and self._happens(entry.share):
                yield self._chance.choices(entry.options, [option.weight for option in entry.options])[0]

    def _condition(self, name: str) -> builders.Json:
        years = next(one.years for one in self._population.problem if one.name == name)
        onset = self._days_ago(30, max(31, min(years, max(self._age - 1, 1)) * 365))
        code = {"text": name.replace("-", " ")} if self._happens(self._population.habits.problem_without_code) else None
        return builders.condition(name, onset=onset, code=code)

    def _order(self, option: Option) -> builders.Json:
        old = self._happens(self._population.habits.orders_never_closed)
        ordered = self._days_ago(900, 2500) if old else self._days_ago(5, 300)
        return builders.medication(
            option.text, dose=option.dose or None, per=option.per or None, ordered=ordered, as_needed=option.as_needed
        )

    def _allergies(self) -> Iterator[builders.Json]:
        habits = self._population.habits
        if habits.allergens and self._happens(habits.allergy):
            substance = self._chance.choice(sorted(habits.allergens))
            yield builders.allergy(substance, reaction=habits.allergens[substance] or None)

    def _values(self, entry: Lies) -> Iterator[builders.Json]:
        wanted = any(name in self._names for name in entry.wanted_by)
        if not (wanted or self._happens(entry.share)):
            return
        own = self._chance.gauss(self._mean(entry), entry.sd)
        drift = entry.drift_per_year + sum(by for name, by in entry.drift_with.items() if name in self._names)
        stale = self._happens(self._population.habits.stale_values)
        newest = self._chance.randint(700, 1500) if stale else self._chance.randint(3, 120)
        for step in range(entry.times):
            ago = newest + step * entry.every_days
            value = own - drift * ago / 365 + self._chance.gauss(0, entry.sd / 6)
            yield self._observation(entry, min(max(value, entry.least), entry.most), self._as_of - timedelta(days=ago))

    def _mean(self, entry: Lies) -> float:
        moved = sum(by for name, by in entry.moved_by.items() if name in self._names)
        return entry.mean + moved + entry.per_decade * (self._age - 50) / 10 + (entry.women if self._sex == "female" else 0)

    def _observation(self, entry: Lies, value: float, when: date) -> builders.Json:
        made: builders.Json = builders.observation(entry.observable, f"{value:.{entry.digits}f} {entry.unit}", when)
        if self._happens(self._population.habits.value_without_unit):
            bare: dict[str, Any] = {"value": made["valueQuantity"]["value"]}
            made["valueQuantity"] = bare
        return made

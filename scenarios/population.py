"""Synthetic patients that hang together: drawn from a population that is declared as data, the same for the same seed.

A population (`scenarios/populations/*.toml`) says how often who has which problem, what is taken for it, how values lie and
move with problems and medicines, and which habits of real exports its records have (values without a unit, laboratories long
past, orders never closed, problems without a code). Nothing is drawn but by `random.Random` of seed and number, so patient
1,234 is the same whether drawn first, last or alone. The figures describe a plausible practice, not an epidemiology.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from agent.errors import RecordError
from scenarios import builders
from scenarios.population_model import Lies, Option, Population
from scenarios.population_values import Somebody, Values
from tools.clinical.knowledge import load

FOLDER = Path(__file__).parent / "populations"
_DIRTY = ("{upper}", "{lower}", "  {text}  ", "{text} - ACTIVE", "*{upper}* (see comment)", "{text}\n", "{upper} [DO NOT SUBSTITUTE]")


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


@dataclass(frozen=True, slots=True)
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
        self._names = frozenset((*self._problems, *(kind for option in self._medicines for kind in option.kinds)))

    def bundle(self) -> builders.Json:
        """Everything, as FHIR."""
        resources: list[builders.Json] = [builders.patient(sex=self._sex, age=self._age, as_of=self._as_of)]
        resources += [self._condition(name) for name in self._problems]
        resources += [self._order(option) for option in self._medicines]
        resources += list(self._allergies())
        resources += self._observations()
        return builders.bundle(*resources, *self._repeated(resources))

    def _repeated(self, resources: Sequence[builders.Json]) -> list[builders.Json]:
        """Entries that stand twice, each under an id of its own."""
        share = self._population.habits.entry_twice
        return [dict(one) for one in resources[1:] if share and self._happens(share)]

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
        """What is taken for each problem; nobody gets two of a kind for two problems."""
        taken: set[str] = set()
        for entry in self._population.medicine:
            if entry.problem in self._problems and set(self._problems).isdisjoint(entry.never_with) and self._happens(entry.share):
                chosen = self._chance.choices(entry.options, [option.weight for option in entry.options])[0]
                if taken.isdisjoint(chosen.kinds):
                    taken.update(chosen.kinds)
                    yield chosen

    def _condition(self, name: str) -> builders.Json:
        declared = next(one for one in self._population.problem if one.name == name)
        longest = declared.days or min(declared.years, max(self._age - 1, 1)) * 365
        onset = self._days_ago(30, max(31, longest))
        code = {"text": name.replace("-", " ")} if self._happens(self._population.habits.problem_without_code) else None
        return builders.condition(name, onset=onset, code=code)

    def _order(self, option: Option) -> builders.Json:
        old = self._happens(self._population.habits.orders_never_closed)
        ordered = self._days_ago(900, 2500) if old else self._days_ago(5, 300)
        return builders.medication(
            self._written(option.text), dose=option.dose or None, per=option.per or None, ordered=ordered, as_needed=option.as_needed
        )

    def _written(self, text: str) -> str:
        """The text of a medicine as some systems write it."""
        share = self._population.habits.medicine_text_dirty
        return (
            self._chance.choice(_DIRTY).format(text=text, upper=text.upper(), lower=text.lower())
            if share and self._happens(share)
            else text
        )

    def _allergies(self) -> Iterator[builders.Json]:
        """Never to what is taken."""
        habits = self._population.habits
        possible = sorted(set(habits.allergens) - self._names)
        if possible and self._happens(habits.allergy):
            substance = self._chance.choice(possible)
            yield builders.allergy(substance, reaction=habits.allergens[substance] or None)

    def _observations(self) -> list[builders.Json]:
        values = Values(Somebody(self._age, self._sex, self._names), self._population.habits, self._chance)
        found = [(entry, ago, value) for entry in self._population.value for ago, value in values.of(entry)]
        return [self._observation(entry, value, self._as_of - timedelta(days=ago)) for entry, ago, value in found]

    def _observation(self, entry: Lies, value: float, when: date) -> builders.Json:
        made: builders.Json = builders.observation(entry.observable, f"{value:.{entry.digits}f} {entry.unit}", when)
        if self._happens(self._population.habits.value_without_unit):
            bare: dict[str, Any] = {"value": made["valueQuantity"]["value"]}
            made["valueQuantity"] = bare
        return made

"""What lies behind the record of a simulated patient: levels that move, medicines that are taken or not, what goes wrong.

Every draw hangs on the patient, the seed and what it is for, never on the order of draws or on the arm: the same patient has
the same luck whoever treats.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log2, prod

from scenarios.course.model import Effect, Event, Moves, Responses
from scenarios.population_values import creatinine_of_egfr
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.quantity import Quantity


@dataclass(frozen=True)
class Luck:
    """Where the draws of one patient come from."""

    patient: str
    seed: int

    def of(self, *what: object) -> random.Random:
        """A source of draws for one purpose."""
        return random.Random(f"{self.patient} {self.seed} {' '.join(map(str, what))}")  # noqa: S311 - patients, not secrets

    def happens(self, probability: float, *what: object) -> bool:
        """Whether something with this probability happens."""
        return self.of(*what).random() < probability


class Body:
    """One patient: where each level was at the start, and how it answers."""

    def __init__(self, facts: Facts, rules: Responses, luck: Luck) -> None:
        self._rules = rules
        self._luck = luck
        self._facts = facts
        self._sex, self._age = facts.sex, facts.age or 0
        groups = rules.adherence
        self.taken = luck.of("adherence").choices([one.taken for one in groups], [one.share for one in groups])[0]
        self._first: dict[str, float] = {}
        for moves in rules.moves:
            self._first[moves.observable] = self._start(moves, facts)
        self._before = self._effects(facts.medications, None)
        self._drift = dict.fromkeys(self._first, 0.0)

    def _start(self, moves: Moves, facts: Facts) -> float:
        found = facts.latest(moves.observable)
        try:
            value = None if found is None else float(found.quantity.to(moves.unit).value)
        except UnitMismatchError:
            value = None
        return self._drawn(moves) if value is None else value

    def _drawn(self, moves: Moves) -> float:
        """Where a level lies that nobody measured."""
        mean = _sum(moves, self._first) if moves.sum_of else moves.mean
        return min(max(self._luck.of("start", moves.observable).gauss(mean, moves.sd), moves.least), moves.most)

    def lives(self, years: float, uses: tuple[MedicationUse, ...]) -> None:
        """Let time pass with these medicines."""
        for moves in self._rules.moves:
            by_problem = sum(by for name, by in moves.per_year_with.items() if self._facts.problem(name))
            kept = prod(1 - effect.slower * self.taken for effect, _ in self._answering(moves.observable, uses))
            drift = moves.per_year + by_problem
            self._drift[moves.observable] += (drift * kept if drift < 0 else drift) * years

    def level(self, moves: Moves, uses: tuple[MedicationUse, ...], visit: int) -> float:
        """Where the value lies, before the variation of a single measurement."""
        if moves.sum_of:
            parts = {one.observable: self.level(one, uses, visit) for one in self._rules.moves if one.observable in moves.sum_of}
            return min(max(self._first[moves.observable] + _sum(moves, parts) - _sum(moves, self._first), moves.least), moves.most)
        now = self._effects(uses, visit)[moves.observable]
        before = self._before[moves.observable]
        level = (self._first[moves.observable] + self._drift[moves.observable] + now[0] - before[0]) * now[1] / before[1]
        if moves.with_low_egfr:
            level += moves.with_low_egfr * max(0.0, log2(max(self._first["egfr"], 1) / max(self._egfr(uses, visit), 1)))
        return min(max(level, moves.least), moves.most)

    def _egfr(self, uses: tuple[MedicationUse, ...], visit: int) -> float:
        return self.level(next(one for one in self._rules.moves if one.observable == "egfr"), uses, visit)

    def levels(self, uses: tuple[MedicationUse, ...], visit: int) -> dict[str, float]:
        """Every level."""
        return {moves.observable: self.level(moves, uses, visit) for moves in self._rules.moves}

    def value(self, moves: Moves, level: float, visit: int) -> tuple[str, str]:
        """What a measurement at a visit gives: the observable that is reported, and the quantity."""
        value = level + self._luck.of("measured", moves.observable, visit).gauss(0, moves.visit_sd)
        value = min(max(value, moves.least), moves.most)
        if moves.reported_as:
            return moves.reported_as, f"{creatinine_of_egfr(value, max(self._age, 18), self._sex or 'female'):.2f} mg/dL"
        return moves.observable, f"{value:.{moves.digits}f} {moves.unit}"

    def _effects(self, uses: tuple[MedicationUse, ...], visit: int | None) -> dict[str, tuple[float, float]]:
        """For each observable: what medicines add to it, and what they multiply it by."""
        found = {}
        for moves in self._rules.moves:
            added, factor = 0.0, 1.0
            for effect, use in self._answering(moves.observable, uses):
                change = self._change(effect, use, visit) * self.taken
                added, factor = (added, factor * max(0.1, 1 + change / 100)) if effect.relative else (added + change, factor)
            found[moves.observable] = added, factor
        return found

    def _change(self, effect: Effect, use: MedicationUse, visit: int | None) -> float:
        trials = effect.change + effect.per_level * (self._first[effect.observable] - effect.from_level)
        trials = min(trials, 0.0) if effect.change < 0 else max(trials, 0.0)
        own = self._luck.of("answers", effect.kind, effect.observable).gauss(trials, effect.sd)
        if effect.wanders and visit is not None:
            own += self._luck.of("wanders", effect.kind, visit).gauss(0, effect.wanders)
        return own + effect.per_doubling * _doublings(effect, use)

    def _answering(self, observable: str, uses: tuple[MedicationUse, ...]) -> Iterator[tuple[Effect, MedicationUse]]:
        """Each effect on an observable once, with the medicine that has it."""
        seen = set()
        for use in uses:
            effect = next((e for e in self._rules.effect if e.observable == observable and e.kind in use.kinds), None)
            if effect is not None and use.taken and effect.kind not in seen:
                seen.add(effect.kind)
                yield effect, use

    def events(
        self, uses: tuple[MedicationUse, ...], new: frozenset[str], levels: dict[str, float], years: float, visit: int
    ) -> Iterator[tuple[Event, MedicationUse | None]]:
        """What went wrong since the last visit; `new` are the references of medicines begun then."""
        for number, event in enumerate(self._rules.event):
            if event.observable:
                if event.met(levels[event.observable]):
                    yield event, None
                continue
            for use in [one for one in uses if event.kind in one.kinds and one.taken][:1]:
                chance = event.per_year * years + (event.at_start if use.reference in new else 0.0)
                if self._luck.happens(chance * self.taken, "event", number, visit):
                    yield event, use


def _sum(moves: Moves, levels: Mapping[str, float]) -> float:
    return sum(factor * levels[name] for name, factor in moves.sum_of.items())


def _doublings(effect: Effect, use: MedicationUse) -> float:
    """How many times the daily dose is the usual one, in doublings between a quarter and four times; 0 where nobody can tell."""
    usual = next((effect.usual[one.name] for one in use.ingredients if one.name in effect.usual), None)
    if usual is None or use.regimen.daily is None:
        return 0.0
    try:
        times = float(use.regimen.daily.to("mg/d").value / Quantity.parse(usual).to("mg").value)
    except (UnitMismatchError, ZeroDivisionError):
        return 0.0
    return min(max(log2(times), -2.0), 2.0) if times > 0 else 0.0

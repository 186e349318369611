"""What a population is declared by: age bands, problems, medicines, values, and the habits of the exports that its records come from."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Document
from tools.clinical.quantity import unit_dimension
from tools.terminology import terminology


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
        years: it began up to so many years ago, never before birth. days: so many days, where it lasts no longer than that.
    """

    name: str
    by_band: tuple[float, ...]
    sex: str = ""
    times: dict[str, float] = {}
    never_with: tuple[str, ...] = ()
    years: int = 10
    days: int = 0


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
        sd_with: problem or kind of medicine → the spread of those who have it, where it is larger.
        least_with, most_with: bounds for those who have a problem or a kind of medicine; most_without: for those who have none of them.
        digits: decimals that are reported.
        below: another observable, named before; each value lies at least a tenth below that one's of the same turn.
        together_with: another observable, named before, with which it is measured: on the same days, or not at all.
        sum_of, plus: it is computed from observables named before, each times a factor, and measured with the first of them; `sd` is
            then the noise of a value.
        formula: it is computed by a formula of `scenarios.population_values`, and measured with the first of what that needs.
        hidden: it is not reported, and only there for others to follow.
    """

    observable: str
    unit: str
    least: float
    most: float
    mean: float = 0.0
    sd: float = 0.0
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
    below: str = ""
    sd_with: dict[str, float] = {}
    least_with: dict[str, float] = {}
    most_with: dict[str, float] = {}
    most_without: dict[str, float] = {}
    together_with: str = ""
    sum_of: dict[str, float] = {}
    plus: float = 0.0
    formula: Literal["", "weight-of-bmi", "creatinine-of-egfr"] = ""
    hidden: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """What it is computed from; the first says on which days it is measured."""
        return (*self.sum_of, *_NEEDED[self.formula])

    @property
    def movers(self) -> tuple[str, ...]:
        """Problems and kinds of medicines that it depends on."""
        bounds = (*self.sd_with, *self.least_with, *self.most_with, *self.most_without)
        return (*self.moved_by, *self.drift_with, *self.wanted_by, *bounds)


_NEEDED: dict[str, tuple[str, ...]] = {"": (), "weight-of-bmi": ("bmi", "body-height"), "creatinine-of-egfr": ("egfr",)}


class Habits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of entries that a real export would spoil."""

    value_without_unit: float = 0.0
    stale_values: float = 0.0
    orders_never_closed: float = 0.0
    problem_without_code: float = 0.0
    medicine_text_dirty: float = 0.0
    entry_twice: float = 0.0
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
        moving = {name for entry in self.value for name in entry.movers}
        earlier = [entry.observable for entry in self.value]
        faults += [
            f"{one.observable}: {name!r} is not named before"
            for number, one in enumerate(self.value)
            for name in (*one.sources, *filter(None, (one.below, one.together_with)))
            if name not in earlier[:number]
        ]
        faults += [f"{name!r} moves a value, and nobody here has or takes it" for name in sorted(moving - seen - kinds)]
        known = [terminology().observable_named(entry.observable) for entry in self.value]
        faults += [f"{entry.observable!r} is no observable" for entry, found in zip(self.value, known, strict=True) if found is None]
        faults += [f"{one.observable}: is neither drawn (mean, sd) nor computed" for one in self.value if not (one.sources or one.sd)]
        return faults + [f"{entry.observable}: {fault}" for entry in self.value for fault in faults_of(unit_dimension, [entry.unit])]

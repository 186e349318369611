"""Conditions over facts: small typed classes with Kleene's three-valued logic.

Each says whether it holds, which facts made it so and what was missing; an explanation falls out of evaluation. How they
are written in knowledge files stands in `tools.clinical.clause`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Facts
from tools.clinical.quantity import Quantity
from tools.clinical.truth import ALWAYS, FALSE, Condition, Truth, Verdict

__all__ = ["ALWAYS", "FALSE", "Condition", "Truth", "Verdict"]  # others take them from here, with the conditions


class Limit(Struct, frozen=True, gc=False):
    """A comparison with a quantity; all given bounds must hold."""

    at_least: Quantity | None = None
    at_most: Quantity | None = None
    above: Quantity | None = None
    below: Quantity | None = None
    equals: Quantity | None = None

    @property
    def unit(self) -> str:
        """The unit that the bounds are written in (that of the first)."""
        return next(b.unit for b in (self.at_least, self.at_most, self.above, self.below, self.equals) if b is not None)

    def met_by(self, quantity: Quantity) -> bool:
        """Whether the quantity lies within the bounds.

        Raises:
            UnitMismatchError: the quantity has another dimension than a bound.
        """
        return (
            (self.at_least is None or quantity.compare(self.at_least) >= 0)
            and (self.at_most is None or quantity.compare(self.at_most) <= 0)
            and (self.above is None or quantity.compare(self.above) > 0)
            and (self.below is None or quantity.compare(self.below) < 0)
            and (self.equals is None or quantity.compare(self.equals) == 0)
        )

    def judge(self, quantity: Quantity, reference: str, name: str) -> Verdict:
        """The verdict on a value; an incomparable unit is *unknown*, with the name of what is missing."""
        try:
            return Verdict(Truth.TRUE if self.met_by(quantity) else Truth.FALSE, (reference,))
        except UnitMismatchError:
            return Verdict(Truth.UNKNOWN, (reference,), (name,))


class Asked(Struct, frozen=True, gc=False):
    """A condition that has no shorter way to tell whether it holds than the verdict."""

    def sure(self: Condition, facts: Facts) -> bool:
        """Whether it is known to hold."""
        return self.holds(facts).truth is Truth.TRUE


class Has(Asked, frozen=True, gc=False):
    """An active problem, or a derived fact. Not listed: false."""

    name: str

    def holds(self, facts: Facts) -> Verdict:
        references = facts.problem(self.name)
        return Verdict(Truth.TRUE, references) if references else FALSE

    def sure(self, facts: Facts) -> bool:
        return bool(facts.problem(self.name))


class Takes(Asked, frozen=True, gc=False):
    """A medicine taken. An order that is old but was never closed counts as taken."""

    name: str

    def holds(self, facts: Facts) -> Verdict:
        uses = facts.taking(self.name)
        return Verdict(Truth.TRUE, tuple(use.reference for use in uses)) if uses else FALSE

    def sure(self, facts: Facts) -> bool:
        return bool(facts.taking(self.name))


class Proposes(Asked, frozen=True, gc=False):
    """A medicine that the plan under examination would start."""

    name: str

    def holds(self, facts: Facts) -> Verdict:
        uses = tuple(use.reference for use in facts.taking(self.name) if use.currency == "proposed")
        return Verdict(Truth.TRUE, uses) if uses else FALSE


class AllergicTo(Asked, frozen=True, gc=False):
    """An active allergy; with `reaction`, one whose recorded reaction is of that kind (not recorded: unknown)."""

    name: str
    reaction: str | None = None

    def holds(self, facts: Facts) -> Verdict:
        allergies = facts.allergic(self.name)
        references = tuple(allergy.reference for allergy in allergies)
        if not allergies or self.reaction is None:
            return Verdict(Truth.TRUE, references) if allergies else FALSE
        if any(self.reaction in allergy.reactions for allergy in allergies):
            return Verdict(Truth.TRUE, references)
        if any(not allergy.reactions for allergy in allergies):
            return Verdict(Truth.UNKNOWN, references, (f"reaction to {self.name}",))
        return FALSE


class Measured(Asked, frozen=True, gc=False):
    """The newest value in the window. None there: unknown."""

    name: str
    limit: Limit
    within_days: int | None = None

    def holds(self, facts: Facts) -> Verdict:
        measurement = facts.age_measured(self.limit.unit) if self.name == "age" else facts.latest(self.name, self.within_days)
        if measurement is None:
            return Verdict(Truth.UNKNOWN, (), (self.name,))
        return self.limit.judge(measurement.quantity, measurement.reference, self.name)


class Unmeasured(Asked, frozen=True, gc=False):
    """No value in the window."""

    name: str
    within_days: int | None = None

    def holds(self, facts: Facts) -> Verdict:
        measurement = facts.latest(self.name, self.within_days)
        return ALWAYS if measurement is None else Verdict(Truth.FALSE, (measurement.reference,))


class Sex(Asked, frozen=True, gc=False):
    """The recorded (birth) sex. Not recorded: unknown."""

    sex: Literal["female", "male"]

    def holds(self, facts: Facts) -> Verdict:
        if facts.sex is None:
            return Verdict(Truth.UNKNOWN, (), ("sex",))
        return Verdict(Truth.TRUE if facts.sex == self.sex else Truth.FALSE, (facts.reference,))


class PregnancyIs(Asked, frozen=True, gc=False):
    """The pregnancy state. When it is unknown, every state but `unknown` itself is unknown; whoever may be pregnant, may be so now."""

    state: str

    def holds(self, facts: Facts) -> Verdict:
        if facts.pregnancy == self.state:
            return Verdict(Truth.TRUE, facts.derived.get("pregnancy", ()))
        if facts.pregnancy == "unknown" or (facts.pregnancy == "possible" and self.state == "pregnant"):
            return Verdict(Truth.UNKNOWN, (), ("pregnancy",))
        return FALSE


class Phenotype(Asked, frozen=True, gc=False):
    """A reported phenotype. No call: false, which is never the same as normal."""

    gene: str
    phenotype: str

    def holds(self, facts: Facts) -> Verdict:
        known = facts.phenotypes.get(self.gene)
        return Verdict(Truth.TRUE, (f"phenotype:{self.gene}",)) if known == self.phenotype else FALSE


class AllOf(Struct, frozen=True, gc=False):
    """Every part holds; no part at all always holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Verdict:
        truth = Truth.TRUE
        because: list[str] = []
        missing: list[str] = []
        for part in self.parts:
            verdict = part.holds(facts)
            if verdict.truth is Truth.FALSE:
                return verdict
            because += verdict.because
            if verdict.truth is Truth.UNKNOWN:
                truth = Truth.UNKNOWN
                missing += verdict.missing
        return Verdict(truth, _unique(because), _unique(missing))

    def sure(self, facts: Facts) -> bool:
        for part in self.parts:  # noqa: SIM110 - asked for hundreds of times a plan, and half as fast with a generator
            if not part.sure(facts):
                return False
        return True


class AnyOf(Struct, frozen=True, gc=False):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Verdict:
        return any_verdict([part.holds(facts) for part in self.parts])

    def sure(self, facts: Facts) -> bool:
        for part in self.parts:  # noqa: SIM110 - as above
            if part.sure(facts):
                return True
        return False


class NoneOf(Asked, frozen=True, gc=False):
    """No part holds. Medicines that earlier decisions of the run start count as taken here."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Verdict:
        within = facts.in_negation
        verdict = any_verdict([part.holds(within) for part in self.parts])
        if verdict.truth is Truth.UNKNOWN:
            return verdict
        return Verdict(Truth.FALSE, verdict.because) if verdict.holds else Verdict(Truth.TRUE, verdict.because)


class AtLeast(Struct, frozen=True, gc=False):
    """At least `count` of the parts hold; decided as soon as the missing ones can no longer change it."""

    count: int
    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Verdict:
        verdicts = [part.holds(facts) for part in self.parts]
        true = [v for v in verdicts if v.holds]
        unknown = [v for v in verdicts if v.unknown]
        if len(true) >= self.count:
            return Verdict(Truth.TRUE, _unique([r for v in true for r in v.because]))
        if len(true) + len(unknown) < self.count:
            return Verdict(Truth.FALSE, _unique([r for v in verdicts for r in v.because]))
        return Verdict(Truth.UNKNOWN, _unique([r for v in true for r in v.because]), _unique([m for v in unknown for m in v.missing]))

    def sure(self, facts: Facts) -> bool:
        return sum(part.sure(facts) for part in self.parts) >= self.count


def any_verdict(verdicts: list[Verdict]) -> Verdict:
    """True where one is, else unknown where one is."""
    telling = [v for v in verdicts if v is not FALSE]
    if not telling:
        return FALSE
    true = [v for v in telling if v.holds]
    unknown = [] if true else [v for v in telling if v.unknown]
    because = _unique([r for v in true or telling for r in v.because])
    missing = _unique([m for v in unknown for m in v.missing])
    return Verdict(Truth.TRUE if true else Truth.UNKNOWN if unknown else Truth.FALSE, because, missing)


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))

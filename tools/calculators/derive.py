"""Everything that a patient's facts allow to compute, each value with its inputs; and what could not be computed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from msgspec import Struct

from tools.calculators.engine import Listed, Value, catalogue, compute
from tools.calculators.model import CalculationAnswer, Input
from tools.calculators.trends import names_of
from tools.calculators.weights import clearances
from tools.clinical.clause import compile_all, within_days
from tools.clinical.errors import OutOfScopeError, UnitMismatchError
from tools.clinical.facts import Facts, Measurement
from tools.clinical.plan import Calculation, CalculationInput

EARLIER = 9
"""Up to here in the list of creatinines, newest first, earlier eGFR values are computed."""


class Derived(Struct, frozen=True):
    """What was computed.

    Attributes:
        measurements: computed values as facts (`reference` is `calculation:NAME`).
        calculations: the same for the plan, each with its inputs and source.
        not_computed: name and reason, where something that applies to this patient could not be computed.
        names: names that hold by computation (`ckd-confirmed-3-months`), with the references that bear them.
    """

    measurements: tuple[Measurement, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    not_computed: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, tuple[str, ...]] = {}

    def added_to(self, facts: Facts) -> Facts:
        """The facts with computed values and names."""
        merged = facts.with_measurements(self.measurements)
        for name, references in self.names.items():
            merged = merged.with_derived(name, references)
        return merged


class Found(Struct, frozen=True):
    """An input found in the facts, with the references and dates it came from."""

    value: Value
    references: tuple[str, ...] = ()
    when: date | None = None


def derive(facts: Facts) -> Derived:
    """Compute all that these facts allow.

    Returns:
        Values in an order in which each rests only on the record and on earlier ones. A value that the record itself holds, as
        new as its inputs, is not computed again.
    """
    made, refused = clearances(facts)
    now = facts.with_measurements(measurement for measurement, _ in made)
    for listed in _in_order():
        if not listed.applies.sure(now):
            continue
        got = _one(listed, now)
        if isinstance(got, str):
            refused.append((listed.calculator.derives, got))
        elif got is not None:
            made.append(got)
            now = now.with_measurements((got[0],))
    older = _earlier_egfr(now)
    names = names_of(now.with_measurements(older))
    return Derived((*(m for m, _ in made), *older), tuple(c for _, c in made), tuple(dict.fromkeys(refused)), names)


def _earlier_egfr(facts: Facts) -> tuple[Measurement, ...]:
    """eGFR from the earlier creatinines of the last years, by the age that the patient had then; so that two values can confirm."""
    found = []
    of_egfr = [listed for listed in _in_order() if listed.calculator.derives == "egfr"]
    for creatinine in facts.measurements.get("serum-creatinine", ())[1:EARLIER]:
        then = facts.but(as_of=creatinine.when)
        for listed in of_egfr:
            if listed.applies.sure(then):
                got = _one(listed, then)
                found += [got[0]] if isinstance(got, tuple) else []
    return tuple(found)


@lru_cache(maxsize=1)
def _in_order() -> tuple[Listed, ...]:
    """First what rests on the record alone, then what rests on computed values."""
    deriving = [listed for listed in catalogue().values() if listed.calculator.derives]
    computed = {listed.calculator.derives for listed in deriving}
    late = {listed.calculator.name for listed in deriving if any(given.observable in computed for given in listed.calculator.input)}
    return tuple(sorted(deriving, key=lambda listed: listed.calculator.name in late))


def _one(listed: Listed, facts: Facts) -> tuple[Measurement, Calculation] | str | None:
    """A computed value, or why there is none; `None` where the record holds it already, or none of the values that it is made from."""
    found, missing = _gather(listed.calculator.input, _at_the_first_input(listed, facts))
    if listed.calculator.same_day and len({f.when for f in found.values()}) > 1:
        return None
    when = max((f.when for f in found.values() if f.when), default=facts.as_of)
    held = facts.latest(listed.calculator.derives)
    if held is not None and held.when >= when:
        return None
    if missing:
        begun = any(given.observable not in {"", "age"} and given.name in found for given in listed.calculator.input)
        return f"not recorded: {', '.join(missing)}" if begun else None
    try:
        answer = compute(listed, {name: f.value for name, f in found.items()})
    except (OutOfScopeError, UnitMismatchError) as error:
        return str(error)
    return _as_fact(listed.calculator.derives, answer, found, when)


def _at_the_first_input(listed: Listed, facts: Facts) -> Facts:
    """The facts as they were on the day of the newest first input, for a calculator whose values belong together."""
    first = facts.latest(listed.calculator.input[0].observable) if listed.calculator.same_day else None
    return facts if first is None else facts.but(as_of=first.when)


def _gather(inputs: tuple[Input, ...], facts: Facts) -> tuple[dict[str, Found], list[str]]:
    found: dict[str, Found] = {}
    missing: list[str] = []
    for given in inputs:
        got = find(given, facts)
        if got is not None:
            found[given.name] = got
        elif not given.optional:
            missing.append(given.observable or given.name)
    return found, missing


def find(given: Input, facts: Facts) -> Found | None:
    """The input's value in these facts; `None` where it is not recorded."""
    if given.name == "sex":
        return None if facts.sex is None else Found(facts.sex, (facts.reference,))
    if given.kind == "flag":
        return _flag(given, facts)
    if given.kind == "choice":
        return _choice(given, facts)
    return _measured(given, facts)


def _measured(given: Input, facts: Facts) -> Found | None:
    measurement = facts.latest(given.observable, within_days(given.within or None))
    if measurement is None:
        return None
    return Found(measurement.quantity, (measurement.reference,), None if given.observable == "age" else measurement.when)


def _flag(given: Input, facts: Facts) -> Found | None:
    yes = compile_all(given.true_when).holds(facts)
    if yes.holds:
        return Found(True, yes.because)
    if given.false_when:
        no = compile_all(given.false_when).holds(facts)
        return Found(False, no.because) if no.holds else None
    return None if yes.unknown else Found(False)


def _choice(given: Input, facts: Facts) -> Found | None:
    for choice, clauses in given.choice_when.items():
        verdict = compile_all(clauses).holds(facts)
        if verdict.holds:
            return Found(choice, verdict.because)
    return None


def _said(value: str, found: Found) -> str:
    """A yes or no, and whether the record says so: what is not recorded counts as no, and is called so."""
    return "no (not on record)" if found.value is False and not found.references else value


def _as_fact(observable: str, answer: CalculationAnswer, found: Mapping[str, Found], when: date) -> tuple[Measurement, Calculation]:
    quantity = answer.quantity
    if quantity is None:
        raise OutOfScopeError(f"{answer.name} has no value")
    references = tuple(dict.fromkeys(r for f in found.values() for r in f.references if r))
    inputs = tuple(
        CalculationInput(i.name, _said(i.value, found[i.name]), i.unit, next(iter(found[i.name].references), "")) for i in answer.inputs
    )
    calculation = Calculation(
        name=answer.name, value=answer.value, unit=answer.unit, inputs=inputs, source=answer.source, when=when.isoformat()
    )
    return Measurement(observable, quantity, when, f"calculation:{answer.name}", inputs=references), calculation

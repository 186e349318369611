"""A patient as the tools are told of one in a call (`context`), turned into facts. What was not understood is said, never passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from agent.faces.answering.shapes import AllergyInput, Amount, Coded, Context, Lab, Medication
from agent.stated_age import born_before
from agent.stated_regimen import stated_interval
from agent.tolerated import tolerated
from tools.calculators import derive
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Allergy, Coding, Facts, Measurement, MedicationUse, Pregnancy, Problem, Regimen
from tools.clinical.quantity import Quantity, decimal_of
from tools.pharmacogenomics import read_diplotypes, read_phenotypes
from tools.terminology import Observable, terminology
from tools.terminology.systems import ICD10CM, LOINC, SNOMED

PATIENT = "context"
_CONDITION_CODES = (
    (re.compile(r"[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"), ICD10CM),
    (re.compile(r"\d{6,18}"), SNOMED),
)
_LOINC_CODE = re.compile(r"\d{1,7}-\d")


@dataclass(frozen=True)
class Understood:
    """The facts of a call.

    Attributes:
        facts: medicines that the call is about stand first, those of the context after them.
        not_used: parts of the context that had no influence, and why.
    """

    facts: Facts
    not_used: tuple[str, ...] = ()


@dataclass
class _Reading:
    as_of: date
    believes: bool = False
    notes: list[str] = field(default_factory=list)

    def note(self, path: str, why: str) -> None:
        self.notes.append(f"{path}: {why}")


def understand(
    context: Context, as_of: date, medications: Sequence[str | Medication] = (), *, proposed: bool = False, believe: bool = False
) -> Understood:
    """Facts from what a call says.

    Args:
        context: the patient.
        as_of: the date of the judgement; values without a date count as of it.
        medications: what the call is about.
        proposed: those are about to be started, unless the context says that they are taken.
        believe: keep values that cannot be, for a tool that has its own question about them.
    """
    reading = _Reading(as_of, believe)
    asked = [_medication(given, f"medications[{i}]", reading, proposed) for i, given in enumerate(medications)]
    taken = [_medication(given, f"context.medications[{i}]", reading, False) for i, given in enumerate(context.medications)]
    problems = tuple(_problem(given, f"context.conditions[{i}]", reading) for i, given in enumerate(context.conditions))
    phenotypes = _phenotypes(context.phenotypes)
    facts = Facts(
        as_of=as_of,
        reference=PATIENT,
        birth_date=_birth_date(context, reading),
        sex=context.sex,
        pregnancy=_pregnancy(context, problems),
        problems=problems,
        medications=_merged(asked, taken),
        allergies=tuple(_allergy(given, f"context.allergies[{i}]", reading) for i, given in enumerate(context.allergies)),
        measurements=_measurements(context, reading),
        phenotypes=phenotypes,
        diplotypes=read_diplotypes(context.phenotypes, phenotypes),
    )
    return Understood(derive(facts).added_to(facts), tuple(reading.notes))


def _merged(asked: Sequence[MedicationUse], taken: Sequence[MedicationUse]) -> tuple[MedicationUse, ...]:
    """A medicine that the context holds in the very words of the call is one medicine, and it is taken, not proposed."""
    texts = {use.text.casefold(): use for use in taken}
    merged = [texts.pop(use.text.casefold(), use) for use in asked]
    return (*merged, *(use for use in taken if use.text.casefold() in texts))


def _medication(given: str | Medication, path: str, reading: _Reading, proposed: bool) -> MedicationUse:
    said = _medicine_said(given) if isinstance(given, str) else given
    codes = (Coding(said.system, said.code, said.text),) if said.code else ()
    match = terminology().medication(said.text, codes)
    if match.data_issue:
        reading.note(path, match.data_issue)
    per = _quantity(said.per, f"{path}.per", reading) or stated_interval(said.text)
    dose = _quantity(said.dose, f"{path}.dose", reading) or (_of_the_text(match.strength) if per else None)
    return MedicationUse(
        reference=path,
        text=said.text or said.code,
        ingredients=match.ingredients,
        kinds=match.kinds,
        currency="proposed" if proposed or said.proposed else "current",
        code=codes[0] if codes else None,
        route=said.route or match.route,
        form=match.form,
        strength=match.strength,
        regimen=Regimen(dose, per, _daily(said, dose, per, path, reading)),
        started=_date(said.started, f"{path}.started", reading),
        complete=match.outcome == "recognized",
    )


def _of_the_text(strength: Quantity | None) -> Quantity | None:
    """The amount that a line names, where it is one and no concentration."""
    return strength if strength is not None and "/" not in strength.unit else None


def _medicine_said(text: str) -> Medication:
    """A medicine given as a bare number is an RxNorm code; anything else is its text."""
    return Medication(code=text.strip()) if text.strip().isdecimal() else Medication(text=text)


def _daily(said: Medication, dose: Quantity | None, per: Quantity | None, path: str, reading: _Reading) -> Quantity | None:
    stated = _quantity(said.daily_dose, f"{path}.daily_dose", reading)
    if stated is not None:
        return Quantity(stated.value, stated.unit.removesuffix("/d") + "/d")
    if dose is None or per is None:
        return None
    try:
        return Quantity(dose.value / per.to("d").value, f"{dose.unit}/d")
    except (UnitMismatchError, ArithmeticError):
        reading.note(f"{path}.per", "not a length of time such as '12 h'")
        return None


def _birth_date(context: Context, reading: _Reading) -> date | None:
    born = _date(context.birth_date, "context.birth_date", reading)
    if born is not None or context.age is None:
        return born
    if isinstance(context.age, int | float):
        age: Quantity | None = Quantity(decimal_of(context.age), "a")
    else:
        age = _quantity(context.age, "context.age", reading, bare="a")
    if age is None:
        return None
    try:
        return born_before(reading.as_of, age)
    except (UnitMismatchError, OverflowError, ValueError):
        reading.note("context.age", "not an age such as 67 or '7 mo'")
        return None


def _pregnancy(context: Context, problems: Sequence[Problem]) -> Pregnancy:
    """What is said of it; where nothing is, a condition that is a pregnancy or lactation says it too."""
    if isinstance(context.pregnancy, bool):
        return "pregnant" if context.pregnancy else "none"
    if context.pregnancy is not None or context.sex == "male":
        return context.pregnancy or "unknown"
    kinds = {kind for problem in problems for kind in problem.kinds}
    return "pregnant" if "pregnancy" in kinds else "lactating" if "lactation" in kinds else "unknown"


def _phenotypes(said: Mapping[str, str]) -> dict[str, str]:
    return {gene: _phenotype(words) for gene, words in said.items()} | read_phenotypes(said)


def _phenotype(said: str) -> str:
    """`Poor metabolizer` → `poor`, as laboratories' reports are read; a diplotype stays as it is."""
    return (
        said.strip()
        if "*" in said
        else "-".join(word for word in said.casefold().split() if not word.startswith(("metaboli", "phenotype")))
    )


def _problem(given: str | Coded, path: str, reading: _Reading) -> Problem:
    said = _coded(given) if isinstance(given, str) else given
    codes = (Coding(said.system, said.code, said.text),) if said.code else ()
    kinds = frozenset(terminology().problem(codes, said.text))
    if not kinds:
        reading.note(path, f"{said.text or said.code!r} is not a condition that is known; nothing was checked for it")
    return Problem(path, said.text or said.code, kinds, codes[0] if codes else None)


def _coded(text: str) -> Coded:
    """A condition given as a bare code is taken for one; anything else is its text."""
    system = next((url for pattern, url in _CONDITION_CODES if pattern.fullmatch(text.strip())), "")
    return Coded(code=text.strip(), system=system) if system else Coded(text=text)


def _allergy(given: str | AllergyInput, path: str, reading: _Reading) -> Allergy:
    said = AllergyInput(text=given) if isinstance(given, str) else given
    codes = (Coding(said.system, said.code, said.text),) if said.code else ()
    match, fine = terminology().allergen(codes, said.text), tolerated(said.text) is not None
    if fine:
        reading.note(path, f"{said.text!r} says that it is tolerated; it was not taken for an allergy")
    elif not match.kinds:
        reading.note(path, f"{said.text or said.code!r} is not a substance that is known; this allergy was not checked")
    reactions: set[str] = set()
    for reaction in said.reactions:
        kinds = terminology().reaction((), reaction)
        if not kinds:
            reading.note(f"{path}.reactions", f"{reaction!r} is not a reaction that is known")
        reactions |= set(kinds)
    return Allergy(
        path,
        said.text or said.code,
        frozenset(match.kinds),
        frozenset(reactions),
        codes[0] if codes else None,
        said.criticality,
        said.intolerance,
        active=not fine,
    )


def _measurements(context: Context, reading: _Reading) -> dict[str, tuple[Measurement, ...]]:
    given: dict[str, Lab | str | float | int | None] = dict(context.labs)
    for name, amount in (("body-weight", context.weight), ("body-height", context.height)):
        if amount is not None:
            given[name] = Lab(value=amount.value, unit=amount.unit) if isinstance(amount, Amount) else amount
    found: dict[str, list[Measurement]] = {}
    for name, value in given.items():
        if value is None:
            continue
        measurement = _measurement(name, value, reading)
        if measurement is not None:
            found.setdefault(measurement.observable, []).append(measurement)
    return {name: tuple(sorted(series, key=lambda m: m.when, reverse=True)) for name, series in found.items()}


def _measurement(name: str, value: Lab | str | float | int, reading: _Reading) -> Measurement | None:
    path = f"context.labs.{name}"
    known = _observable(name)
    if known is None:
        reading.note(path, "not an observable that is known")
        return None
    when = _date(value.date, f"{path}.date", reading) if isinstance(value, Lab) else None
    if when is not None and when > reading.as_of:
        reading.note(path, f"dated after {reading.as_of.isoformat()}")
        return None
    try:
        number, unit = _number_and_unit(value)
        quantity = known.canonical(number, unit)
    except UnitMismatchError as error:
        reading.note(path, str(error))
        return None
    if quantity is None:
        reading.note(path, f"{unit!r} is not a unit of {known.name}; it is measured in {known.unit!r}")
        return None
    if not known.plausible(quantity) and not reading.believes:
        reading.note(path, f"{quantity} cannot be a {known.name}")
        return None
    return Measurement(known.name, quantity, when or reading.as_of, path)


def _observable(name: str) -> Observable | None:
    if _LOINC_CODE.fullmatch(name.strip()):
        return terminology().observable((Coding(LOINC, name.strip()),))
    return terminology().observable_named(name) or terminology().observable_named(_kebab(name))


def _kebab(name: str) -> str:
    return "-".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _number_and_unit(value: Lab | str | float | int) -> tuple[Decimal, str]:
    if isinstance(value, Lab):
        return decimal_of(value.value), value.unit
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        return decimal_of(number), unit.strip() or "1"
    return decimal_of(value), "1"


def _quantity(value: str | Amount | None, path: str, reading: _Reading, *, bare: str = "") -> Quantity | None:
    if value is None:
        return None
    text = f"{value.value} {value.unit}" if isinstance(value, Amount) else value
    try:
        return Quantity.parse(text if " " in text.strip() or not bare else f"{text} {bare}")
    except UnitMismatchError as error:
        reading.note(path, str(error))
        return None


def _date(text: str | None, path: str, reading: _Reading) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        reading.note(path, "not a date like 2026-11-23")
        return None

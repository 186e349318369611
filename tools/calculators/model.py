"""A calculator as a knowledge file describes it: inputs with units and ranges, constants, points, bands, and where it comes from."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from tools.clinical.answer import KnowledgeRef
from tools.clinical.clause import Clause, compile_all
from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.quantity import Quantity, unit_dimension


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One input.

    Attributes:
        unit: UCUM; an input in a unit of another dimension is refused. Empty for a choice or a yes/no.
        at_least, at_most: the range in which the formula was derived; outside it the calculator refuses.
        optional: may be left out (the formula has a form without it).
        observable: where `derive` finds the value in a patient's facts; `within`, how old it may be.
        true_when, false_when: how `derive` answers a yes/no; without `false_when`, what is not recorded is a no.
        choice_when: how `derive` answers a choice.
    """

    name: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    optional: bool = False
    observable: str = ""
    within: str = ""
    true_when: tuple[Clause, ...] = ()
    false_when: tuple[Clause, ...] = ()
    choice_when: dict[str, tuple[Clause, ...]] = {}

    @property
    def kind(self) -> Literal["quantity", "choice", "flag"]:
        """What a value of this input is."""
        return "quantity" if self.unit else "choice" if self.choices else "flag"


class Points(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, rename={"is_": "is"}):
    """Points of a score: given when the input lies within the bounds, is the word, or (a yes/no) is yes."""

    input: str
    points: float
    is_: str | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None


class Band(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a value means, from `at_least` up to the next band."""

    at_least: float
    text: str


class Calculator(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One formula or score.

    Attributes:
        python: the function in `tools.calculators.formulas` that computes it; `points` for a sum of points.
        constants: handed to the function by name; `by` picks a further set by a choice (`by.sex.female`).
        derives: the observable that `derive` adds to a patient's facts; empty: computed on request only.
        only_when: `derive` computes it only where these hold.
        same_day: `derive` uses values of one day only, that of the newest first input (a QT and the rate of the same tracing).
        refuses: in words, what it must not be used for.
    """

    name: str
    title: str
    unit: str
    formula: str
    source: str
    python: str = "points"
    places: int = 1
    input: tuple[Input, ...] = ()
    constants: dict[str, float] = {}
    by: dict[str, dict[str, dict[str, float]]] = {}
    points: tuple[Points, ...] = ()
    band: tuple[Band, ...] = ()
    derives: str = ""
    only_when: tuple[Clause, ...] = ()
    same_day: bool = False
    refuses: tuple[str, ...] = ()
    confidence: Confidence = "sure"


class Case(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An example: inputs as text (`"1.5 mg/dL"`, `"female"`) or yes/no, and the value, or why there is none."""

    name: str
    calculator: str
    given: dict[str, str | bool]
    expect: str
    band: str = ""


class CalculatorFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Calculators of one subject. `number` holds what belongs to no single formula (the share of ideal weight that counts as heavy)."""

    calculator: tuple[Calculator, ...]
    number: dict[str, float] = field(default_factory=dict)
    case: tuple[Case, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, units, inputs and formulas; calculators without a case."""
        from tools.calculators.formulas import FORMULAS

        sources = {source.id for source in self.source}
        cased = {case.calculator for case in self.case}
        found: list[str] = []
        for calculator in self.calculator:
            found += [f"{calculator.name}: {fault}" for fault in _faults(calculator, sources, cased, frozenset(FORMULAS))]
        return found

    def case_failures(self) -> list[str]:
        """The examples that do not come out."""
        from tools.calculators.cases import failures

        return failures(self)

    def ref(self) -> KnowledgeRef:
        """Id and version."""
        return KnowledgeRef(self.id, self.version)


def _faults(calculator: Calculator, sources: set[str], cased: set[str], formulas: frozenset[str]) -> list[str]:
    names = {given.name for given in calculator.input}
    found = [f"the source {calculator.source!r} is not in the file"] if calculator.source not in sources else []
    found += [f"points for {point.input!r}, which is no input" for point in calculator.points if point.input not in names]
    found += [] if calculator.name in cased else ["has no case"]
    if calculator.python != "points" and calculator.python not in formulas:
        found.append(f"there is no formula {calculator.python!r}")
    if calculator.python == "points" and not calculator.points:
        found.append("is a sum of points and has none")
    found += faults_of(unit_dimension, (calculator.unit, *(given.unit for given in calculator.input if given.unit)))
    asked = (c for given in calculator.input for c in (given.true_when, given.false_when, *given.choice_when.values()))
    return found + faults_of(compile_all, (calculator.only_when, *asked))


class GivenInput(Struct, frozen=True, omit_defaults=True):
    """An input as it was used, in the calculator's unit."""

    name: str
    value: str
    unit: str = ""


class CalculationAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The value, or why there is none.

    Attributes:
        outcome: `found`, or `not_checked` with `reason` (and `missing`, the inputs that were not given).
        value: in `unit`, rounded as the source publishes it.
        meaning: the band of the value, where the source names bands.
    """

    name: str
    outcome: Literal["found", "not_checked"]
    value: str = ""
    unit: str = ""
    meaning: str = ""
    title: str = ""
    formula: str = ""
    source: str = ""
    inputs: tuple[GivenInput, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""
    refuses: tuple[str, ...] = ()
    knowledge: tuple[KnowledgeRef, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """The value as a quantity; `None` where there is none."""
        return Quantity.parse(f"{self.value} {self.unit}") if self.value else None

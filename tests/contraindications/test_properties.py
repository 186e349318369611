"""What holds for every patient: of the contraindications, and of all checks of a regimen together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.screening import screen
from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, Ingredient, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity
from tools.contraindications import check_medications, documents
from tools.terminology import terminology

AS_OF = date(2026, 11, 25)
KINDS = sorted({kind for file in documents() for rule in file.rule for kind in rule.subject} - {"any", "allergy-list"})
NAMES = sorted({name for kind in KINDS for name in (terminology().members(kind) or (kind,)) if terminology().ingredient(name)})
PROBLEMS = (
    "heart-failure",
    "asthma",
    "ckd-4",
    "cirrhosis",
    "peptic-ulcer",
    "epilepsy",
    "gout",
    "long-qt",
    "pregnancy",
    "dementia",
    "falls",
)
LABS = {
    "egfr": ("25 mL/min/{1.73_m2}", "25 mL/min/{1.73_m2}"),
    "serum-potassium": ("5.8 mmol/L", "5800 umol/L"),
    "serum-creatinine": ("1.8 mg/dL", "0.018 g/L"),
    "body-weight": ("48 kg", "48000 g"),
}
regimens = st.lists(st.sampled_from(NAMES), min_size=1, max_size=7, unique=True)
conditions = st.lists(st.sampled_from(PROBLEMS), max_size=3, unique=True)
measured = st.lists(st.sampled_from(sorted(LABS)), max_size=4, unique=True)


def use(name: str) -> MedicationUse:
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), terminology().kinds_of(name))


def patient(names: Iterable[str], problems: Iterable[str], labs: Iterable[str], unit: int = 0) -> Facts:
    return Facts(
        AS_OF,
        "Patient/case",
        birth_date=date(1950, 1, 1),
        sex="female",
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in problems),
        medications=tuple(map(use, names)),
        measurements={lab: (Measurement(lab, Quantity.parse(LABS[lab][unit]), AS_OF, f"Observation/{lab}"),) for lab in labs},
    )


def found(facts: Facts) -> list[Issue]:
    return list(check_medications(facts.medications, facts).issues)


def said(issues: Iterable[Issue]) -> set[tuple[str, frozenset[str], str, bool]]:
    return {(i.rule.id, frozenset(i.medications), i.severity, i.interruptive) for i in issues}


@settings(max_examples=100, deadline=None)
@given(regimens, conditions, measured, st.randoms())
def test_the_order_of_medicines_and_problems_never_changes_an_answer(
    names: list[str], ill: list[str], labs: list[str], chance: object
) -> None:
    shuffled = sorted(names, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert said(found(patient(shuffled, reversed(ill), labs))) == said(found(patient(names, ill, labs)))


@settings(max_examples=100, deadline=None)
@given(regimens, conditions, measured)
def test_another_unit_never_changes_an_answer(names: list[str], ill: list[str], labs: list[str]) -> None:
    assert said(found(patient(names, ill, labs, unit=1))) == said(found(patient(names, ill, labs)))


@settings(max_examples=100, deadline=None)
@given(regimens, conditions, measured, st.sampled_from(NAMES))
def test_one_more_medicine_never_removes_what_a_disease_or_an_age_forbids(
    names: list[str], ill: list[str], labs: list[str], one_more: str
) -> None:
    """Rules that look for a missing companion or a protecting medicine say so in a clause; all others stay."""
    before, after = found(patient(names, ill, labs)), found(patient([*names, one_more], ill, labs))
    kept = {(issue.rule.id, reference) for issue in after for reference in issue.medications}
    for issue in before:
        if issue.rule.id not in RELIEVED:
            assert {(issue.rule.id, reference) for reference in issue.medications} <= kept


def _relieved() -> frozenset[str]:
    """Rules that say what else may be taken (a clause has `none_of`), and those that only ask, of which one speaks for a medicine."""
    rules = (rule for file in documents() for rule in file.rule)
    return frozenset(rule.id for rule in rules if rule.missing_is == "ask" or any(clause.none_of for clause in rule.when))


RELIEVED = _relieved()


@settings(max_examples=60, deadline=None)
@given(regimens, conditions, measured, st.randoms())
def test_all_checks_together_answer_alike_in_any_order_and_unit(names: list[str], ill: list[str], labs: list[str], chance: object) -> None:
    shuffled = sorted(names, key=lambda _: chance.random())  # type: ignore[attr-defined]
    one, other = patient(names, ill, labs), patient(shuffled, ill, labs, unit=1)
    assert said(screen(one.medications, one).issues) == said(screen(other.medications, other).issues)


BRANDED = (("atorvastatin", "Lipitor 20 mg"), ("warfarin", "Coumadin 5 mg"), ("furosemide", "Lasix 40 mg"), ("sertraline", "Zoloft 50 mg"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(BRANDED), min_size=1, unique=True), regimens, conditions)
def test_a_brand_gives_the_answer_of_its_ingredient(branded: list[tuple[str, str]], names: list[str], ill: list[str]) -> None:
    generic = patient([name for name, _ in branded] + [n for n in names if n not in dict(branded)], ill, ())
    swapped = tuple(brand_of(dict(branded)[u.text], u) if u.text in dict(branded) else u for u in generic.medications)
    as_brand = replace(generic, medications=swapped)
    assert said(screen(as_brand.medications, as_brand).issues) == said(screen(generic.medications, generic).issues)


def brand_of(text: str, generic: MedicationUse) -> MedicationUse:
    """The same order with the brand's text, read by the terminology."""
    match = terminology().medication(text)
    kinds = frozenset().union(*(terminology().kinds_of(name) for name in match.names))
    return MedicationUse(generic.reference, text, tuple(Ingredient(name) for name in match.names), kinds)

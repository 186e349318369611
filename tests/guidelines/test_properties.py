"""What holds for every patient, tried on random ones."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.guidelines.patients import KnownClasses, patient
from tools.clinical.facts import Facts
from tools.guidelines import Run, decide, modules
from tools.guidelines.modules import shared
from tools.guidelines.options import kinds_of

PROBLEMS = sorted(
    {kind for module in modules().values() for kind in module.kinds} | {"angioedema-history", "frailty", "gi-bleeding", "dialysis"}
)
DRUGS = [
    "lisinopril", "losartan", "amlodipine", "hydrochlorothiazide", "metformin", "empagliflozin", "glipizide", "atorvastatin", "simvastatin",
    "apixaban", "warfarin", "aspirin", "clopidogrel", "metoprolol", "propranolol", "diltiazem", "spironolactone", "furosemide", "ibuprofen",
    "allopurinol", "colchicine", "albuterol", "fluticasone", "salmeterol", "sertraline", "citalopram", "levothyroxine", "omeprazole", "lorazepam",
    "sumatriptan", "insulin-glargine", "gemfibrozil",
]  # fmt: skip
LABS = {
    "systolic-bp": (80, 210, "mm[Hg]"), "diastolic-bp": (50, 125, "mm[Hg]"), "heart-rate": (40, 160, "/min"), "serum-potassium": (3, 7, "mmol/L"),
    "serum-sodium": (120, 145, "mmol/L"), "egfr": (5, 110, "mL/min/{1.73_m2}"), "serum-creatinine": (1, 6, "mg/dL"), "creatinine-clearance": (5, 120, "mL/min"),
    "uacr": (5, 900, "mg/g"), "hba1c": (5, 13, "%"), "ldl-cholesterol": (30, 220, "mg/dL"), "triglycerides": (60, 1200, "mg/dL"), "lvef": (15, 70, "%"),
    "bmi": (18, 45, "kg/m2"), "body-weight": (45, 140, "kg"), "cha2ds2-vasc": (0, 8, "{score}"), "phq-9": (0, 27, "{score}"), "phq-9-item-9": (0, 3, "{score}"),
    "tsh": (0, 40, "m[IU]/L"), "urate": (3, 12, "mg/dL"), "haemoglobin": (6, 17, "g/dL"), "ferritin": (5, 400, "ng/mL"), "act": (5, 25, "{score}"),
}  # fmt: skip


@st.composite
def patients(draw: st.DrawFn) -> Facts:
    labs = {}
    for name in draw(st.lists(st.sampled_from(sorted(LABS)), max_size=14, unique=True)):
        low, high, unit = LABS[name]
        labs[name] = f"{draw(st.integers(low, high))} {unit}, {draw(st.integers(0, 500))} d ago"
    return patient(
        has=tuple(draw(st.lists(st.sampled_from(PROBLEMS), max_size=6, unique=True))),
        takes=tuple(draw(st.lists(st.sampled_from(DRUGS), max_size=7, unique=True))),
        age=f"{draw(st.integers(1, 95))} a",
        sex=draw(st.sampled_from(("female", "male"))),
        pregnancy=draw(st.sampled_from(("none", "unknown", "pregnant", "planning"))),
        labs=labs,
    )


TOOLBOX = KnownClasses({"lisinopril": "barred in this test", "apixaban": "barred in this test", "sertraline": "barred in this test"})
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def picked(found: Run) -> list[str]:
    return [d.picked for d in found.decisions if d.picked]


@MANY
@given(patients())
def test_a_barred_drug_is_never_picked(facts: Facts) -> None:
    assert not {"lisinopril", "apixaban", "sertraline"}.intersection(picked(decide(facts, None, TOOLBOX)))


@MANY
@given(patients())
def test_a_drug_starts_once_and_never_in_a_class_that_is_stopped(facts: Facts) -> None:
    found = decide(facts, None, TOOLBOX)
    starts = [d.picked for d in found.decisions if d.action == "start" and d.picked]
    stopped = {name for d in found.decisions if d.action in {"stop", "hold"} for name in d.subjects}
    assert len(starts) == len(set(starts))
    assert [drug for drug in starts if kinds_of(drug, TOOLBOX) & stopped] == []


@MANY
@given(patients())
def test_one_medicine_has_one_fate(facts: Facts) -> None:
    found = decide(facts, None, TOOLBOX)
    ended = [target for d in found.decisions if d.action in {"stop", "hold"} for target in d.targets]
    goes_on = [target for d in found.decisions if d.action in {"change", "continue"} for target in d.targets]
    assert set(ended).isdisjoint(goes_on)
    known = {medication.reference for medication in facts.medications}
    assert known.issuperset((*ended, *goes_on))


@MANY
@given(patients())
def test_the_order_of_the_record_does_not_matter(facts: Facts) -> None:
    turned = replace(facts, problems=facts.problems[::-1], medications=facts.medications[::-1])
    first, second = decide(facts, None, TOOLBOX), decide(turned, None, TOOLBOX)
    assert picked(first) == picked(second)
    assert first.escalations == second.escalations
    assert [q.about for q in first.questions] == [q.about for q in second.questions]


@MANY
@given(patients())
def test_the_pace_is_kept(facts: Facts) -> None:
    paces = [pace for pace in shared().pace if pace.group == "all"]
    free = frozenset(name for pace in paces for name in pace.together)
    now = [d for d in decide(facts, None, TOOLBOX).decisions if d.action == "start" and not d.deferred and d.urgency == "routine"]
    counted = [d for d in now if not free & TOOLBOX.kinds_of(d.picked or "")]
    assert len(counted) <= max(pace.most for pace in paces)


@MANY
@given(patients())
def test_every_decision_says_why_and_who_says_so(facts: Facts) -> None:
    for decision in decide(facts, None, TOOLBOX).decisions:
        assert decision.because
        assert decision.evidence
        assert decision.evidence[0].title


@settings(MANY, max_examples=25)
@given(patients())
def test_a_condition_is_sure_exactly_where_its_verdict_is_that_it_holds(facts: Facts) -> None:
    conditions = [rule.when for module in modules().values() for rule in module.rules]
    conditions += [module.also_when for module in modules().values() if module.also_when]
    assert [c.sure(facts) for c in conditions] == [c.holds(facts).holds for c in conditions]

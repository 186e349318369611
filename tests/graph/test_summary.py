"""The one sentence over a plan says what is in it, also where no problem is covered."""

from __future__ import annotations

from datetime import date

import orjson

from agent.planning import make_plan
from scenarios.builders import bundle, medication, patient

AS_OF = date(2026, 11, 20)


def test_a_well_adult_hears_of_what_is_due_and_of_no_treatment() -> None:
    plan = make_plan(orjson.dumps(bundle(patient(age=48, sex="male", as_of=AS_OF))), AS_OF)
    assert plan.summary == (
        "48-year-old man: no active problem that this knowledge base covers, so no treatment is proposed;"
        " what is due and what was checked are listed below."
    )


def test_two_medicines_that_must_not_meet_are_a_change_although_no_problem_is_covered() -> None:
    pair = [
        medication("simvastatin 40 MG Oral Tablet", "40 mg", "24 h", date(2026, 11, 15)),
        medication("clarithromycin 500 MG Oral Tablet", "500 mg", "12 h", date(2026, 11, 19)),
    ]
    plan = make_plan(orjson.dumps(bundle(patient(age=48, sex="male", as_of=AS_OF), *pair)), AS_OF)
    assert "so no treatment is proposed" not in plan.summary
    assert "medication change" in plan.summary

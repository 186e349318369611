"""Which medicine a line on an interaction is about."""

from __future__ import annotations

from datetime import date

from agent.drafting.target import target
from agent.planning import make_plan
from scenarios.story import stories, tellings
from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.interactions import check_regimen
from tools.terminology import terminology


def use(name: str, started: date | None = None) -> MedicationUse:
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), terminology().kinds_of(name), started=started)


def meant(*uses: MedicationUse) -> str:
    (issue,) = (i for i in check_regimen(uses, Facts(date(2026, 11, 25), medications=uses)).issues if len(i.medications) == 2)
    return target(issue, uses).text


def test_the_one_that_the_action_names_first_is_meant() -> None:
    assert meant(use("morphine"), use("zopiclone")) == "zopiclone"
    assert meant(use("zopiclone"), use("morphine")) == "zopiclone"


def test_of_two_that_must_not_meet_the_newer_one_is_meant() -> None:
    old, new = date(2020, 1, 1), date(2026, 11, 1)
    assert meant(use("ranolazine", old), use("ketoconazole", new)) == "ketoconazole"
    assert meant(use("ranolazine", new), use("ketoconazole", old)) == "ranolazine"


def test_a_graft_is_not_put_at_risk_for_a_statin() -> None:
    old, new = date(2020, 1, 1), date(2026, 11, 1)
    assert meant(use("cyclosporine"), use("simvastatin")) == "simvastatin"
    assert meant(use("cyclosporine", new), use("simvastatin", old)) == "simvastatin"


def test_what_forbids_a_medicine_leads_the_reasons_of_a_line_that_holds_it_for_something_else() -> None:
    story = next(one for one in stories() if one.id == "rheumatoid-arthritis-on-methotrexate")
    telling = next(one for one in tellings(story) if "a sulfonamide beside it" in one.name)
    plan = make_plan(telling.bundle, telling.as_of)
    (line,) = (item for item in plan.items if item.action == "hold")
    assert [reason.evidence[0].id for reason in line.rationale] == [
        "methotrexate-more-often-than-weekly",
        "rheumatoid-arthritis-hold-methotrexate",
    ]
    assert plan.urgent[0].startswith(
        "Hold methotrexate 2.5 MG Oral Tablet: Methotrexate is written to be taken more often than once a week"
    )

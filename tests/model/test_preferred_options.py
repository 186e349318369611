"""An option that the model prefers takes its line where everything that decides can arrive at it; nothing from outside ever does."""

from __future__ import annotations

import pytest

from agent.case import Case
from agent.checking import check
from agent.drafting.by_model import ModelDrafter
from agent.drafting.offer import Offer, offer_of
from agent.drafting.rules import RulesDrafter
from tests.model.scripted import Server
from tests.model.test_model_drafter import answer, says
from tools.clinical.plan import Item, Plan

CHEAP = "Dapagliflozin cost is low."


@pytest.fixture(scope="module")
def offer(example: Case) -> Offer:
    """What the example's draft offers."""
    return offer_of(example, RulesDrafter().draft(example))


def _wish(offer: Offer, name: str, text: str, *facts: str) -> dict[str, object]:
    return {"option": next(a for a, option in offer.options.items() if option.name == name), "facts": list(facts), "text": text}


def _start(plan: Plan, name: str) -> Item | None:
    return next((item for item in plan.items if (item.action, item.subject.text) == ("start", name)), None)


def test_a_preferred_option_takes_the_line_and_the_rules_choice_stays_visible(
    server: Server, drafter: ModelDrafter, example: Case, offer: Offer
) -> None:
    says(server, answer(example, prefer=[_wish(offer, "dapagliflozin", CHEAP)]))
    plan = check(drafter.draft(example), example).plan
    line = _start(plan, "dapagliflozin")
    assert line
    assert line.dose
    assert line.dose.text == "10 mg by mouth once daily"
    assert line.rationale[-1].text == f"The model preferred dapagliflozin over empagliflozin, the choice of the rules, because: {CHEAP}"
    assert [(a.subject.text, a.not_chosen_because) for a in line.alternatives] == [
        ("empagliflozin", f"The rules chose it; the model preferred dapagliflozin, because: {CHEAP}")
    ]
    table = next(table for table in plan.decisions if table.item == line.id)
    assert [option.medicine for option in table.options if option.chosen] == ["dapagliflozin"]
    assert "empagliflozin" in [option.medicine for option in table.options]
    assert _start(plan, "empagliflozin") is None
    report = plan.drafter.report
    assert (report.preferred, report.barred, report.sentences, report.grounded) == (
        (f"{line.id}: dapagliflozin over empagliflozin",),
        (),
        1,
        1,
    )


def test_nothing_else_of_the_plan_changes(server: Server, drafter: ModelDrafter, example: Case, offer: Offer) -> None:
    says(server, answer(example, prefer=[_wish(offer, "dapagliflozin", CHEAP)]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    swapped = {("start", "empagliflozin"), ("start", "dapagliflozin")}

    def others(one: Plan) -> list[tuple[object, ...]]:
        kept = [i for i in one.items if (i.action, i.subject.text) not in swapped]
        return sorted((i.action, i.subject.text, i.dose.text if i.dose else "", i.change) for i in kept)

    assert others(plan) == others(rules)
    assert [question.about for question in plan.questions] == [question.about for question in rules.questions]


def test_an_option_that_a_check_bars_takes_no_line_and_what_else_the_answer_says_still_holds(
    server: Server, drafter: ModelDrafter, example: Case, offer: Offer
) -> None:
    """Eplerenone was passed over as also suitable, and nobody had looked whether it goes with the clarithromycin that is taken."""
    line = next(o for o, item in offer.lines.items() if item.subject.text == "spironolactone")
    words = "NSAIDs worsen heart failure."
    wishes = [_wish(offer, "dapagliflozin", CHEAP), _wish(offer, "eplerenone", "Eplerenone cost is low.")]
    says(
        server,
        answer(
            example,
            prefer=wishes,
            defer=[line],
            confirm=["#potassium"],
            wording=[{"line": "@ibuprofen", "facts": ["#ibuprofen"], "text": words}],
        ),
    )
    plan = drafter.draft(example)
    report = plan.drafter.report
    assert [said.split(": ", 1)[1] for said in report.preferred] == ["dapagliflozin over empagliflozin"]
    assert [said.split(": ")[0] for said in report.barred] == ["eplerenone"]
    kept = _start(plan, "spironolactone")
    assert kept
    assert next(q.about for q in plan.questions if q.id == kept.conditional_on[-1]) == "whether now: start spironolactone"
    assert "whether this is right: Potassium 4.6 mmol/L, 4 days ago" in [q.about for q in plan.questions]
    assert plan.questions[-1].about == "whether eplerenone instead of spironolactone"
    assert words in [reason.text for item in plan.items for reason in item.rationale]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", []),
        ("It saves lives.", []),
        ("Dapagliflozin cost is high.", []),
        ("Empagliflozin cost is low.", []),
        ("Dapagliflozin 25 mg.", []),
        (CHEAP, ["#potassium"]),
    ],
)
def test_without_a_reason_that_is_borne_out_the_line_stands_and_the_team_is_asked(
    text: str, facts: list[str], server: Server, drafter: ModelDrafter, example: Case, offer: Offer
) -> None:
    says(server, answer(example, prefer=[_wish(offer, "dapagliflozin", text, *facts)]))
    plan = drafter.draft(example)
    assert plan.items == RulesDrafter().draft(example).items
    assert plan.questions[-1].about == "whether dapagliflozin instead of empagliflozin"
    assert (plan.drafter.report.preferred, plan.drafter.report.grounded) == ((), 0)
    assert len(plan.drafter.report.struck) == 1


def test_what_the_deciding_recommendation_does_not_choose_is_a_question(
    server: Server, drafter: ModelDrafter, example: Case, offer: Offer
) -> None:
    says(server, answer(example, prefer=[_wish(offer, "semaglutide", "Semaglutide burden is one injection a week.")]))
    plan = drafter.draft(example)
    assert plan.items == RulesDrafter().draft(example).items
    assert plan.questions[-1].about == "whether semaglutide instead of empagliflozin"


def test_a_medicine_from_outside_is_a_question_and_never_a_line(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, propose=[{"medicine": "Nitroglycerin", "facts": ["#potassium"]}]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert plan.items == rules.items
    question = plan.questions[-1]
    assert (question.about, question.blocks) == ("whether nitroglycerin, from outside of this draft", ())
    assert question.facts == ("Observation/potassium-2026-11",)
    assert plan.drafter.report.outside == 1


@pytest.mark.parametrize(
    ("medicine", "barred", "struck"),
    [("warfarin", 1, 0), ("ibuprofen", 0, 1), ("empagliflozin", 0, 1), ("dapagliflozin", 0, 1), ("Marijuana 1959", 0, 1), ("", 0, 1)],
)
def test_what_is_barred_known_already_or_no_medicine_is_not_even_asked(
    medicine: str, barred: int, struck: int, server: Server, drafter: ModelDrafter, example: Case
) -> None:
    says(server, answer(example, propose=[{"medicine": medicine, "facts": ["#potassium"]}]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert (plan.items, plan.questions) == (rules.items, rules.questions)
    report = plan.drafter.report
    assert (len(report.barred), len(report.struck), report.outside) == (barred, struck, 0)


def test_a_proposal_without_a_fact_is_not_asked(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, propose=[{"medicine": "nitroglycerin", "facts": []}]))
    plan = drafter.draft(example)
    assert plan.questions == RulesDrafter().draft(example).questions
    assert plan.drafter.report.struck == ("a proposal cites no fact",)


def test_what_a_reviewer_struck_out_is_not_offered_again(example: Case) -> None:
    again = example.without(frozenset({"dapagliflozin"}))
    names = {option.name for option in offer_of(again, RulesDrafter().draft(again)).options.values()}
    assert "dapagliflozin" not in names
    assert "semaglutide" in names

"""A plan as text: the order of reading, nothing cut off, nothing of the record that could act on a terminal."""

from __future__ import annotations

import msgspec
import pytest
from sample_plans import ALL, abstention, heart_kidney_diabetes, hostile

from agent.faces.text import plan_text
from tools.clinical.answer import Citation
from tools.clinical.plan import Due, Item, Rationale, SetAside, Subject

HEADINGS = (
    "URGENT",
    "WHAT MATTERS MOST",
    "ANSWER BEFORE SIGNING",
    "1. Heart failure",
    "MEDICINES",
    "SAFETY",
    "LEDGER",
    "NOT CHECKED",
    "SOURCES",
)


def order(name: str, **fields: object) -> Item:
    reason = Rationale(
        text="Iron deficiency is treated in heart failure.", evidence=(Citation("iron", "1.0.0", title="Guideline", grade="COR 2a"),)
    )
    known = {
        "id": f"o-{name}",
        "action": "order",
        "subject": Subject(kind="laboratory", text=name),
        "rationale": (reason,),
        "due": Due(30, "2026-12-20"),
    }
    return Item(**(known | fields))  # type: ignore[arg-type]


def test_the_reader_finds_what_matters_first_and_the_sources_last() -> None:
    text = plan_text(heart_kidney_diabetes())
    places = [text.index(heading) for heading in HEADINGS]
    assert places == sorted(places)


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
@pytest.mark.parametrize("width", [60, 100, 140])
def test_no_line_is_wider_than_the_page(make: object, width: int) -> None:
    text = plan_text(make(), width=width)  # type: ignore[operator]
    assert max(map(len, text.splitlines())) <= width


def test_text_of_the_record_cannot_act_on_the_terminal() -> None:
    text = plan_text(hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not [line for line in text.splitlines() if line.startswith("# heading")]


def test_colour_is_only_where_it_is_asked_for() -> None:
    plan = heart_kidney_diabetes()
    assert "\x1b[" not in plan_text(plan)
    assert "\x1b[" in plan_text(plan, colour=True)


def test_plain_terminals_get_plain_characters() -> None:
    assert plan_text(heart_kidney_diabetes(), unicode=False).isascii()


def test_every_item_stands_in_the_text_with_its_number() -> None:
    plan = heart_kidney_diabetes()
    text = plan_text(plan)
    assert [item.id for item in plan.items if f"[{item.id}]" not in text] == []


def test_a_plan_that_abstains_says_why_and_has_no_items() -> None:
    plan = abstention()
    text = plan_text(plan)
    assert "NO PLAN" in text
    assert plan.disposition.reasons[0].split()[0] in text


def test_orders_of_one_date_and_reason_are_one_line() -> None:
    plan = msgspec.structs.replace(
        abstention(), items=(order("ferritin"), order("haemoglobin"), order("potassium", due=Due(7, "2026-11-27")))
    )
    text = plan_text(plan)
    assert (
        "ferritin [o-ferritin], haemoglobin [o-haemoglobin] by 2026-12-20: Iron deficiency is treated in heart failure. [1 COR 2a]"
        in " ".join(text.split())
    )
    assert " ".join(text.split()).count("Iron deficiency is treated in heart failure.") == 2


def test_an_order_that_waits_for_an_answer_keeps_a_place_of_its_own() -> None:
    plan = msgspec.structs.replace(abstention(), items=(order("ferritin"), order("haemoglobin", conditional_on=("q1",))))
    assert "[o-haemoglobin] ORDER haemoglobin" in plan_text(plan)


def test_a_document_is_listed_once_with_every_rule_that_rests_on_it() -> None:
    same = {"title": "Guideline", "publisher": "Society", "year": 2024}
    reasons = tuple(Rationale(text=f"Reason {n}.", evidence=(Citation(f"rule-{n}", "1.0.0", grade=f"{n}A", **same),)) for n in (1, 2))  # type: ignore[arg-type]
    plan = msgspec.structs.replace(abstention(), items=(order("ferritin", rationale=reasons),), sources=())
    text = " ".join(plan_text(plan).split())
    assert "[1] Guideline, Society, 2024. Rules: rule-1 1.0.0 (1A), rule-2 1.0.0 (2A)." in text
    assert "Reason 1. Reason 2. [1 1A, 1 2A]" in text


def test_an_unsure_rule_is_marked_in_the_sources() -> None:
    doubtful = Rationale(text="Perhaps.", evidence=(Citation("rule", "1.0.0", title="Guideline", confidence="unsure"),))
    plan = msgspec.structs.replace(abstention(), items=(order("ferritin", rationale=(doubtful,)),))
    assert "rule 1.0.0 (unsure: verify before use)" in " ".join(plan_text(plan).split())


def test_fifty_entries_with_one_reason_are_told_once() -> None:
    aside = tuple(SetAside(f"entry[{n}]", "dated after 2026-11-20") for n in range(50))
    plan = abstention()
    plan = msgspec.structs.replace(plan, input=msgspec.structs.replace(plan.input, set_aside=aside))
    assert "set aside: entry[0], entry[1], entry[2] and 47 more: dated after 2026-11-20" in plan_text(plan)

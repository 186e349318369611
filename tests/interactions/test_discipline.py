"""What is kept out of sight, why, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from regimens import check, file_of, index_of, patient, rule, use

from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import decode
from tools.interactions.discipline import Discipline, shipped_discipline
from tools.interactions.index import build

SHIPPED = shipped_discipline()
BORNE = rule("a", "b", monitoring=["serum-potassium"])


def why(discipline: Discipline = SHIPPED, days: int = 90, age: int = 180, **more: Any) -> str:
    uses = use("a", days=days), use("b", days=400)
    index = build([file_of({**BORNE, **more})], discipline)
    (issue,) = check(index, *uses, facts=patient(*uses, labs={"serum-potassium": "4.5 mmol/L"}, old=age))
    assert issue.interruptive is not bool(issue.suppressed)
    return issue.suppressed


def test_a_combination_borne_for_90_days_with_potassium_of_180_days_is_kept_out_of_sight() -> None:
    assert why() == SHIPPED.stable.reason


def test_of_89_days_it_is_shown() -> None:
    assert why(days=89) == ""


def test_with_potassium_of_181_days_it_is_shown() -> None:
    assert why(age=181) == ""


def test_without_monitoring_it_is_shown() -> None:
    assert why(monitoring=[]) == ""


def test_a_contraindication_is_never_kept_out_of_sight() -> None:
    uses = use("a", days=900), use("b", days=900)
    index = index_of({**BORNE, "severity": "contraindicated"})
    assert [i.suppressed for i in check(index, *uses, facts=patient(*uses, labs={"serum-potassium": "4.5 mmol/L"}))] == [""]


def test_a_rule_on_the_never_list_is_never_kept_out_of_sight() -> None:
    assert why(id=SHIPPED.never[0]) == ""


def test_every_name_on_the_never_list_is_a_rule() -> None:
    from tools.interactions import explain

    assert [explain(name).rule.id for name in SHIPPED.never] == list(SHIPPED.never)


def test_a_proposed_medicine_is_not_borne_yet() -> None:
    uses = use("a", days=400), use("b", days=400, currency="proposed")
    (issue,) = check(index_of(BORNE), *uses, facts=patient(*uses, labs={"serum-potassium": "4.5 mmol/L"}))
    assert issue.suppressed == ""


def test_a_raised_severity_is_shown_however_long_it_is_borne() -> None:
    changes = [{"to": "contraindicated", "when": [{"measured": "serum-potassium", "at_least": "4.5 mmol/L"}]}]
    assert why(severity="moderate", changes=changes) == ""


def test_an_intended_combination_is_kept_out_of_sight() -> None:
    uses = use("a"), use("b")
    index = index_of(rule("a", "b", intended=[{"has": "heart-failure-reduced-ef"}]))
    assert [i.suppressed for i in check(index, *uses, facts=patient(*uses, has=("heart-failure-reduced-ef",)))] == [SHIPPED.intended]
    assert [i.suppressed for i in check(index, *uses)] == [""]


def test_a_gel_does_not_reach_the_other_medicine() -> None:
    index = index_of(rule("nsaid", "warfarin"))
    assert [i.suppressed for i in check(index, use("diclofenac", "nsaid", route="topical"), use("warfarin"))] == [SHIPPED.local.reason]
    assert [i.suppressed for i in check(index, use("diclofenac", "nsaid", route="oral"), use("warfarin"))] == [""]


def test_unless_the_rule_counts_that_route() -> None:
    index = index_of(rule("ics", "booster", also_by=["inhaled"]))
    assert [i.suppressed for i in check(index, use("fluticasone", "ics", route="inhaled"), use("ritonavir", "booster"))] == [""]


def test_or_the_medicine_is_given_that_way_for_the_whole_body() -> None:
    index = index_of(rule("opioid", "benzodiazepine"))
    assert [i.suppressed for i in check(index, use("butorphanol", "opioid", route="nasal"), use("diazepam", "benzodiazepine"))] == [""]


def test_what_is_said_on_request_stays_in_the_answer() -> None:
    (issue,) = check(index_of(rule("a", "b", "minor")), use("a"), use("b"))
    assert (issue.suppressed, issue.indicator) == (SHIPPED.low_value.reason, "info")


def test_a_circumstance_that_makes_it_harmless_is_the_reason() -> None:
    changes = [{"to": "off", "with": ["intrauterine-device"], "because": "an intrauterine device is not affected"}]
    (issue,) = check(index_of(rule("a", "b", changes=changes)), use("a", "intrauterine-device"), use("b"))
    assert issue.suppressed == "an intrauterine device is not affected"


def test_beyond_five_interruptions_the_rest_is_shown_without_and_says_so() -> None:
    index = index_of(*(rule("a", f"b{n}") for n in range(7)))
    issues = check(index, use("a"), *(use(f"b{n}") for n in range(7)))
    assert [i.interruptive for i in issues] == [True] * 5 + [False] * 2
    assert [i.action.endswith(SHIPPED.budget.note) for i in issues] == [False] * 5 + [True] * 2


def test_hard_stops_do_not_count_against_the_budget() -> None:
    index = index_of(*(rule("a", f"b{n}", "contraindicated") for n in range(7)))
    assert all(i.interruptive for i in check(index, use("a"), *(use(f"b{n}") for n in range(7))))


NUDGES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    *((f"stable {days}", lambda raw, days=days: raw["stable"].update(at_least=f"{days} d")) for days in (89, 91)),
    *((f"budget {count}", lambda raw, count=count: raw["budget"].update(interruptive=count)) for count in (4, 6)),
    *((f"{name} {step:+}", lambda raw, name=name, step=step: _nudge(raw, name, step)) for name in SHIPPED.monitoring for step in (-1, 1)),
]


def _nudge(raw: dict[str, Any], name: str, step: int) -> None:
    days, unit = raw["monitoring"][name].split(" ")
    raw["monitoring"][name] = f"{int(days) + step} {unit}"


@pytest.mark.parametrize(("name", "nudge"), NUDGES, ids=[name for name, _ in NUDGES])
def test_every_figure_of_the_discipline_matters(name: str, nudge: Callable[[dict[str, Any]], None]) -> None:
    raw = msgspec.to_builtins(SHIPPED)
    nudge(raw)
    assert figures(decode(raw, Discipline)) != figures(SHIPPED)


def figures(discipline: Discipline) -> list[object]:
    """Answers on both sides of every figure as it ships."""
    found: list[object] = [why(discipline, days=days) for days in (89, 90)]
    index = build([file_of(*(rule("a", f"b{n}") for n in range(7)))], discipline)
    found.append(sum(i.interruptive for i in check(index, use("a"), *(use(f"b{n}") for n in range(7)))))
    uses = use("a", days=900), use("b", days=900)
    for name, window in SHIPPED.monitoring.items():
        index = build([file_of(rule("a", "b", monitoring=[name]))], discipline)
        for days in (int(window.split()[0]), int(window.split()[0]) + 1):
            facts = patient(*uses, labs={name: "1"}, old=days)
            found.append([bool(i.suppressed) for i in check(index, *uses, facts=facts)])
    return found


def test_a_tier_without_an_indicator_is_refused() -> None:
    raw = msgspec.to_builtins(SHIPPED)
    del raw["indicators"]["inline"]
    assert decode(raw, Discipline).faults() == ["no indicator for tier 'inline'"]


def test_an_unknown_word_is_refused() -> None:
    raw = {**msgspec.to_builtins(SHIPPED), "quiet": True}
    with pytest.raises(KnowledgeError, match="quiet"):
        decode(raw, Discipline)

"""The shipped policies: their own cases, that every row of them bites, and the engine where no case reaches."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from policies.cases import plan_of
from policies.engine import (
    HERE,
    Policies,
    by_name_only,
    disposition,
    load_policies,
    may_decide,
    may_send,
    open_issues,
    override_needed,
    reason_fault,
    required_signatures,
    waits_at_most,
)
from policies.model import Given, GivenIssue, GivenItem, Policy, SecondSignature
from policies.triggers import Trigger
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import decode, load
from tools.clinical.quantity import Quantity

FILES = sorted(HERE.glob("*.toml"))
BITING = ("permit", "ban", "second_signature", "never_auto", "route", "redraft", "expiry", "retention", "harm", "worklist")
ROWS = [(path, table, n) for path in FILES for table in BITING for n in range(len(tomllib.loads(path.read_text("utf-8")).get(table, ())))]


def raw(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("policy", load(HERE, Policy), ids=lambda policy: policy.id)
def test_every_case_of_a_policy_comes_out_as_written(policy: Policy) -> None:
    assert policy.case
    assert policy.case_failures() == []


@pytest.mark.parametrize(("path", "table", "n"), ROWS, ids=[f"{p.stem}-{t}-{n}" for p, t, n in ROWS])
def test_a_row_that_is_taken_away_is_missed_by_a_case(path: Path, table: str, n: int) -> None:
    document = raw(path)
    del document[table][n]
    assert decode(document, Policy).case_failures() != []


@pytest.mark.parametrize("step", [1, -1])
def test_one_more_or_less_redraft_is_noticed(step: int) -> None:
    document = raw(HERE / "reasons.toml")
    document["redraft"][0]["at_most"] += step
    assert decode(document, Policy).case_failures() != []


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("n", range(2))
def test_a_day_more_or_less_of_keeping_is_noticed(n: int, step: int) -> None:
    document = raw(HERE / "retention.toml")
    days = int(document["retention"][n]["within"].removesuffix(" d"))
    document["retention"][n]["within"] = f"{days + step} d"
    assert decode(document, Policy).case_failures() != []


@pytest.mark.parametrize("step", ["2 h", "-2 h"])
@pytest.mark.parametrize("n", range(3))
def test_two_hours_more_or_less_of_waiting_are_noticed(n: int, step: str) -> None:
    document = raw(HERE / "expiry.toml")
    hours = Quantity.parse(document["expiry"][n]["within"]).to("h").value + Quantity.parse(step).value
    document["expiry"][n]["within"] = f"{hours} h"
    assert decode(document, Policy).case_failures() != []


def test_three_signatures_instead_of_two_are_noticed() -> None:
    document = raw(HERE / "signatures.toml")
    document["second_signature"][0]["signatures"] = 3
    assert decode(document, Policy).case_failures() != []


def test_every_verb_a_permit_gives_beyond_its_cases_is_still_a_known_verb() -> None:
    document = raw(HERE / "approval.toml")
    document["permit"][0]["verbs"] = ["approve", "sign"]
    with pytest.raises(KnowledgeError, match="permit physician"):
        decode(document, Policy)


@pytest.mark.parametrize("policy", load(HERE, Policy), ids=lambda policy: policy.id)
def test_a_policy_was_reviewed_within_24_months_and_names_a_source_or_says_it_has_none(policy: Policy) -> None:
    assert policy.last_reviewed >= datetime.now(UTC).date() - timedelta(days=730)
    assert policy.source or "no source gives any" in policy.interpretation


def test_a_trigger_that_would_always_hold_is_a_fault() -> None:
    document = raw(HERE / "signatures.toml")
    document["never_auto"][0]["when"] = {}
    assert decode(document, Policy).faults() == ["critical-issue: an empty `when` holds always; say when"]


def test_one_signature_is_no_second_signature() -> None:
    document = raw(HERE / "signatures.toml")
    document["second_signature"][0] |= {"signatures": 1, "by": []}
    assert decode(document, Policy).faults() == [
        "contraindicated: 1 signatures are no second signature",
        "contraindicated: nobody may sign second",
    ]


def test_an_id_given_twice_and_a_time_that_is_none_are_faults() -> None:
    document = raw(HERE / "expiry.toml")
    document["expiry"][1] |= {"id": "routine", "within": "2 mg"}
    faults = decode(document, Policy).faults()
    assert faults[0] == "'routine' stands twice"
    assert faults[1].startswith("routine: 'mg' cannot")


@pytest.mark.parametrize("within", ["0 d", "-1 d"])
def test_no_time_at_all_is_no_time_to_wait(within: str) -> None:
    document = raw(HERE / "expiry.toml")
    document["expiry"][0]["within"] = within
    assert decode(document, Policy).faults() == [f"{document['expiry'][0]['id']}: {within!r} is no time at all"]


def test_a_worklist_that_nobody_reads_or_compares_with_no_wait_is_a_fault() -> None:
    document = raw(HERE / "worklist.toml")
    document["worklist"][0] |= {"minutes_a_day": 0, "shortest_wait": "0 d"}
    name = document["worklist"][0]["id"]
    assert decode(document, Policy).faults() == [
        f"{name}: in 0 minutes a day nothing is ever read",
        f"{name}: '0 d' is no time at all",
    ]


def test_no_policies_at_all_permit_nothing_send_nothing_and_let_nothing_wait() -> None:
    nothing = Policies(())
    plan = plan_of(Given(items=(GivenItem(action="counsel", kind="lifestyle"),)))
    for role in ("physician", "nurse", "viewer", ""):
        assert not may_decide(role, plan.items[0], plan, policies=nothing).allowed
    assert may_send("this-machine", "facts", nothing) is None
    assert waits_at_most("routine", nothing) == timedelta(0)
    assert reason_fault("override", "benefit-outweighs", "", nothing) == "unknown"


def test_a_refusal_says_which_role_which_verb_and_which_action() -> None:
    plan = plan_of(Given(items=(GivenItem(action="start"),)))
    assert may_decide("nurse", plan.items[0], plan).why == "no policy lets a nurse approve an item that says start (medication)"
    assert may_decide("physician", plan.items[0], plan).rule == "physician"


def test_a_ban_names_its_rule_and_its_reason() -> None:
    plan = plan_of(Given(items=(GivenItem(),), issues=(GivenIssue(severity="contraindicated"),)))
    permission = may_decide("nurse-practitioner", plan.items[0], plan)
    assert permission.rule == "contraindicated-is-a-physicians-first-signature"
    assert permission.why.startswith("an item against which a contraindication stands")


def test_an_issue_stands_until_its_remedy_is_approved() -> None:
    plan = plan_of(Given(items=(GivenItem(), GivenItem(id="i2", action="stop")), issues=(GivenIssue(handled_by=("i2",)),)))
    assert [issue.id for issue in open_issues(plan, "i1", approved={"i1"})] == ["d1"]
    assert open_issues(plan, "i1", approved={"i1", "i2"}) == ()
    assert open_issues(plan, "i1") == ()
    assert override_needed(plan, "i1", approved={"i1"}) == ("d1",)
    assert override_needed(plan, "i2", approved={"i1"}) == ()


def test_an_issue_that_does_not_interrupt_asks_for_no_reason() -> None:
    plan = plan_of(Given(items=(GivenItem(),), issues=(GivenIssue(interruptive=False),)))
    assert override_needed(plan, "i1", approved={"i1"}) == ()


def test_the_second_signer_is_of_a_role_that_every_rule_names() -> None:
    wide = SecondSignature(id="a", when=Trigger(actions=("start",)), by=("physician", "pharmacist"), why="a")
    narrow = SecondSignature(id="b", when=Trigger(kinds=("medication",)), by=("physician",), why="b", signatures=3)
    bare = load(HERE, Policy)[0]
    rules = Policies((msgspec.structs.replace(bare, second_signature=(wide, narrow)),))
    needed = required_signatures(plan_of(Given(items=(GivenItem(),))), policies=rules)["i1"]
    assert (needed.count, needed.by, needed.why) == (3, ("physician",), ("a", "b"))


def test_reasons_of_the_assessment_are_said_in_its_own_words() -> None:
    plan = plan_of(Given(items=(GivenItem(),)))
    shown = disposition(plan, {"emergency": ("potassium 6.7 mmol/L",)})
    assert (shown.route, shown.urgency, shown.reasons) == ("escalate", "emergency", ("potassium 6.7 mmol/L",))


def test_a_flag_that_no_rule_knows_changes_nothing() -> None:
    plan = plan_of(Given(items=(GivenItem(),)))
    assert disposition(plan, {"full-moon": ("tonight",)}).route == "review"


def test_the_reason_for_a_second_signature_stands_in_the_disposition() -> None:
    plan = plan_of(Given(items=(GivenItem(),), issues=(GivenIssue(severity="contraindicated", indicator="critical"),)))
    shown = disposition(plan)
    assert shown.route == "second-signature"
    assert any("second physician or a pharmacist" in reason for reason in shown.reasons)


def test_by_name_says_why() -> None:
    plan = plan_of(Given(items=(GivenItem(),), issues=(GivenIssue(indicator="critical"),)))
    assert by_name_only(plan.items[0], plan) == ("a critical issue stands against it", "an issue stands against it that asks for a reason")


def test_the_digest_of_the_policies_follows_their_content(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace('within  = "14 d"', 'within  = "15 d"'), "utf-8")
    assert load_policies(tmp_path).digest != load_policies().digest
    assert load_policies().digest == load_policies().digest

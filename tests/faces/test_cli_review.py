"""`carewright review`: nothing leaves unsigned, and a signature is bound to what was shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main

Run = Callable[..., tuple[int, str, str]]
DOCTOR = ("--reviewer", "dr-1", "--role", "physician")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls the command line in this process; its exit code and both streams."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        streams = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, streams.out, streams.err

    return call


@pytest.fixture
def waiting(run: Run) -> str:
    """The id of the shipped example's plan on an otherwise empty worklist."""
    assert run("plan", "--example", "--review", "--format", "json")[0] == 0
    code, out, _ = run("review", "list", "--json")
    assert code == 0
    name: str = json.loads(out)["id"]
    return name


def shown(run: Run, name: str) -> dict[str, list[dict[str, str]]]:
    code, out, _ = run("review", "show", name, "--format", "json")
    assert code == 0
    plan: dict[str, list[dict[str, str]]] = json.loads(out)
    return plan


def reject_all(run: Run, name: str, *more: str) -> tuple[int, str, str]:
    return run("review", "reject", name, *DOCTOR, "--reason", "not-appropriate", *more)


def test_an_empty_worklist_says_so_beside_the_output(run: Run) -> None:
    assert run("review", "list") == (0, "", "No plan waits for review.\n")


def test_a_kept_plan_waits_and_is_shown_with_its_digest(run: Run, waiting: str) -> None:
    code, out, err = run("review", "show", waiting)
    digest = shown(run, waiting)["digest"]
    assert code == 0
    assert out.startswith("Treatment plan for Patient/example")
    assert err.splitlines()[0] == f"{waiting}: awaiting-review; digest {digest}"


def test_keeping_the_same_plan_twice_keeps_one(run: Run, waiting: str) -> None:
    run("plan", "--example", "--review")
    assert len(run("review", "list")[1].splitlines()) == 1


def test_an_unsigned_plan_does_not_leave(run: Run, waiting: str) -> None:
    code, out, err = run("review", "release", waiting)
    assert (code, out) == (exit_codes.DECISION_REFUSED, "")
    assert "nothing leaves" in err


def test_a_signature_under_another_digest_is_refused(run: Run, waiting: str) -> None:
    code, out, err = run("review", "approve", waiting, *DOCTOR, "--digest", "sha256:00")
    assert (code, out) == (exit_codes.DECISION_REFUSED, "")
    assert "is not the one that was shown" in err


def test_a_role_without_a_permit_decides_nothing(run: Run, waiting: str) -> None:
    first = shown(run, waiting)["items"][0]["id"]
    code, _, _ = run("review", "approve", waiting, "--reviewer", "v-1", "--role", "viewer", "--item", first)
    assert code == exit_codes.DECISION_REFUSED


def test_a_rejection_needs_a_reason_of_the_list(run: Run, waiting: str) -> None:
    code, _, err = run("review", "reject", waiting, *DOCTOR, "--reason", "because")
    assert code == exit_codes.DECISION_REFUSED
    assert "'because' is no reason to reject" in err


def test_a_rejected_plan_does_not_leave_and_is_decided_once(run: Run, waiting: str) -> None:
    code, out, err = reject_all(run, waiting)
    assert (code, out) == (0, "")
    assert f"{waiting}: rejected; 0 approved" in err
    assert run("review", "release", waiting)[0] == exit_codes.DECISION_REFUSED
    assert run("review", "list")[1] == ""
    assert run("review", "approve", waiting, *DOCTOR)[0] == exit_codes.DECISION_REFUSED


def test_what_is_approved_leaves_as_a_transaction_without_what_is_rejected(run: Run, waiting: str) -> None:
    plan = shown(run, waiting)
    first, others = plan["items"][0]["id"], [item["id"] for item in plan["items"][1:]]
    overrides = [f"--override={issue['id']}=specialist-advised" for issue in plan["issues"] if issue.get("interruptive")]
    named = [part for name in others for part in ("--item", name)]
    assert reject_all(run, waiting, *named)[0] == 0 if others else True
    code, _, err = run("review", "approve", waiting, *DOCTOR, "--item", first, *overrides)
    assert code == 0, err
    if "second-signature" in err:
        assert run("review", "approve", waiting, "--reviewer", "ph-1", "--role", "pharmacist", "--item", first, *overrides)[0] == 0
    code, out, _ = run("review", "release", waiting)
    bundle = json.loads(out)
    assert (code, bundle["resourceType"], bundle["type"]) == (0, "Bundle", "transaction")
    assert "CarePlan" in {entry["resource"]["resourceType"] for entry in bundle["entry"]}


def test_an_unknown_plan_is_unknown(run: Run) -> None:
    code, out, err = run("review", "show", "w-none")
    assert (code, out) == (exit_codes.DECISION_REFUSED, "")
    assert "'w-none'" in err


def test_the_audit_is_one_json_line_an_event_and_names_no_text_of_the_record(run: Run, waiting: str) -> None:
    reject_all(run, waiting)
    code, out, _ = run("review", "audit")
    events = [json.loads(line)["event"] for line in out.splitlines()]
    assert code == 0
    assert events[0] == "started"
    assert "decided" in events
    assert "simvastatin" not in out


@pytest.mark.parametrize("override", ["d1", "d1=", "=reason"])
def test_an_override_without_issue_and_reason_is_a_usage_error(run: Run, waiting: str, override: str) -> None:
    assert run("review", "approve", waiting, *DOCTOR, "--override", override)[0] == exit_codes.USAGE


def test_an_edit_is_checked_anew_under_a_new_digest(run: Run, waiting: str) -> None:
    plan = shown(run, waiting)
    first = plan["items"][0]["id"]
    wish = ("--item", first, "--reason", "dose-adjusted", "--text", "as agreed", "--within-days", "3")
    code, _, err = run("review", "edit", waiting, *DOCTOR, *wish)
    assert code == 0, err
    again = shown(run, waiting)
    assert again["digest"] != plan["digest"]
    assert next(item for item in again["items"] if item["id"] == first)["due"] == {"within_days": 3, "by": "2026-11-23"}
    assert run("review", "approve", waiting, *DOCTOR, "--digest", str(plan["digest"]))[0] == exit_codes.DECISION_REFUSED

"""`carewright review` for whoever looks after the state: erasing, keeping, a record that moved, a draft made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main
from agent.faces.planning_face import example_record

Run = Callable[..., tuple[int, str, str]]
DOCTOR = ("--reviewer", "dr-1", "--role", "physician")
KEEPER = ("--reviewer", "ad-1", "--role", "administrator")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Calls the command line in this process, in a state folder of its own; its exit code and both streams."""
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path / "home"))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        streams = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, streams.out, streams.err

    return call


@pytest.fixture
def waiting(run: Run) -> dict[str, str]:
    """The worklist's line of the shipped example's plan."""
    assert run("plan", "--example", "--review", "--format", "json")[0] == 0
    found: dict[str, str] = json.loads(run("review", "list", "--json")[1])
    return found


def test_erasing_is_tried_first_and_then_done(run: Run, waiting: dict[str, str]) -> None:
    code, out, err = run("review", "erase", waiting["reference"], *KEEPER, "--dry-run")
    assert (code, out.split(), err.splitlines()[0]) == (
        0,
        [waiting["id"]],
        "1 plan would be taken away (1 of stake, 1 of plan; 1 record, 0 on which other plans rest kept)",
    )
    assert run("review", "list", "--json")[1]
    assert run("review", "erase", waiting["reference"], *KEEPER)[0] == 0
    assert run("review", "list", "--all", "--json")[1] == ""
    code, out, _ = run("review", "audit", waiting["id"])
    assert (code, json.loads(out.splitlines()[-1])["event"]) == (0, "erased")


def test_a_physician_erases_nothing(run: Run, waiting: dict[str, str]) -> None:
    code, out, err = run("review", "erase", waiting["reference"], *DOCTOR)
    assert (code, out) == (exit_codes.DECISION_REFUSED, "")
    assert "an administrator does" in err


def test_what_waits_is_never_taken_away_by_time(run: Run, waiting: dict[str, str]) -> None:
    assert run("review", "retain", *KEEPER)[2].startswith("0 plans taken away")


def test_a_record_that_moved_is_told_by_reference_and_value(run: Run, waiting: dict[str, str], tmp_path: Path) -> None:
    newer = tmp_path / "newer.json"
    newer.write_text(example_record().decode().replace('"value": 4.6', '"value": 6.1'))
    code, _, err = run("review", "approve", waiting["id"], *DOCTOR, "--record", str(newer))
    assert code == exit_codes.DECISION_REFUSED
    assert "Observation/potassium-2026-11: valueQuantity.value 4.6 → 6.1" in err
    assert "Observation/potassium-2026-11: valueQuantity.value 4.6 → 6.1" in run("review", "show", waiting["id"])[2]


def test_a_start_for_which_another_is_wanted_is_drafted_anew(run: Run, waiting: dict[str, str]) -> None:
    plan = json.loads(run("review", "show", waiting["id"], "--format", "json")[1])
    item = next(i["id"] for i in plan["items"] if i["action"] == "start" and i["subject"]["text"] == "empagliflozin")
    code, _, err = run("review", "reject", waiting["id"], *DOCTOR, "--item", item, "--reason", "other-medicine-preferred")
    assert (code, "The plan was made anew and waits under the new digest" in err) == (0, True)
    again = json.loads(run("review", "show", waiting["id"], "--format", "json")[1])
    assert "dapagliflozin" in [i["subject"]["text"] for i in again["items"] if i["action"] == "start"]

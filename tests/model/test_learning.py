"""Decisions as examples: in the formats that fine-tuning takes, without identifiers, with consent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.case import Case
from agent.desk import Desk
from agent.drafting.answer import Answer, read_answer
from agent.drafting.offer import Offer, offer_of
from agent.drafting.prompting import prompt
from agent.errors import StoreError
from agent.faces.cli import main
from agent.learning.export import DATASHEET, FINE_TUNING, PREFERENCES, Exported, export_learning
from agent.privacy.identifiers import identifiers_of, leaks
from agent.review import Approve, Edit, Override, Reject, Reviewer
from agent.store.audit import Actor
from agent.store.opening import open_database
from policies.engine import override_needed
from tests.model.scripted import AS_OF
from tools.clinical.plan import Plan

DOCTOR, SECOND = Reviewer("dr-okonkwo", "physician"), Reviewer("ph-braun", "pharmacist")
BY = Actor("admin-1", "administrator")


def _named(example_bytes: bytes) -> bytes:
    """The example patient with a name, a number and a birth date."""
    bundle = json.loads(example_bytes)
    person = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    person |= {"name": [{"family": "Zyxwood", "given": ["Quentin"]}], "telecom": [{"value": "0555 0199 887"}]}
    return json.dumps(bundle).encode()


def _decide(desk: Desk, name: str, rejected: set[str], edit: Edit | None) -> None:
    """Edit one item, reject some, and approve the rest, with every reason and second signature that is asked for."""
    if edit:
        desk.decide(name, DOCTOR, [edit], desk.show(name).plan.digest)
    plan = desk.show(name).plan
    kept = [item.id for item in plan.items if item.id not in rejected]
    approvals = [
        Approve(item=i, overrides=tuple(Override(x, "will-monitor", "in a week") for x in override_needed(plan, i, kept))) for i in kept
    ]
    rejections = [Reject(item=i, reason="patient-preference", text="Quentin Zyxwood does not want it") for i in sorted(rejected)]
    desk.decide(name, DOCTOR, [*rejections, *approvals], plan.digest)
    lacking = [o.item for o in desk.show(name).standing.open]
    if lacking:
        again = [a for a in approvals if a.item in lacking]
        desk.decide(name, SECOND, again, plan.digest)


def _item(plan: Plan, action: str, text: str) -> str:
    return next(item.id for item in plan.items if (item.action, item.subject.text) == (action, text))


@pytest.fixture
def exported(tmp_path: Path, example_bytes: bytes) -> tuple[Path, Exported, Plan, bytes]:
    """A plan of which one start was rejected and one dose edited, exported."""
    desk = Desk(tmp_path / "home")
    data = _named(example_bytes)
    name = desk.start(data, AS_OF)
    plan = desk.show(name).plan
    edited = _item(plan, "start", "empagliflozin")
    edit = Edit(item=edited, reason="dose-adjusted", change="As Quentin Zyxwood asked, at night.", within_days=20)
    routine = next(i.id for i in plan.items if i.action in {"counsel", "order"} and i.urgency == "routine")
    _decide(desk, name, {routine}, edit)
    counts = export_learning(open_database(tmp_path / "home"), tmp_path / "out", "Study 12/2026", BY, "2026-11-21T09:00:00+00:00")
    return tmp_path / "out", counts, plan, data


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _faults_of_messages(messages: list[dict[str, str]], last: str) -> list[str]:
    """What an upload would refuse: the documented form of chat examples."""
    faults = ["no messages"] if not messages else []
    faults += [f"keys {sorted(m)}" for m in messages if set(m) != {"role", "content"}]
    faults += [f"role {m['role']}" for m in messages if m["role"] not in {"system", "user", "assistant"}]
    faults += ["content is no text" for m in messages if not isinstance(m["content"], str) or not m["content"]]
    return faults + ([] if messages[-1]["role"] == last else [f"ends with {messages[-1]['role']}"])


def test_fine_tuning_lines_have_the_form_that_is_taken(exported: tuple[Path, Exported, Plan, bytes]) -> None:
    folder, counts, plan, data = exported
    rows = _rows(folder / FINE_TUNING)
    assert len(rows) == counts.fine_tuning == counts.plans == 1
    assert [(set(row), _faults_of_messages(row["messages"], "assistant")) for row in rows] == [({"messages"}, [])]
    offer = offer_of(Case(data, AS_OF), plan)
    assert rows[0]["messages"][:2] == prompt(offer)
    assert _answer(rows[0]["messages"][2], offer).defer == _rejected(offer, counts)


def _answer(message: dict[str, str], offer: Offer) -> Answer:
    """Read as a model's answer is: a tuned model that repeats it is understood."""
    return read_answer(message["content"], offer)


def _rejected(offer: Offer, counts: Exported) -> tuple[str, ...]:
    assert counts.items["rejected"] == 1
    first = next(o for o, item in offer.lines.items() if item.action in {"counsel", "order"} and item.urgency == "routine")
    return (first,)


def test_preference_lines_have_the_form_that_is_taken(exported: tuple[Path, Exported, Plan, bytes]) -> None:
    folder, counts, _, _ = exported
    rows = _rows(folder / PREFERENCES)
    assert len(rows) == counts.preferences == 2
    for row in rows:
        assert set(row) == {"input", "preferred_output", "non_preferred_output"}
        assert _faults_of_messages(row["input"]["messages"], "user") == []
        for side in ("preferred_output", "non_preferred_output"):
            assert len(row[side]) == 1
            assert _faults_of_messages(row[side], "assistant") == []
        assert row["preferred_output"] != row["non_preferred_output"]
    edited = next(row for row in rows if "one line" in row["input"]["messages"][0]["content"])
    better, worse = (json.loads(edited[side][0]["content"]) for side in ("preferred_output", "non_preferred_output"))
    assert (better["what"], better["within_days"]) == (worse["what"], 20) == ("empagliflozin", 20)
    assert better["change"] == "As [name], at night." or "Zyxwood" not in better["change"]


def test_no_identifier_and_no_word_of_a_reviewer_is_in_any_file(exported: tuple[Path, Exported, Plan, bytes]) -> None:
    folder, _, _, data = exported
    text = "\n".join(file.read_text("utf-8") for file in folder.iterdir())
    known = identifiers_of(data) | {"quentin", "zyxwood", "dr-okonkwo", "ph-braun", "admin-1", "does not want it"}
    assert leaks("for Quentin Zyxwood", known) == ("quentin", "zyxwood")
    assert leaks(text, known) == ()


def test_the_datasheet_says_what_was_counted_and_under_which_consent(exported: tuple[Path, Exported, Plan, bytes]) -> None:
    folder, counts, _, _ = exported
    told = (folder / DATASHEET).read_text("utf-8")
    assert "Study 12/2026" in told
    assert f"{counts.plans} decided plans: {counts.fine_tuning} examples" in told
    assert f"edited {counts.items['edited']}, rejected 1" in told
    assert "dose-adjusted 1, patient-preference 1" in told
    assert told.count("sha256:") == 2


def test_an_export_stands_in_the_audit_and_overwrites_nothing(exported: tuple[Path, Exported, Plan, bytes], tmp_path: Path) -> None:
    line = next(line for line in Desk(tmp_path / "home").history() if line.event == "exported")
    assert (line.actor, line.role) == ("admin-1", "administrator")
    assert Desk(tmp_path / "home").audit().faults == ()
    with pytest.raises(StoreError, match="is not empty"):
        export_learning(open_database(tmp_path / "home"), exported[0], "Study", BY, "2026-11-21T09:00:00+00:00")


def test_a_record_whose_consent_denies_is_left_out(tmp_path: Path, example_bytes: bytes) -> None:
    bundle = json.loads(example_bytes)
    bundle["entry"].append({"resource": {"resourceType": "Consent", "id": "c", "status": "active", "provision": {"type": "deny"}}})
    desk = Desk(tmp_path / "home")
    name = desk.start(json.dumps(bundle).encode(), AS_OF)
    _decide(desk, name, set(), None)
    counts = export_learning(open_database(tmp_path / "home"), tmp_path / "out", "Study", BY, "2026-11-21T09:00:00+00:00")
    assert (counts.plans, counts.left_out) == (0, {"the record holds a Consent that denies": 1})
    assert (tmp_path / "out" / FINE_TUNING).read_bytes() == b""


def test_plans_that_wait_are_not_exported(tmp_path: Path, example_bytes: bytes) -> None:
    Desk(tmp_path / "home").start(example_bytes, AS_OF)
    assert export_learning(open_database(tmp_path / "home"), tmp_path / "out", "Study", BY, "2026-11-21T09:00:00+00:00").plans == 0


@pytest.mark.parametrize(("role", "consent", "code"), [("physician", "Study", 12), ("administrator", " ", 2)])
def test_without_the_role_or_without_consent_nothing_is_written(
    role: str, consent: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit) as ended:
        main(["review", "export-learning", str(tmp_path / "out"), "--consent", consent, "--reviewer", "x", "--role", role])
    assert ended.value.code == code
    assert not (tmp_path / "out").exists()

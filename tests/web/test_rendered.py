"""Pages that are kept: each reader meets exactly what would be rendered for them now, and nothing of anybody else."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.faces.web import pages
from agent.faces.web.accounts import Accounts
from agent.faces.web.app import application
from agent.faces.web.reading import Readings
from agent.faces.web.speech import Speech
from agent.review import Approve, Edit, Override, Reject, Reviewer
from agent.store.lately import Lately
from tools.clinical.plan import PlanQuantity

PASSWORD = "correct horse battery"
READERS = ("dr-1", "rx-1", "viewer-1", "trainee-1", "dr-2")


class Room:
    """Everybody who reads, on one application with one store of pages."""

    def __init__(self, desk: Desk, accounts: Accounts) -> None:
        accounts.add("dr-2", "physician", PASSWORD)
        self.desk, self.accounts, self.readings = desk, accounts, Readings()
        self.keys = {name: accounts.sign_in(name, PASSWORD) for name in READERS}

    def differing(self, plan: str, told: str = "") -> list[str]:
        """Readers whose kept page is not the one that is rendered anew, read twice each."""
        return [name for name in READERS * 2 for language in ("en", "es") if not self._same(plan, name, language, told)]

    def _same(self, plan: str, name: str, language: str, told: str) -> bool:
        session = self.accounts.session(self.keys[name])
        assert session is not None
        page = self.readings.page(self.desk.show(plan, session.who), self.desk.behind(plan), session.who)
        frame = pages.Frame(Speech(language), session, f"/plans/{plan}")
        return self.readings.rendered.page(frame, page, "", told) == pages.plan_page(frame, page, "", told).encode()


@pytest.fixture
def room(desk: Desk, accounts: Accounts) -> Room:
    return Room(desk, accounts)


def test_each_role_meets_its_own_page_in_its_own_language(room: Room, plan: str) -> None:
    assert room.differing(plan, "Told <once>") == []


def test_a_decision_makes_another_page_for_everybody(room: Room, plan: str, desk: Desk) -> None:
    room.differing(plan)
    desk.decide(plan, Reviewer("dr-1", "physician"), [Approve(item="i2")], desk.show(plan).plan.digest)
    desk.decide(plan, Reviewer("dr-2", "physician"), [Reject(item="i3", reason="already-done")], desk.show(plan).plan.digest)
    assert room.differing(plan) == []


def test_whoever_signed_first_is_not_offered_the_second_signature(room: Room, contraindicated: str, plan: str, desk: Desk) -> None:
    shown = desk.show(plan).plan
    item = next(i.id for i in shown.items if i.action == "start" and i.subject.text == contraindicated)
    room.differing(plan)
    first = Approve(item=item, overrides=(Override(issue="d99", reason="benefit-outweighs"),))
    desk.decide(plan, Reviewer("dr-1", "physician"), [first], shown.digest)
    assert room.differing(plan) == []


def test_an_edit_and_the_end_of_a_plan_make_another_page(room: Room, plan: str, desk: Desk) -> None:
    room.differing(plan)
    shown = desk.show(plan).plan
    item = next(i.id for i in shown.items if i.action == "change" and "metoprolol" in i.subject.text)
    edit = Edit(item=item, reason="dose-adjusted", amount=PlanQuantity("75", "mg"))
    desk.decide(plan, Reviewer("dr-1", "physician"), [edit], shown.digest)
    assert room.differing(plan) == []
    after = desk.show(plan).plan
    desk.decide(plan, Reviewer("dr-1", "physician"), [Reject(item=i.id, reason="already-done") for i in after.items], after.digest)
    assert desk.show(plan).status == "rejected"
    assert room.differing(plan) == []


def test_what_one_signs_the_other_sees_at_once_and_neither_sees_the_others_name_or_secret(
    desk: Desk, accounts: Accounts, plan: str
) -> None:
    app = application(desk, accounts)
    accounts.add("dr-2", "physician", PASSWORD)
    one, other = (TestClient(app), TestClient(app))
    for http, name in ((one, "dr-1"), (other, "dr-2")):
        http.post("/sign-in", data={"user": name, "password": PASSWORD})
    before = [http.get(f"/plans/{plan}").text for http in (one, other)]
    assert ("dr-2" in before[0], "dr-1" in before[1]) == (False, False)
    csrf = [page.split('name="csrf" value="')[1].split('"')[0] for page in before]
    assert csrf[0] != csrf[1]
    form = {"csrf": csrf[0], "digest": desk.show(plan).plan.digest, "password": PASSWORD, "decision": "approve", "item": "i2"}
    assert one.post(f"/plans/{plan}/decisions", data=form, follow_redirects=False).status_code == 303
    assert "dr-1" in other.get(f"/plans/{plan}").text


def test_a_conversation_is_its_readers_alone(desk: Desk, accounts: Accounts, plan: str) -> None:
    app = application(desk, accounts)
    accounts.add("dr-2", "physician", PASSWORD)
    one, other = (TestClient(app), TestClient(app))
    for http, name in ((one, "dr-1"), (other, "dr-2")):
        http.post("/sign-in", data={"user": name, "password": PASSWORD})
    csrf = one.get(f"/plans/{plan}").text.split('name="csrf" value="')[1].split('"')[0]
    one.post(f"/plans/{plan}/chat", data={"csrf": csrf, "line": "what is her potassium?"})
    assert "4.6 mmol/L" in one.get(f"/plans/{plan}").text.partition('<div class="said"')[2]
    assert "what is her potassium?" not in other.get(f"/plans/{plan}").text


def test_a_page_of_a_role_is_not_rendered_again_for_a_colleague(room: Room, plan: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real, rendered = pages.plan_page, []

    def count(*given: object, **named: object) -> str:
        rendered.append(given)
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "plan_page", count)
    for name in ("dr-1", "dr-2", "dr-1"):
        session = room.accounts.session(room.keys[name])
        assert session is not None
        page = room.readings.page(desk.show(plan, session.who), desk.behind(plan), session.who)
        room.readings.rendered.page(pages.Frame(Speech("en"), session, f"/plans/{plan}"), page)
    assert len(rendered) == 1


def test_what_is_kept_is_bounded() -> None:
    lately: Lately[int, int] = Lately(2)
    made = [lately.get(number, lambda number=number: number * 10) for number in (1, 2, 1, 3, 1)]  # type: ignore[misc]
    assert (made, len(lately)) == ([10, 20, 10, 30, 10], 2)
    with pytest.raises(ZeroDivisionError):
        lately.get(9, lambda: 1 // 0)
    assert lately.get(9, lambda: 4) == 4

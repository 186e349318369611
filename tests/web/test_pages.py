"""The pages, as a browser meets them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from agent.chat.grammar import Intent
from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.web import conversations
from agent.faces.web.accounts import Accounts
from agent.faces.web.app import application
from agent.store.runs import Runner

PASSWORD = "correct horse battery"


class Browser:
    """Somebody signed in."""

    def __init__(self, desk: Desk, accounts: Accounts, user: str) -> None:
        self.http = TestClient(application(desk, accounts))
        self.http.post("/sign-in", data={"user": user, "password": PASSWORD})

    def hidden(self, page: str, name: str) -> str:
        return re.search(f'name="{name}" value="([^"]+)"', self.http.get(page).text)[1]  # type: ignore[index]

    def decide(self, plan: str, **fields: str) -> int:
        page = f"/plans/{plan}"
        form = {"csrf": self.hidden(page, "csrf"), "digest": self.hidden(page, "digest"), "password": PASSWORD, **fields}
        return self.http.post(f"{page}/decisions", data=form, follow_redirects=False).status_code


@pytest.fixture
def doctor(desk: Desk, accounts: Accounts) -> Browser:
    return Browser(desk, accounts, "dr-1")


@pytest.mark.parametrize("page", ["/plans/x", "/plans/x/release"])
def test_nobody_reads_without_signing_in(desk: Desk, accounts: Accounts, page: str) -> None:
    assert TestClient(application(desk, accounts)).get(page).status_code == 403


def test_nobody_decides_without_signing_in(desk: Desk, accounts: Accounts, plan: str) -> None:
    http = TestClient(application(desk, accounts))
    assert http.post(f"/plans/{plan}/decisions", data={"decision": "approve", "item": "rest"}).status_code == 403


def test_the_page_for_the_patient_is_in_the_readers_language_and_may_use_its_own_style_alone(doctor: Browser, plan: str) -> None:
    english, spanish = (doctor.http.get(f"/plans/{plan}/patient?lang={language}") for language in ("en", "es"))
    assert ('<html lang="en">' in english.text, '<html lang="es">' in spanish.text) == (True, True)
    policy = english.headers["content-security-policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", policy
    )


def test_the_page_for_the_patient_asks_for_a_sign_in(desk: Desk, accounts: Accounts, plan: str) -> None:
    assert TestClient(application(desk, accounts)).get(f"/plans/{plan}/patient").status_code == 403


def test_a_wrong_password_and_an_unknown_user_are_refused_alike(desk: Desk, accounts: Accounts) -> None:
    http = TestClient(application(desk, accounts))
    answers = [http.post("/sign-in", data={"user": user, "password": "wrong"}) for user in ("dr-1", "nobody")]
    assert [a.status_code for a in answers] == [403, 403]
    assert answers[0].text == answers[1].text


def test_the_file_of_users_holds_no_password_and_is_its_owners(accounts: Accounts) -> None:
    assert PASSWORD not in accounts.file.read_text("utf-8")
    assert accounts.file.stat().st_mode & 0o777 == 0o600


def test_the_worklist_leads_to_the_plan(doctor: Browser, plan: str) -> None:
    assert f"/plans/{plan}" in doctor.http.get("/").text
    page = doctor.http.get(f"/plans/{plan}")
    assert "What matters most" in page.text
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?! src=)|<style|style=|onclick=", page.text)
    assert not re.search(r'(?:src|href)="https?:', page.text)


def test_an_unknown_plan_is_404(doctor: Browser) -> None:
    assert doctor.http.get("/plans/w-none").status_code == 404


def test_a_form_from_elsewhere_changes_nothing(doctor: Browser, plan: str, desk: Desk) -> None:
    assert doctor.decide(plan, csrf="guessed", decision="approve", item="rest") == 403
    assert desk.show(plan).decisions == ()


def test_a_stale_tab_is_told_so(doctor: Browser, plan: str, desk: Desk) -> None:
    assert doctor.decide(plan, digest="sha256:00", decision="approve", item="rest") == 409
    assert desk.show(plan).decisions == ()


def test_a_viewer_may_not_sign(desk: Desk, accounts: Accounts, plan: str) -> None:
    viewer, item = Browser(desk, accounts, "viewer-1"), desk.show(plan).plan.items[0].id
    assert viewer.decide(plan, decision="approve", item=item) == 403
    assert desk.show(plan).decisions == ()


def test_nobody_is_added_without_a_role(accounts: Accounts) -> None:
    for role in ("", "clerk"):
        with pytest.raises(DecisionError, match="role"):
            accounts.add("dr-2", role, PASSWORD)


def test_an_administrator_sees_the_state_and_no_plan(desk: Desk, accounts: Accounts, plan: str) -> None:
    keeper = Browser(desk, accounts, "admin-1").http
    page = keeper.get("/")
    assert page.url.path == "/administration"
    assert "The chain is whole" in page.text
    assert "waits for signature: 1" in page.text
    assert desk.show(plan).plan.summary not in page.text
    assert keeper.get(f"/plans/{plan}").status_code == 403


def test_only_an_administrator_sees_the_state(doctor: Browser) -> None:
    assert doctor.http.get("/administration").status_code == 403
    assert doctor.http.get("/").status_code == 200


def test_a_rejection_reaches_the_desk(doctor: Browser, plan: str, desk: Desk) -> None:
    item = desk.show(plan).plan.items[0].id
    assert doctor.decide(plan, decision="reject", item=item, reject="already-done") == 303
    assert set(desk.show(plan).standing.rejected) == {item}


def test_nothing_leaves_while_an_item_is_open(doctor: Browser, plan: str) -> None:
    assert doctor.http.get(f"/plans/{plan}/release").status_code == 422


def test_a_plan_that_is_drafted_anew_is_read_with_a_notice_and_without_anything_to_press(
    doctor: Browser, plan: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(item.id for item in desk.show(plan).plan.items if item.subject.text == "empagliflozin" and item.action == "start")
    monkeypatch.setattr(Runner, "advanced", lambda *_: None)
    assert doctor.decide(plan, decision="reject", item=item, reject="other-medicine-preferred") == 303
    with desk._database.alone(plan):
        page = doctor.http.get(f"/plans/{plan}")
    assert page.status_code == 200
    assert "drafted anew" in page.text
    assert 'class="decide"' not in page.text
    assert 'class="decide"' in doctor.http.get(f"/plans/{plan}").text


def asked(doctor: Browser, plan: str, line: str) -> list[tuple[str, str]]:
    """Events of one question, as a browser is sent them."""
    form = {"csrf": doctor.hidden(f"/plans/{plan}", "csrf"), "line": line}
    answer = doctor.http.post(f"/plans/{plan}/chat", data=form, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [one.split("\n") for one in answer.text.split("\n\n") if one]
    return [(kind.removeprefix("event: "), "\n".join(row.removeprefix("data: ") for row in rows)) for kind, *rows in events]


def test_each_step_of_a_what_if_is_told_and_then_the_answer(doctor: Browser, plan: str, desk: Desk) -> None:
    before = desk.show(plan).plan
    *steps, (kind, turn) = asked(doctor, plan, "what if her eGFR were 25?")
    assert steps[:3] == [
        ("step", "the record is read"),
        ("step", "values are computed, the medicines checked"),
        ("step", "guidelines are decided"),
    ]
    assert kind == "turn"
    assert 'class="turn"' in turn
    assert "what if her eGFR were 25?" in turn
    assert turn in doctor.http.get(f"/plans/{plan}").text
    assert desk.show(plan).plan == before


def test_what_fails_under_way_is_told_without_a_word_of_the_record(doctor: Browser, plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret of the record")

    monkeypatch.setattr("agent.faces.web.conversations.answer", fails)
    assert asked(doctor, plan, "why i1?") == [("failed", "")]


@pytest.mark.parametrize(("line", "says"), [("/plan", "beside the conversation"), ("/export html x", "as FHIR"), ("/review", "already")])
def test_what_the_page_has_of_its_own_is_pointed_to(doctor: Browser, plan: str, line: str, says: str) -> None:
    assert says in asked(doctor, plan, line)[-1][1]


def test_an_answer_on_a_spanish_page_is_spanish_and_marks_what_is_not(doctor: Browser, plan: str) -> None:
    page = f"/plans/{plan}"
    doctor.http.get(f"{page}?lang=es")
    form = {"csrf": doctor.hidden(page, "csrf"), "line": "¿puede tomar ibuprofeno?"}
    turn = doctor.http.post(f"{page}/chat", data=form, headers={"x-part": "turn"}).text
    assert "suspender <span" in turn
    assert '<span lang="en">ibuprofen 600 MG Oral Tablet' in turn
    assert '<div class="answer">' in turn
    assert "¿puede tomar ibuprofeno?" in doctor.http.get(page).text


def test_a_rejection_without_a_reason_is_refused_before_the_password_is_asked_for(doctor: Browser, plan: str, desk: Desk) -> None:
    page, item = f"/plans/{plan}", desk.show(plan).plan.items[0].id
    form = {"csrf": doctor.hidden(page, "csrf"), "digest": doctor.hidden(page, "digest"), "decision": "reject", "item": item, "reject": ""}
    answer = doctor.http.post(f"{page}/decisions", data=form)
    assert (answer.status_code, "A reason is missing" in answer.text) == (422, True)
    assert "password" not in answer.text
    assert desk.show(plan).decisions == ()


def test_the_conversation_of_a_page_asks_the_configured_model_what_is_meant(
    desk: Desk, accounts: Accounts, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "configured", lambda: SimpleNamespace(name="small-one", meant=lambda line, case: Intent("stops")))
    doctor = Browser(desk, accounts, "dr-1")
    form = {"csrf": doctor.hidden(f"/plans/{plan}", "csrf"), "line": "please weigh the sugar tablet against kidneys like these"}
    turn = doctor.http.post(f"/plans/{plan}/chat", data=form, headers={"x-part": "turn"}).text
    assert "Taken for /stops by small-one." in turn
    assert "stop ibuprofen" in turn


def test_an_edit_that_names_no_dose_is_refused_before_the_password_is_asked_for(doctor: Browser, plan: str, desk: Desk) -> None:
    page, item = f"/plans/{plan}", desk.show(plan).plan.items[0].id
    form = {
        "csrf": doctor.hidden(page, "csrf"),
        "digest": doctor.hidden(page, "digest"),
        "decision": "edit",
        "item": item,
        "edit": "timing",
    }
    answer = doctor.http.post(f"{page}/decisions", data=form)
    assert (answer.status_code, "an edit says which dose" in answer.text) == (400, True)

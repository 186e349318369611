"""The pages as a person meets them, in a real browser: what is read, asked, changed and signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.review import Reject, Reviewer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "correct horse battery"
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
WIDTHS = (1440, 1024, 420)
Enter = Callable[..., "Page"]


@pytest.fixture
def enter(browser: Browser, served: SimpleNamespace) -> Iterator[Enter]:
    """Signs somebody in, in a window of their own; every fault of script or policy fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def come(user: str, **options: Any) -> Page:
        context = browser.new_context(base_url=served.address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.goto("/sign-in")
        page.fill("#user", user)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(lambda url: not url.endswith("/sign-in"))
        return page

    yield come
    for context in contexts:
        context.close()
    assert faults == []


def confirm(page: Page) -> None:
    page.fill("#password", PASSWORD)
    page.click("text=Confirm and sign")


def item_of(desk: Desk, plan: str, action: str, text: str) -> str:
    return next(i.id for i in desk.show(plan).plan.items if i.action == action and text in i.subject.text)


def ask(page: Page, line: str) -> str:
    before = page.locator(".turn").count()
    page.fill("#line", line)
    page.click(".chat .asking button")
    page.locator(".turn").nth(before).wait_for()
    return page.locator(".turn").nth(before).inner_text()


def test_the_worklist_leads_a_physician_to_a_plan(enter: Enter, plan: str) -> None:
    page = enter("dr-1")
    row = page.locator("tbody tr").first
    assert "Same day" in row.inner_text()
    assert "physician" in row.inner_text()
    row.locator("a").click()
    page.wait_for_url(f"**/plans/{plan}")
    assert page.locator(".urgent").inner_text().startswith("Urgent")
    assert "Penicillin" in page.locator(".patient").inner_text()


def test_why_leads_down_to_the_resource_and_the_source(enter: Enter, plan: str, desk: Desk) -> None:
    page, item = enter("dr-1"), item_of(desk, plan, "stop", "ibuprofen")
    page.goto(f"/plans/{plan}")
    drawer = page.locator(f"#{item} details.drawer").first
    drawer.locator("summary").click()
    assert "Heart Failure" in drawer.inner_text() or "heart failure" in drawer.inner_text().lower()
    drawer.locator("a[href*='/record/']").first.click()
    shown = json.loads(page.locator("pre").inner_text())
    assert page.url.endswith(f"{shown['resourceType']}/{shown['id']}")


def test_two_questions_and_a_what_if_are_answered_and_nothing_is_kept(enter: Enter, plan: str, desk: Desk) -> None:
    page, before = enter("dr-1"), desk.show(plan).plan.digest
    page.goto(f"/plans/{plan}")
    assert "4.6 mmol/L" in ask(page, "what is her potassium?")
    assert "heart failure" in ask(page, "why stop ibuprofen?")
    assert "metformin" in ask(page, "what if her eGFR were 20?")
    assert page.locator(".turn").count() == 3
    assert desk.show(plan).plan.digest == before
    page.reload()
    assert page.locator(".turn").count() == 3


def test_an_edited_dose_is_checked_again_and_waits_anew(enter: Enter, plan: str, desk: Desk) -> None:
    page, item, before = enter("dr-1"), item_of(desk, plan, "change", "metoprolol"), desk.show(plan).plan.digest
    page.goto(f"/plans/{plan}")
    form = page.locator(f"#{item} form.decide")
    form.locator("details.act-edit summary").click()
    form.locator("input[name=amount]").fill("75 mg")
    form.get_by_role("button", name="Change and check again").click()
    assert "75 mg" in page.locator(".about").inner_text()
    confirm(page)
    page.wait_for_url(f"**/plans/{plan}?did=edit**")
    after = desk.show(plan).plan
    assert after.digest != before
    assert next(i.dose.amount.value for i in after.items if i.dose and i.dose.amount and "metoprolol" in i.subject.text) == "75"
    assert "before the edit" in page.locator("#changes").inner_text()


def test_a_line_is_rejected_with_a_reason_and_another_approved_without_the_password_again(enter: Enter, plan: str, desk: Desk) -> None:
    page = enter("dr-1")
    rejected, approved = item_of(desk, plan, "stop", "ibuprofen"), item_of(desk, plan, "start", "empagliflozin")
    page.goto(f"/plans/{plan}")
    page.locator(f"#{rejected} details.act-reject summary").click()
    page.locator(f"#{rejected} select[name=reject]").select_option("patient-preference")
    page.locator(f"#{rejected} .act-reject button").click()
    confirm(page)
    page.wait_for_url(f"**/plans/{plan}?did=reject**")
    page.locator(f"#{approved} button.approve").click()
    page.wait_for_url(f"**/plans/{plan}?did=approve**")
    assert page.locator(".told").inner_text() == f"{approved}: approved."
    assert "Preference of the patient" in page.locator(f"#{rejected} .decision").inner_text()
    assert (
        page.locator(f"#{approved} .decision").inner_text().startswith("✓ Approved")
        or "Approved" in page.locator(f"#{approved} .decision").inner_text()
    )
    assert page.locator(".progress").inner_text().count("2 of")


def test_a_contraindication_takes_a_reason_and_a_second_person_and_then_leaves(
    enter: Enter, contraindicated: str, plan: str, desk: Desk
) -> None:
    item = item_of(desk, plan, "start", contraindicated)
    doctor = enter("dr-1")
    doctor.goto(f"/plans/{plan}")
    doctor.locator(f"#{item} select[name='override:d99']").select_option("benefit-outweighs")
    doctor.locator(f"#{item} button.approve").click()
    confirm(doctor)
    doctor.wait_for_url(f"**/plans/{plan}?did=approve**")
    assert "second signature" in doctor.locator(f"#{item} .decision").inner_text()
    doctor.get_by_role("button", name="Approve the").click()
    doctor.wait_for_url(f"**/plans/{plan}?did=approve&item=rest**")
    assert doctor.request.get(f"/plans/{plan}/release").status == 422

    pharmacist = enter("rx-1")
    pharmacist.goto(f"/plans/{plan}")
    pharmacist.locator(f"#{item} button.approve").click()
    confirm(pharmacist)
    pharmacist.wait_for_url(f"**/plans/{plan}?did=approve**")
    assert desk.show(plan).status == "approved"
    bundle = pharmacist.request.get(f"/plans/{plan}/release").json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    assert enter("viewer-1").request.get(f"/plans/{plan}/release").status == 403


def test_a_stale_tab_is_refused_and_told_why(enter: Enter, plan: str, desk: Desk) -> None:
    page, item = enter("dr-1"), item_of(desk, plan, "change", "metoprolol")
    page.goto(f"/plans/{plan}")
    other = enter("dr-1")
    other.goto(f"/plans/{plan}")
    other.locator(f"#{item} details.act-edit summary").click()
    other.locator(f"#{item} input[name=amount]").fill("75 mg")
    other.locator(f"#{item} .act-edit button").click()
    confirm(other)
    with page.expect_response("**/decisions") as answer:
        page.locator(f"#{item} button.approve").click()
    assert answer.value.status == 409
    assert "out of date" in page.locator("[role=alert]").inner_text()
    page.click("text=Open the plan as it stands now")
    assert page.locator("#changes").count() == 1
    assert desk.show(plan).decisions == ()


def test_the_keyboard_alone_reads_and_signs(enter: Enter, plan: str, desk: Desk) -> None:
    page = enter("dr-1")
    page.goto(f"/plans/{plan}")
    page.keyboard.press("j")
    item = page.evaluate("document.activeElement.id")
    page.keyboard.press("w")
    assert page.locator(f"#{item} details.drawer").first.get_attribute("open") is not None
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.className") == "approve"
    page.keyboard.press("Enter")
    page.wait_for_selector("#password")
    page.keyboard.press("Tab")
    confirm(page)
    page.wait_for_url(f"**/plans/{plan}?did=approve**")
    assert set(desk.show(plan).standing.approved) == {item}


def test_the_page_works_without_script(enter: Enter, plan: str, desk: Desk) -> None:
    page = enter("dr-1", java_script_enabled=False)
    page.goto(f"/plans/{plan}")
    page.fill("#line", "what is her potassium?")
    page.click(".chat .asking button")
    assert "4.6 mmol/L" in page.locator(".said").inner_text()


def no_barrier(page: Page, where: str) -> None:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
    assert found == [], where
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} is wider than the window"


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(420, "light"), *(pytest.param(w, s, marks=pytest.mark.slow) for w in WIDTHS for s in ("light", "dark") if (w, s) != (420, "light"))],
)
def test_no_page_has_a_barrier(enter: Enter, plan: str, desk: Desk, width: int, scheme: str) -> None:
    page = enter("dr-1", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    desk.decide(plan, Reviewer("dr-2", "physician"), [Reject(item="i2", reason="already-done")], desk.show(plan).plan.digest)
    resource = "MedicationRequest/simvastatin"
    for path in ("/", "/?minutes=1&settled=1", f"/plans/{plan}", f"/plans/{plan}?lang=es", f"/plans/{plan}/print", f"/plans/{plan}/record/{resource}", "/plans/none", "/sign-in"):  # fmt: skip
        page.goto(path)
        if path == f"/plans/{plan}":
            ask(page, "is there anything dangerous?")
            for details in page.locator("#main details").all():
                details.evaluate("one => { one.open = true; }")
        no_barrier(page, path)
        assert len(page.content().encode()) <= 300_000, path


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(420, "dark"), *(pytest.param(w, s, marks=pytest.mark.slow) for w in WIDTHS for s in ("light", "dark") if (w, s) != (420, "dark"))],
)
def test_neither_the_administration_nor_the_menu_of_the_user_has_a_barrier(enter: Enter, plan: str, width: int, scheme: str) -> None:
    page = enter("admin-1", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    for path in ("/", "/?lang=es"):
        page.goto(path)
        no_barrier(page, path)
        page.locator("details.who summary").click()
        no_barrier(page, f"{path} with the menu open")
        menu = page.locator("details.who form").bounding_box()
        assert menu is not None
        assert menu["x"] >= 0
        assert menu["x"] + menu["width"] <= width


def test_the_first_paint_stands_in_the_report(enter: Enter, plan: str) -> None:
    """How long a warm page takes to its first paint, milliseconds: told (`pytest -rP`), not judged, since other work shares the machine."""
    page = enter("dr-1")
    for name, path in (("worklist", "/"), ("plan", f"/plans/{plan}")):
        painted = []
        for _ in range(4):
            page.goto(path)
            while not (paint := page.evaluate("performance.getEntriesByName('first-contentful-paint').map(p => p.startTime)")):
                page.wait_for_timeout(50)
            painted.append(paint[0])
        print(f"first paint of the {name}: {sorted(round(each) for each in painted[1:])} ms")  # noqa: T201 - this is the report
        assert min(painted) > 0


def test_what_changed_since_the_last_plan_fits_a_phone(enter: Enter, plan: str, desk: Desk) -> None:
    later = desk.start(example_record(), EXAMPLE_AS_OF + timedelta(days=28))
    page = enter("dr-1", viewport={"width": 420, "height": 900}, bypass_csp=True)
    page.goto(f"/plans/{later}")
    for details in page.locator("#changes details").all():
        details.evaluate("one => { one.open = true; }")
    assert page.locator("#changes .cause").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(AXE)
    assert (
        page.evaluate("axe.run('#changes', {resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))") == []
    )


def test_nothing_is_asked_for_elsewhere(enter: Enter, served: SimpleNamespace, plan: str) -> None:
    page, asked = enter("dr-1"), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/plans/{plan}")
    ask(page, "what is her potassium?")
    assert asked
    assert [url for url in asked if not url.startswith(served.address)] == []


def test_spanish_is_kept_from_page_to_page(enter: Enter, plan: str) -> None:
    page = enter("dr-1")
    page.click("text=Español")
    assert page.locator("h1").inner_text().startswith("Lista de trabajo")
    page.goto(f"/plans/{plan}")
    assert page.get_attribute("html", "lang") == "es"
    assert page.locator("#medicines-h").inner_text() == "Medicamentos"


def test_what_was_signed_in_the_meantime_counts_once(enter: Enter, plan: str, desk: Desk) -> None:
    page, item = enter("dr-1"), item_of(desk, plan, "stop", "ibuprofen")
    page.goto(f"/plans/{plan}")
    desk.decide(plan, Reviewer("dr-2", "physician"), [Reject(item=item, reason="already-done")], desk.show(plan).plan.digest)
    page.locator(f"#{item} button.approve").click()
    confirm(page)
    assert "decided this item already" in page.locator("[role=alert]").inner_text()
    with pytest.raises(DecisionError):
        desk.release(plan)

"""Institutions: OpenID Connect with PKCE, asking again before signing, and a launch from within a record, against a provider on this machine."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.configuration import Configuration
from agent.faces.identity_settings import Launch, OpenId
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.review import Reviewer

sys.path.insert(0, str(Path(__file__).parent))
from provider import Provider

ROLES = {"cw-physicians": "physician", "cw-viewers": "viewer", "Practitioner": "physician"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


def site(desk: Desk, accounts: Accounts, provider: Provider, **more: Any) -> TestClient:
    """The pages, and a browser in front of them; `more` is of the client at the provider."""
    identity = OpenId(issuer=provider.issuer, client_id="carewright", roles=ROLES, **more)
    launch = Launch(iss=provider.issuer, client_id="carewright", roles=ROLES)
    settings = Configuration(identity=identity, launch=(launch,))
    settings = msgspec.structs.replace(settings, server=msgspec.structs.replace(settings.server, public_url="http://testserver"))
    assert settings.faults() == []
    app = serving(desk, accounts, settings, lambda: EXAMPLE_AS_OF)
    app.write = lambda line: None
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def browser(desk: Desk, accounts: Accounts, provider: Provider, tmp_path: Path) -> TestClient:
    (tmp_path / "home").mkdir(exist_ok=True)
    return site(desk, accounts, provider)


def come_in(browser: TestClient, provider: Provider, address: str = "/oidc/sign-in") -> Any:
    """To the provider and back; the last answer."""
    asked = browser.get(address)
    assert asked.status_code == 303
    back = urlsplit(provider.authorize(asked.headers["location"]))
    return browser.get(f"{back.path}?{back.query}")


def signing_form(browser: TestClient, plan: str, desk: Desk) -> dict[str, str]:
    page = browser.get(f"/plans/{plan}").text
    csrf = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    return {"csrf": csrf, "decision": "approve", "item": "rest", "digest": desk.show(plan).plan.digest}


def test_a_physician_comes_in_and_reads(browser: TestClient, provider: Provider, plan: str) -> None:
    answer = come_in(browser, provider)
    assert (answer.status_code, answer.headers["refresh"]) == (200, "0; url=/")
    assert browser.get(f"/plans/{plan}").status_code == 200
    (asked,) = provider.asked
    assert {n: asked[n] for n in ("response_type", "client_id", "redirect_uri", "scope", "code_challenge_method")} == {
        "response_type": "code", "client_id": "carewright", "redirect_uri": "http://testserver/oidc/callback",
        "scope": "openid profile", "code_challenge_method": "S256",
    }  # fmt: skip


def test_the_door_leads_there(browser: TestClient) -> None:
    assert 'href="/oidc/sign-in"' in browser.get("/sign-in").text


def test_signing_asks_at_the_provider_again_and_then_counts(browser: TestClient, provider: Provider, plan: str, desk: Desk) -> None:
    come_in(browser, provider)
    form = signing_form(browser, plan, desk)
    asked = browser.post(f"/plans/{plan}/decisions", data=form)
    assert f'href="/oidc/confirm?back=/plans/{plan}"' in asked.text
    assert 'type="password"' not in asked.text
    assert desk.show(plan).decisions == ()
    answer = come_in(browser, provider, f"/oidc/confirm?back=/plans/{plan}")
    assert (answer.headers["refresh"], provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == (
        f"0; url=/plans/{plan}",
        "login",
        "0",
    )
    assert browser.post(f"/plans/{plan}/decisions", data=form).status_code == 303
    (by,) = {row.reviewer for row in desk.show(plan).decisions}
    assert by == Reviewer("dr-outside", "physician")


def test_a_provider_that_did_not_ask_again_confirms_nothing(browser: TestClient, provider: Provider, plan: str, desk: Desk) -> None:
    come_in(browser, provider)
    provider.claims["auth_time"] = int(time.time()) - 3600
    assert come_in(browser, provider, "/oidc/confirm").status_code == 403
    browser.post(f"/plans/{plan}/decisions", data=signing_form(browser, plan, desk))
    assert desk.show(plan).decisions == ()


def test_somebody_else_who_is_asked_confirms_nothing(browser: TestClient, provider: Provider, plan: str, desk: Desk) -> None:
    come_in(browser, provider)
    provider.claims["sub"] = "dr-somebody"
    assert come_in(browser, provider, "/oidc/confirm").status_code == 403
    browser.post(f"/plans/{plan}/decisions", data=signing_form(browser, plan, desk))
    assert desk.show(plan).decisions == ()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-program"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "another"},
        {"exp": 1},
        {"aud": ["carewright", "another"], "azp": "another"},
        {"roles": ["staff"]},
        {"roles": None},
        {"sub": "  "},
    ],
)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(browser: TestClient, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    assert come_in(browser, provider).status_code == 403
    assert browser.get("/").status_code == 303


def test_a_token_signed_by_another_key_lets_nobody_in(browser: TestClient, provider: Provider) -> None:
    provider.forged = True
    assert come_in(browser, provider).status_code == 403


def test_a_provider_that_names_itself_otherwise_is_not_asked(browser: TestClient, provider: Provider) -> None:
    provider.issuer_said = "https://elsewhere.example"
    assert browser.get("/oidc/sign-in").status_code == 403


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    browser: TestClient, provider: Provider, desk: Desk, accounts: Accounts
) -> None:
    back = urlsplit(provider.authorize(browser.get("/oidc/sign-in").headers["location"]))
    address = f"{back.path}?{back.query}"
    assert site(desk, accounts, provider).get(address).status_code == 403
    assert TestClient(browser.app, follow_redirects=False).get(address).status_code == 403
    assert browser.get(f"{back.path}?code=x&state=forged").status_code == 403
    assert browser.get(address).status_code == 403  # the login was used up by the forged answer


def test_the_code_without_the_verifier_is_worth_nothing(provider: Provider) -> None:
    wish = "redirect_uri=http://x/cb&state=s&nonce=n&client_id=c&code_challenge=abc&code_challenge_method=S256"
    code = parse_qs(urlsplit(provider.authorize(f"http://x/authorize?{wish}")).query)["code"][0]
    assert provider.token({"code": code, "redirect_uri": "http://x/cb", "client_id": "c", "code_verifier": "guessed"}) is None


def test_a_service_account_never_comes_in_as_a_person(accounts: Accounts) -> None:
    for role in ("service", "system", "clerk"):
        with pytest.raises(DecisionError):
            accounts.admit(Reviewer("robot", role), "/oidc/confirm")
    faults = [*OpenId(issuer="https://id.example", client_id="c", roles={"robots": "service"}).faults()]
    assert faults == ["identity: 'robots' is mapped to 'service', which is no role of a person"]


def test_a_password_confirms_nothing_for_somebody_from_outside(accounts: Accounts) -> None:
    accounts.add("dr-outside", "physician", "correct horse battery")
    key = accounts.admit(Reviewer("dr-outside", "physician"), "/oidc/confirm")
    assert accounts.confirm(key, "correct horse battery") is False
    session = accounts.session(key)
    assert session
    assert not accounts.may_sign(session)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"issuer": "http://id.example", "client_id": "c", "roles": {"a": "physician"}},
            "identity.issuer: 'http://id.example' is not https",
        ),
        ({"issuer": "https://id.example", "roles": {"a": "physician"}}, "identity: client_id is missing"),
        ({"issuer": "https://id.example", "client_id": "c"}, "identity: roles is empty, so that nobody could come in"),
    ],
)
def test_what_does_not_go_together_is_said_at_the_start(given: dict[str, Any], fault: str) -> None:
    assert [*OpenId(**given).faults()] == [fault]


def launched(browser: TestClient, provider: Provider) -> Any:
    provider.record = json.loads(example_record())
    patient = next(e["resource"] for e in provider.record["entry"] if e["resource"]["resourceType"] == "Patient")["id"]
    provider.record = json.loads(
        json.dumps(provider.record).replace(f'"Patient/{patient}"', '"Patient/p"').replace(f'"id": "{patient}"', '"id": "p"')
    )
    provider.claims = {"sub": "s-1", "fhirUser": f"{provider.issuer}/Practitioner/dr-7"}
    provider.gives = {"patient": "p"}
    return come_in(browser, provider, f"/smart/launch?iss={provider.issuer}&launch=xyz")


def test_a_launch_from_the_record_leads_to_the_plan_of_its_patient(browser: TestClient, provider: Provider, desk: Desk) -> None:
    answer = launched(browser, provider)
    (waiting,) = desk.list()
    assert (answer.headers["refresh"], waiting.reference) == (f"0; url=/plans/{waiting.id}", "Patient/p")
    assert {n: provider.asked[0][n] for n in ("aud", "launch", "scope")} == {
        "aud": provider.issuer, "launch": "xyz", "scope": "launch openid fhirUser patient/*.rs",
    }  # fmt: skip
    assert provider.read == ["Bearer the-access-token"]
    assert browser.get(f"/plans/{waiting.id}").status_code == 200
    started = desk.history(waiting.id)[0]
    assert (started.event, started.actor, started.role) == ("started", "Practitioner/dr-7", "physician")


def test_whoever_was_launched_is_asked_by_the_record_system_before_signing(browser: TestClient, provider: Provider, desk: Desk) -> None:
    launched(browser, provider)
    (waiting,) = desk.list()
    form = signing_form(browser, waiting.id, desk)
    assert f'href="/smart/confirm?back=/plans/{waiting.id}"' in browser.post(f"/plans/{waiting.id}/decisions", data=form).text
    come_in(browser, provider, f"/smart/confirm?back=/plans/{waiting.id}")
    assert browser.post(f"/plans/{waiting.id}/decisions", data=form).status_code == 303
    assert {row.reviewer.id for row in desk.show(waiting.id).decisions} == {"Practitioner/dr-7"}


def test_a_record_system_that_is_not_named_is_never_called(browser: TestClient, provider: Provider) -> None:
    assert browser.get("/smart/launch?iss=http://127.0.0.1:1&launch=x").status_code == 403
    assert provider.asked == []


def test_a_launch_without_a_patient_reads_nothing(browser: TestClient, provider: Provider, desk: Desk) -> None:
    provider.claims = {"sub": "s-1", "fhirUser": f"{provider.issuer}/Practitioner/dr-7"}
    assert come_in(browser, provider, f"/smart/launch?iss={provider.issuer}&launch=x").status_code == 403
    assert (provider.read, desk.list()) == ([], ())


def test_a_patient_who_launches_gets_no_role(browser: TestClient, provider: Provider, desk: Desk) -> None:
    provider.claims, provider.gives = {"sub": "s", "fhirUser": f"{provider.issuer}/Patient/p"}, {"patient": "p"}
    assert come_in(browser, provider, f"/smart/launch?iss={provider.issuer}&launch=x").status_code == 403
    assert desk.list() == ()

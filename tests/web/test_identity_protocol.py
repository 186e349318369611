"""The letter of the standards behind the doors: who answers, who asks, over which address, and what a record that cannot be had leads to."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.faces.identity_settings import Launch, OpenId
from agent.faces.web.accounts import Accounts

sys.path.insert(0, str(Path(__file__).parent))
from provider import Provider
from test_identity import ROLES, come_in, launched, site

KEY = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def browser(desk: Desk, accounts: Accounts, provider: Provider) -> TestClient:
    return site(desk, accounts, provider)


def test_the_provider_that_was_asked_may_say_that_it_answers(browser: TestClient, provider: Provider) -> None:
    provider.answers = {"iss": provider.issuer}
    assert come_in(browser, provider).status_code == 200


def test_an_answer_of_another_provider_is_refused_before_its_code_is_used(browser: TestClient, provider: Provider) -> None:
    provider.answers = {"iss": "https://elsewhere.example"}
    assert come_in(browser, provider).status_code == 403
    assert provider.came == []


def test_a_provider_that_promises_to_name_itself_must_do_so(browser: TestClient, provider: Provider) -> None:
    provider.says = {"authorization_response_iss_parameter_supported": True}
    assert come_in(browser, provider).status_code == 403
    provider.answers = {"iss": provider.issuer}
    assert come_in(browser, provider).status_code == 200


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_an_address_that_anybody_on_the_way_could_read_is_not_used(name: str, browser: TestClient, provider: Provider) -> None:
    provider.says = {name: "http://id.example/here"}
    assert browser.get("/oidc/sign-in").status_code == 403


def test_a_provider_that_takes_no_digest_of_the_verifier_is_not_asked(browser: TestClient, provider: Provider) -> None:
    provider.says = {"code_challenge_methods_supported": ["plain"]}
    assert browser.get("/oidc/sign-in").status_code == 403
    provider.says = {"code_challenge_methods_supported": ["plain", "S256"]}
    assert browser.get("/oidc/sign-in").status_code == 303


@pytest.mark.parametrize(("azp", "status"), [("carewright", 200), ("another", 403)])
def test_a_token_says_for_whom_it_was_made_even_where_one_may_use_it(
    azp: str, status: int, browser: TestClient, provider: Provider
) -> None:
    provider.claims["azp"] = azp
    assert come_in(browser, provider).status_code == status


def test_the_verifier_is_long_and_the_secrets_of_two_logins_differ(browser: TestClient, provider: Provider) -> None:
    for _ in range(2):
        come_in(browser, provider)
    assert all(43 <= len(form["code_verifier"]) <= 128 for _, form in provider.came)
    for secret in ("state", "nonce", "code_challenge"):
        assert len({asked[secret] for asked in provider.asked}) == 2


def test_a_public_client_gives_its_name_and_nothing_else(browser: TestClient, provider: Provider) -> None:
    come_in(browser, provider)
    ((header, form),) = provider.came
    assert (header, form["client_id"]) == ("", "carewright")


def test_a_secret_with_any_sign_in_it_is_sent_in_the_header_alone(
    desk: Desk, accounts: Accounts, provider: Provider, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("a:b%c d+é\n", encoding="utf-8")
    assert come_in(site(desk, accounts, provider, client_secret_file=str(file)), provider).status_code == 200
    ((header, form),) = provider.came
    name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    assert (unquote_plus(name), unquote_plus(secret)) == ("carewright", "a:b%c d+é")
    assert "client_id" not in form


def test_a_client_with_a_key_signs_each_time_for_this_address_alone(
    desk: Desk, accounts: Accounts, provider: Provider, tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps({**json.loads(jwt.get_algorithm_by_name("ES384").to_jwk(KEY)), "kid": "k1"}))
    browser = site(desk, accounts, provider, client_key_file=str(file))
    assert [come_in(browser, provider).status_code for _ in range(2)] == [200, 200]
    said = [
        jwt.decode(form["client_assertion"], KEY.public_key(), ["ES384"], audience=f"{provider.issuer}/token") for _, form in provider.came
    ]
    assert {(claims["iss"], claims["sub"]) for claims in said} == {("carewright", "carewright")}
    assert all(0 < claims["exp"] - claims["iat"] <= 300 for claims in said)
    assert len({claims["jti"] for claims in said}) == 2
    assert jwt.get_unverified_header(provider.came[0][1]["client_assertion"])["kid"] == "k1"


def test_a_key_that_is_none_lets_nobody_in(desk: Desk, accounts: Accounts, provider: Provider, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("{}")
    assert come_in(site(desk, accounts, provider, client_key_file=str(file)), provider).status_code == 403


def test_one_client_names_itself_in_one_way(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.write_text("x")
    given: dict[str, Any] = {"client_id": "c", "roles": ROLES, "client_secret_file": str(here), "client_key_file": str(here)}
    fault = "client_secret_file and client_key_file are two ways to say the same; name one"
    assert [*OpenId(issuer="https://id.example", **given).faults()] == [f"identity: {fault}"]
    assert [*Launch(iss="https://ehr.example", **given).faults()] == [f"launch 'https://ehr.example': {fault}"]


def test_a_record_that_cannot_be_had_is_told_and_nobody_comes_in(browser: TestClient, provider: Provider, desk: Desk) -> None:
    provider.claims = {"sub": "s-1", "fhirUser": f"{provider.issuer}/Practitioner/dr-7"}
    provider.gives = {"patient": "gone"}
    answer = come_in(browser, provider, f"/smart/launch?iss={provider.issuer}&launch=x")
    assert (answer.status_code, desk.list()) == (400, ())
    assert "the FHIR server has no such patient" in answer.text
    assert browser.get("/").status_code == 303


def test_a_token_of_another_kind_than_a_bearer_is_not_used(browser: TestClient, provider: Provider) -> None:
    assert launched(browser, provider).status_code == 200
    provider.read.clear()
    provider.gives = {"patient": "p", "token_type": "DPoP"}
    assert come_in(browser, provider, f"/smart/launch?iss={provider.issuer}&launch=x").status_code == 403
    assert provider.read == []

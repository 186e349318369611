"""Record systems that a site names are admitted by their JWT; nobody else, and no JWT twice. Scripts of other origins: none."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from calls import IBUPROFEN, call, draft
from cryptography.hazmat.primitives.asymmetric import ec

from agent.faces.configuration import Issuer

ISS = "https://ehr.example"
KEY, OTHER = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
CALL = call("order-select", draft("d1", IBUPROFEN))
SERVICE = "/carewright-order-select"


@pytest.fixture
def ehr(serve: Any, tmp_path: Path) -> Any:
    keys = tmp_path / "keys.json"
    public = json.loads(jwt.get_algorithm_by_name("ES384").to_jwk(KEY.public_key()))
    keys.write_text(json.dumps({"keys": [{**public, "kid": "k1", "alg": "ES384", "use": "sig"}]}))
    return serve(issuer=(Issuer(iss=ISS, keys=str(keys)),))


def token(ehr: Any, key: Any = KEY, **claims: Any) -> str:
    now = int(time.time())
    said = {"iss": ISS, "aud": f"{ehr.base}/cds-services{SERVICE}", "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()), **claims}
    return jwt.encode({name: value for name, value in said.items() if value is not None}, key, "ES384", headers={"kid": "k1"})


def status(ehr: Any, given: str | None) -> int:
    ehr.headers = {"Authorization": f"Bearer {given}"} if given else {}
    code: int = ehr.post(SERVICE, CALL).status_code
    return code


def test_a_named_record_system_is_answered_and_its_jwt_counts_once(ehr: Any) -> None:
    given = token(ehr)
    assert [status(ehr, given), status(ehr, given)] == [200, 401]


def test_a_jwt_that_one_process_took_another_does_not_take(ehr: Any, serve: Any) -> None:
    audience = "https://carewright.example/cds-services"
    issuer = Issuer(iss=ISS, keys=ehr.desk.settings.hooks.issuer[0].keys, audience=audience)
    one, other = serve(issuer=(issuer,)), serve(issuer=(issuer,))
    given = token(one, aud=audience)
    assert [status(one, given), status(other, given), status(other, token(other, aud=audience))] == [200, 401, 200]


def test_a_refusal_says_which_way_of_calling_is_wanted(ehr: Any) -> None:
    assert ehr.post(SERVICE, CALL).headers["www-authenticate"] == "Bearer"


def test_without_a_jwt_nobody_is_answered(ehr: Any) -> None:
    assert status(ehr, None) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "https://other.example/cds-services"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"jti": None},
        {"exp": None},
    ],
)
def test_a_jwt_that_does_not_hold_is_refused(ehr: Any, claims: dict[str, Any]) -> None:
    assert status(ehr, token(ehr, **claims)) == 401


def test_another_key_and_no_signature_are_refused(ehr: Any) -> None:
    assert status(ehr, token(ehr, OTHER)) == 401
    claims = jwt.decode(token(ehr), options={"verify_signature": False})
    assert status(ehr, jwt.encode(claims, None, "none")) == 401
    assert status(ehr, "not.a.jwt") == 401


def test_discovery_is_open_to_all(ehr: Any) -> None:
    assert httpx.get(f"{ehr.base}/cds-services").status_code == 200


def test_where_no_record_system_is_named_only_this_machine_may_call(serve: Any) -> None:
    ehr = serve()
    assert ehr.post(SERVICE, CALL).status_code == 200
    ehr.headers = {"X-Forwarded-For": "203.0.113.7"}
    assert ehr.post(SERVICE, CALL).status_code == 401

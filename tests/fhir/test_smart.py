"""A token by SMART backend services: a signed JWT for a token, kept until its end, and no secret in any message."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

jwt = pytest.importorskip("jwt")
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

from agent.errors import RecordError  # noqa: E402
from agent.fhir import smart  # noqa: E402
from agent.fhir.server import everything  # noqa: E402

KEY = ec.generate_private_key(ec.SECP384R1())
PATIENT = {"resourceType": "Patient", "id": "p1"}


class Site:
    """An authorization server and the FHIR server behind it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status, self.expires = 200, 300
        self.base = ""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
            claims = jwt.decode(form["client_assertion"], KEY.public_key(), ["ES384"], audience=f"{found.base}/token")
            found.asked.append({**form, **claims, "kid": jwt.get_unverified_header(form["client_assertion"])["kid"]})
            self.answer(found.status, {"access_token": f"token-{len(found.asked)}", "expires_in": found.expires})

        def do_GET(self) -> None:
            known = self.headers.get("Authorization", "").startswith("Bearer token-")
            self.answer(200 if known else 401, {"resourceType": "Bundle", "entry": [{"resource": PATIENT}]})

        def answer(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.base = f"http://127.0.0.1:{http.server_port}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    key = tmp_path / "key.json"
    key.write_text(json.dumps({**json.loads(jwt.get_algorithm_by_name("ES384").to_jwk(KEY)), "kid": "k1"}))
    settings = {"CLIENT": "carewright", "KEY": str(key), "TOKEN_URL": f"{found.base}/token"}
    for name, value in settings.items():
        monkeypatch.setenv(f"CAREWRIGHT_FHIR_{name}", value)
    monkeypatch.delenv("CAREWRIGHT_FHIR_TOKEN", raising=False)
    monkeypatch.setattr(smart, "_kept", {})
    yield found
    http.shutdown()
    http.server_close()


def test_a_record_is_read_with_a_token_that_was_asked_for_once(site: Site) -> None:
    for _ in range(2):
        assert json.loads(everything(f"{site.base}/fhir", "p1"))["entry"] == [{"resource": PATIENT}]
    (asked,) = site.asked
    assert (asked["grant_type"], asked["scope"], asked["iss"], asked["sub"], asked["kid"]) == (
        "client_credentials", "system/*.rs", "carewright", "carewright", "k1",
    )  # fmt: skip
    assert 0 < asked["exp"] - asked["iat"] <= 300


def test_a_token_that_is_about_to_end_is_replaced(site: Site) -> None:
    site.expires = 30
    assert [smart.bearer(), smart.bearer()] == ["token-1", "token-2"]


def test_a_token_that_is_given_comes_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_FHIR_TOKEN", "given")
    assert smart.bearer() == "given"
    assert site.asked == []


def test_a_refusal_is_told_by_its_status_alone(site: Site) -> None:
    site.status = 400
    with pytest.raises(RecordError, match=r"gave no token \(status 400\)$"):
        smart.bearer()


@pytest.mark.parametrize(
    ("name", "value", "said"), [("KEY", "none.json", "CAREWRIGHT_FHIR_KEY"), ("TOKEN_URL", "http://ehr.example/token", "https")]
)
def test_what_is_set_by_halves_is_named(site: Site, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"CAREWRIGHT_FHIR_{name}", value)
    with pytest.raises(RecordError, match=said):
        smart.bearer()


def test_where_nothing_is_set_there_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "CLIENT"):
        monkeypatch.delenv(f"CAREWRIGHT_FHIR_{name}", raising=False)
    assert smart.bearer() == ""

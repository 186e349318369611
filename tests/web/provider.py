"""A small OpenID provider and SMART record system on this machine: it checks what it is sent, and lies when it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Serves until `close`.

    Attributes:
        claims: put into the next ID tokens, over what is right.
        gives: put into the next token answers, over what is right.
        record: the bundle that `Patient/p/$everything` answers.
        forged: sign with a key that is not published.
        says: put into the discovery document, over what is right.
        answers: put into the address that the browser is sent back to.
        came: how the client named itself at the token endpoint, each time: the header, and the fields of the form.
        asked: what came to `/authorize`; read: the headers of what was read.
    """

    def __init__(self) -> None:
        self.claims: Json = {"sub": "dr-outside", "roles": ["staff", "cw-physicians"]}
        self.gives: Json = {}
        self.record: Json = {}
        self.forged = False
        self.says: Json = {}
        self.answers: dict[str, str] = {}
        self.came: list[tuple[str, dict[str, str]]] = []
        self.issuer_said = ""
        self.asked: list[dict[str, str]] = []
        self.read: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, address: str) -> str:
        """What a browser would do there: somebody signs in at once; the address that it is sent back to."""
        wish = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(wish)
        code = f"code-{len(self.asked)}"
        self._codes[code] = wish
        return f"{wish['redirect_uri']}?{urlencode({'code': code, 'state': wish['state'], **self.answers})}"

    def document(self) -> Json:
        return {
            "issuer": self.issuer_said or self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys", **self.says,
        }  # fmt: skip

    def keys(self) -> Json:
        return {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}]}

    def token(self, form: dict[str, str]) -> Json | None:
        """For a code that was given for this very verifier, once; else nothing."""
        wish = self._codes.pop(form.get("code", ""), None)
        if wish is None or form["redirect_uri"] != wish["redirect_uri"] or form.get("client_id", wish["client_id"]) != wish["client_id"]:
            return None
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if proof != wish["code_challenge"] or wish["code_challenge_method"] != "S256":
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": wish["client_id"], "iat": now, "exp": now + 300, "nonce": wish["nonce"]}
        claims |= {"auth_time": now} if wish.get("max_age") == "0" else {"auth_time": now - 7200}
        key = _OTHER_KEY if self.forged else _KEY
        made = jwt.encode({**claims, **self.claims}, key, algorithm="RS256", headers={"kid": "k1"})
        return {"access_token": "the-access-token", "token_type": "Bearer", "id_token": made, **self.gives}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in ("/.well-known/openid-configuration", "/.well-known/smart-configuration"):
                self._answer(provider.document())
            elif path == "/keys":
                self._answer(provider.keys())
            elif path == "/Patient/p/$everything":
                provider.read.append(self.headers.get("Authorization", ""))
                self._answer(provider.record)
            else:
                self._answer({}, 404)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            fields = {name: values[0] for name, values in form.items()}
            provider.came.append((self.headers.get("Authorization", ""), fields))
            given = provider.token(fields)
            self._answer(given or {"error": "invalid_grant"}, 200 if given else 400)

        def _answer(self, content: Json, status: int = 200) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Nothing is written."""

    return Handler

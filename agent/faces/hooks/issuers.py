"""Is it a record system that the site names? Its JWT is signed with a key of its own, lives at most five minutes, and counts once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from agent.faces.configuration import Issuer
from agent.store.held import Held

_ALGORITHMS = ["RS384", "ES384", "RS256", "ES256"]
_LONGEST_S = 300
_SKEW_S = 10
"""So far may the clocks of two machines differ."""


class NotTrustedError(Exception):
    """The caller is not one that the site names. The message tells no more than why."""


@dataclass
class Issuers:
    """The record systems of one site.

    Args:
        known: as the configuration names them.
        held: where it is kept which JWTs were used, for every process over one database.
        clock: seconds since 1970.
    """

    known: tuple[Issuer, ...]
    held: Held
    clock: Callable[[], float] = time.time

    def admit(self, authorization: str | None, url: str) -> str:
        """The issuer of the token in an Authorization header. Raises NotTrustedError, StoreError."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotTrustedError("a call carries a JWT of the record system")
        try:
            head, claimed = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
            issuer = next((i for i in self.known if i.iss == claimed.get("iss")), None)
            if issuer is None:
                raise NotTrustedError("the issuer is not one that this site names")
            claims = jwt.decode(
                token,
                _key(issuer, head.get("kid")),
                algorithms=_ALGORITHMS,
                audience=issuer.audience or url,
                issuer=issuer.iss,
                options={"require": ["exp", "iat", "aud", "iss", "jti"]},
                leeway=_SKEW_S,
            )
        except (jwt.PyJWTError, OverflowError) as error:
            raise NotTrustedError(f"the JWT does not hold: {type(error).__name__}") from None
        self._once(issuer.iss, claims)
        return issuer.iss

    def _once(self, iss: str, claims: dict[str, Any]) -> None:
        if float(claims["exp"]) - float(claims["iat"]) > _LONGEST_S:
            raise NotTrustedError("the JWT lives longer than five minutes")
        if not self.held.first("jwt", f"{iss}\0{claims['jti']}", float(claims["exp"]) + _SKEW_S, self.clock()):
            raise NotTrustedError("the JWT was used before")


def _key(issuer: Issuer, kid: str | None) -> Any:
    keys = jwt.PyJWKSet.from_dict(json.loads(Path(issuer.keys).read_text("utf-8"))).keys
    found = [key for key in keys if key.key_id == kid] if kid else keys[:1]
    if not found:
        raise NotTrustedError("the issuer has no such key")
    return found[0].key

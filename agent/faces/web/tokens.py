"""Tokens of programs: each has a name and a role, and its secret is kept as a digest. A token reads and plans; it never signs, whatever its role."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from agent.errors import DecisionError
from agent.faces.web.private import replace_private
from agent.review import Reviewer
from policies.engine import roles

_PREFIX = "cw_"


class Token(Struct, frozen=True):
    """One program; `digest` is the SHA-256 of its secret, which is random and long."""

    id: str
    role: str
    digest: str


@dataclass(frozen=True)
class Tokens:
    """The tokens that a file names.

    Args:
        file: JSON, readable by its owner alone.
    """

    file: Path

    def add(self, name: str, role: str) -> str:
        """The secret of a new token, told once; an old one of that name is void. Raises DecisionError (`malformed`)."""
        if not name or role not in roles():
            raise DecisionError("malformed", f"a token has a name, and a role of these: {', '.join(roles())}")
        secret = _PREFIX + secrets.token_urlsafe(32)
        self._write([*(t for t in self._all() if t.id != name), Token(name, role, _digest(secret))])
        return secret

    def remove(self, name: str) -> None:
        """Void a token. Raises DecisionError (`unknown`)."""
        kept = [token for token in self._all() if token.id != name]
        if len(kept) == len(self._all()):
            raise DecisionError("unknown", f"there is no token {name!r}")
        self._write(kept)

    def who(self, secret: str) -> Reviewer | None:
        """Whose token it is, in a role that there still is."""
        digest = _digest(secret)
        found = next((t for t in self._all() if secrets.compare_digest(t.digest, digest)), None)
        return Reviewer(found.id, found.role) if found and found.role in roles() else None

    def _all(self) -> list[Token]:
        return msgspec.json.decode(self.file.read_bytes(), type=list[Token]) if self.file.exists() else []

    def _write(self, tokens: list[Token]) -> None:
        replace_private(self.file, msgspec.json.encode(tokens))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""Who may come in: users of one site in one file, each with a role and a scrypt hash of the password, and their sessions."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from agent.errors import DecisionError
from agent.review import Reviewer

_SESSION_SECONDS = 8 * 3600
"""A working day; then one signs in again."""


class Account(Struct, frozen=True):
    """One user; salt and hash are hexadecimal."""

    id: str
    role: str
    salt: str
    hash: str


@dataclass(frozen=True)
class Session:
    """Somebody signed in; `csrf` must come back with every form."""

    who: Reviewer
    csrf: str
    until: float


def hashed(password: str, salt: bytes) -> str:
    """The scrypt hash, hexadecimal."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()


@dataclass
class Accounts:
    """The users that a file names.

    Args:
        file: JSON, readable by its owner alone.
    """

    file: Path
    _sessions: dict[str, Session] = field(default_factory=dict)

    def add(self, name: str, role: str, password: str) -> None:
        """Add a user, or give one a new password and role. Raises DecisionError (`malformed`): a short password, or no role."""
        if not name or not role:
            raise DecisionError("malformed", "a user has a name and a role")
        if len(password) < 12:
            raise DecisionError("malformed", "a password has at least 12 characters")
        salt = secrets.token_bytes(16)
        users = {**self._users(), name: Account(name, role, salt.hex(), hashed(password, salt))}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_name(f".{self.file.name}.part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(msgspec.json.encode(list(users.values())))
        os.replace(draft, self.file)

    def sign_in(self, name: str, password: str) -> str | None:
        """A session's secret; `None` where name or password is wrong. An unknown name takes as long as a wrong password."""
        account = self._users().get(name) or Account(name, "", "00", "")
        right = secrets.compare_digest(hashed(password, bytes.fromhex(account.salt)), account.hash)
        if not right:
            return None
        key = secrets.token_urlsafe(32)
        self._sessions[key] = Session(Reviewer(account.id, account.role), secrets.token_urlsafe(32), time.monotonic() + _SESSION_SECONDS)
        return key

    def session(self, key: str | None) -> Session | None:
        """Who is signed in under this secret, if it still counts."""
        found = self._sessions.get(key or "")
        if found and found.until < time.monotonic():
            self.sign_out(key)
            return None
        return found

    def sign_out(self, key: str | None) -> None:
        """End a session."""
        self._sessions.pop(key or "", None)

    def _users(self) -> dict[str, Account]:
        if not self.file.exists():
            return {}
        return {a.id: a for a in msgspec.json.decode(self.file.read_bytes(), type=list[Account])}

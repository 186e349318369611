"""Who may come in: users of one site in one file, each with a role and a scrypt hash of the password; and who is signed in.

Sessions stand in the database of the plans (`agent.store.held`): they outlive a restart, and every process over it knows them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from agent.errors import DecisionError
from agent.faces.web.attempts import Attempts
from agent.faces.web.private import replace_private
from agent.review import Reviewer
from agent.store.held import Held
from agent.store.opening import open_database
from policies.engine import roles

_SESSION_S = 8 * 3600
"""A working day; then one signs in again."""
_IDLE_S = 30 * 60
"""Without a request for so long, one signs in again."""
_SIGNING_S = 10 * 60
"""So long a confirmed password counts for signing."""
_SEEN_S = 30
"""So exactly is it known when somebody was last here: a request is no reason to write."""
_SHORTEST = 12


class TooManyAttemptsError(Exception):
    """The name has to wait; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Account(Struct, frozen=True):
    """One user; salt and hash are hexadecimal."""

    id: str
    role: str
    salt: str
    hash: str


@dataclass(frozen=True)
class Session:
    """Somebody signed in.

    Attributes:
        csrf: must come back with every form.
        until: when the session ends; seen: when it was last used; signing_until: until when its password counts for signing.
        outside: where an identity provider that admitted somebody asks again before signing; empty for a user of this site.
        system: the record system that launched; empty where none did.
    """

    who: Reviewer
    csrf: str
    until: float
    seen: float
    signing_until: float = 0.0
    outside: str = ""
    system: str = ""


class _Kept(Struct, frozen=True):
    """A session as it is held; the secret of its forms follows from that of its cookie, and is not."""

    id: str
    role: str
    until: float
    seen: float
    signing_until: float = 0.0
    outside: str = ""
    system: str = ""


def hashed(password: str, salt: bytes) -> str:
    """The scrypt hash, hexadecimal."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()


@dataclass
class Accounts:
    """The users that a file names.

    Args:
        file: JSON, readable by its owner alone.
        clock: seconds since 1970.
    """

    file: Path
    clock: Callable[[], float] = time.time
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._attempts = Attempts(self.clock)

    @cached_property
    def held(self) -> Held:
        """Where sessions are. Raises StoreError."""
        return Held(open_database(self.file.parent))

    def add(self, name: str, role: str, password: str) -> None:
        """Add a user, or give one a new password and role, with which they sign in anew. Raises DecisionError (`malformed`): a short password, or no such role."""
        if not name:
            raise DecisionError("malformed", "a user has a name")
        if role not in roles():
            raise DecisionError("malformed", f"{role!r} is no role; one of these is: {', '.join(roles())}")
        if len(password) < _SHORTEST:
            raise DecisionError("malformed", f"a password has at least {_SHORTEST} characters")
        salt, users = secrets.token_bytes(16), self._users()
        self._write({**users, name: Account(name, role, salt.hex(), hashed(password, salt))})
        if name in users:
            self.sign_out_everywhere(name)

    def remove(self, name: str) -> None:
        """Take a user out; whoever is signed in under this name is out at once. Raises DecisionError (`unknown`)."""
        users = self._users()
        if name not in users:
            raise DecisionError("unknown", f"there is no user {name!r}")
        self._write({key: account for key, account in users.items() if key != name})
        self.sign_out_everywhere(name)

    def sign_in(self, name: str, password: str) -> str | None:
        """A session's secret; `None` where name or password is wrong. An unknown name takes as long as a wrong password.

        Raises:
            TooManyAttemptsError: too many wrong passwords before this one.
        """
        account = self._proved(name, password)
        return self._opened(Reviewer(account.id, account.role)) if account else None

    def admit(self, who: Reviewer, confirm_at: str, system: str = "") -> str:
        """A session's secret for somebody whom an identity provider vouches for.

        Args:
            confirm_at: our own address under which the provider asks again before something is signed.
            system: the record system that launched.

        Raises:
            DecisionError: nobody comes in in this role (`unauthorised`).
        """
        if who.role not in roles() or who.role == "service":
            raise DecisionError("unauthorised", f"nobody comes in as {who.role!r}")
        return self._opened(who, confirm_at, system)

    def confirmed(self, key: str) -> None:
        """The identity provider has just asked again; it counts for signing for some minutes."""
        until = self.clock() + _SIGNING_S
        self.held.change("session", key, _Kept, lambda kept: structs.replace(kept, signing_until=until))

    def session(self, key: str | None) -> Session | None:
        """Who is signed in under this secret, if the session has not ended and the user is still there in the same role."""
        found = self.held.get("session", key, _Kept) if key else None
        if key is None or found is None:
            return None
        if self._ended(found) or not (found.outside or self._still_there(found)):
            self.sign_out(key)
            return None
        now = self.clock()
        if now - found.seen >= _SEEN_S:
            self.held.change("session", key, _Kept, lambda kept: structs.replace(kept, seen=now))
        csrf = hmac.new(key.encode(), b"form", hashlib.sha256).hexdigest()
        return Session(Reviewer(found.id, found.role), csrf, found.until, now, found.signing_until, found.outside, found.system)

    def confirm(self, key: str, password: str) -> bool:
        """Whether this is the password of whoever is signed in; then it counts for signing for some minutes.

        Raises:
            TooManyAttemptsError: too many wrong passwords before this one.
        """
        found = self.session(key)
        if found is None or found.outside or self._proved(found.who.id, password) is None:
            return False
        self.confirmed(key)
        return True

    def may_sign(self, session: Session) -> bool:
        """Whether the password had been confirmed lately when this session was looked up."""
        return self.clock() < session.signing_until

    def sign_out(self, key: str | None) -> None:
        """End a session."""
        if key:
            self.held.take("session", key, _Kept)

    def sign_out_everywhere(self, name: str) -> int:
        """End every session of somebody, on every machine. Returns how many there were."""
        return self.held.drop_all_of("session", name)

    def _proved(self, name: str, password: str) -> Account | None:
        wait = self._attempts.wait(name)
        if wait:
            raise TooManyAttemptsError(wait)
        account = self._users().get(name) or Account(name, "", "00", "")
        if not secrets.compare_digest(hashed(password, bytes.fromhex(account.salt)), account.hash):
            self._attempts.failed(name)
            return None
        self._attempts.passed(name)
        return account

    def _opened(self, who: Reviewer, outside: str = "", system: str = "") -> str:
        key, now = secrets.token_urlsafe(32), self.clock()
        kept = _Kept(who.id, who.role, now + _SESSION_S, now, outside=outside, system=system)
        self.held.put("session", key, who.id, kept.until, kept, now)
        return key

    def _still_there(self, kept: _Kept) -> bool:
        account = self._users().get(kept.id)
        return account is not None and account.role == kept.role

    def _ended(self, kept: _Kept) -> bool:
        now = self.clock()
        return now > kept.until or now > kept.seen + _IDLE_S

    def _write(self, users: dict[str, Account]) -> None:
        replace_private(self.file, msgspec.json.encode(list(users.values())))

    def _users(self) -> dict[str, Account]:
        if not self.file.exists():
            return {}
        return {a.id: a for a in msgspec.json.decode(self.file.read_bytes(), type=list[Account])}

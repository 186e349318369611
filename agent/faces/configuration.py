"""What a site sets, in one TOML file: `CAREWRIGHT_CONFIG`, else `carewright.toml` in the state folder, else what is written here.

Nothing secret stands in it: passwords and tokens are kept as hashes in the state folder, keys of record systems in files that it names.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from agent.addresses import is_loopback
from agent.drafting.settings import Model
from agent.errors import StoreError
from agent.faces.identity_settings import Launch, OpenId
from agent.store.place import state_folder

SETTING = "CAREWRIGHT_CONFIG"
FILE = "carewright.toml"


class Server(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where it listens. `public_url` is how a browser reaches it; `stop_seconds` is how long requests may end after a stop signal."""

    host: str = "127.0.0.1"
    port: int = 8765
    public_url: str = ""
    stop_seconds: int = 10


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one request, and one client in a minute, may ask for; `at_once` requests are worked on, the others wait their turn."""

    form_bytes: int = 64 * 1024
    body_bytes: int = 50 * 1024 * 1024
    hook_bytes: int = 5 * 1024 * 1024
    bundle_entries: int = 100_000
    requests_per_minute: int = 1200
    plans_per_minute: int = 120
    at_once: int = 8


class Issuer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record system that may call the hooks: its `iss`, its public keys (a JWK set in a file), and who it says that it calls."""

    iss: str
    keys: str
    audience: str = ""


class Hooks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CDS Hooks.

    Attributes:
        fhir_servers: base URLs that missing data may be fetched back from; no other server is ever called.
        fetch_seconds: for all that one request fetches; fetch_bytes: in all.
        repeat_after_minutes: so long the same alert is not shown again to the same person about the same patient.
        origins: web origins that may call from a browser; none, so that there is no CORS.
        issuer: record systems; where there is none, only this machine may call.
    """

    enabled: bool = True
    fhir_servers: tuple[str, ...] = ()
    fetch_seconds: float = 3.0
    fetch_bytes: int = 10 * 1024 * 1024
    repeat_after_minutes: int = 480
    origins: tuple[str, ...] = ()
    issuer: tuple[Issuer, ...] = ()


class Logs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line a request on standard error, without a word of the record; `spans` names routes to OpenTelemetry, where it is installed."""

    format: Literal["json", "none"] = "json"
    spans: bool = False


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    server: Server = Server()
    limits: Limits = Limits()
    hooks: Hooks = Hooks()
    logs: Logs = Logs()
    identity: OpenId = OpenId()
    launch: tuple[Launch, ...] = ()
    model: Model = Model()

    def faults(self) -> list[str]:
        """What is wrong beyond types, a sentence each."""
        return [
            *_server_faults(self.server),
            *_limit_faults(self.limits),
            *_hook_faults(self.hooks, self.server),
            *self.model.faults(),
            *self._identity_faults(),
        ]

    def _identity_faults(self) -> Iterator[str]:
        yield from self.identity.faults()
        for system in self.launch:
            yield from system.faults()


def path(home: str | Path | None = None) -> Path:
    """Where the file is, or would be."""
    given = os.environ.get(SETTING)
    return Path(given) if given else state_folder(home) / FILE


def load(home: str | Path | None = None) -> Configuration:
    """The configuration in force; without a file, what this module says.

    Raises:
        StoreError: the file is malformed, or what it says does not go together.
    """
    file = path(home)
    if not file.exists() and SETTING not in os.environ:
        return Configuration()
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Configuration)
    except OSError as error:
        raise StoreError("missing", f"the configuration {file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise StoreError("malformed", f"the configuration {file}: {error}") from None
    if faults := found.faults():
        raise StoreError("malformed", f"the configuration {file}: {'; '.join(faults)}")
    return found


def _server_faults(server: Server) -> Iterator[str]:
    if not 0 <= server.port <= 65535:
        yield f"server.port {server.port} is no port"
    if server.public_url and urlsplit(server.public_url).scheme not in ("http", "https"):
        yield "server.public_url is no http(s) address"
    if not is_loopback(server.host) and not server.public_url.startswith("https://"):
        yield f'server.host {server.host!r} is reached from elsewhere: put TLS before it, and say server.public_url = "https://…"'


def _limit_faults(limits: Limits) -> Iterator[str]:
    for name, value in msgspec.structs.asdict(limits).items():
        if value <= 0:
            yield f"limits.{name} is {value}; a limit is above 0"


def _hook_faults(hooks: Hooks, server: Server) -> Iterator[str]:
    for base in hooks.fhir_servers:
        parts = urlsplit(base)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            yield f"hooks.fhir_servers: {base!r} is not https"
    for origin in hooks.origins:
        if urlsplit(origin).scheme not in ("http", "https") or "*" in origin or urlsplit(origin).path:
            yield f"hooks.origins: {origin!r} is no web origin such as https://ehr.example"
    for issuer in hooks.issuer:
        if not Path(issuer.keys).is_file():
            yield f"hooks.issuer {issuer.iss!r}: there is no file {issuer.keys!r}"
    if hooks.enabled and not hooks.issuer and not is_loopback(server.host):
        yield "hooks.issuer is empty and server.host is reached from elsewhere: name the record systems, or set hooks.enabled = false"

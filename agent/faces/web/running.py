"""Listening: what `carewright serve` does until it is told to stop."""

from __future__ import annotations

import msgspec
import uvicorn

from agent.desk import Desk
from agent.errors import StoreError
from agent.faces.cli_common import note
from agent.faces.configuration import Configuration, load
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.faces.web.memory import settle
from agent.planning import make_plan

_KEEP_ALIVE_S = 75
"""Longer than proxies keep a quiet connection, so that it is never closed under a request."""


def run(accounts: Accounts, host: str | None = None, port: int | None = None) -> None:
    """Serve until a stop signal; requests that are under way then may end within `server.stop_seconds`.

    Raises:
        StoreError: the configuration, or the state folder, cannot be used.
    """
    settings = configured(host, port)
    desk = Desk(accounts.file.parent)
    desk.recover()
    make_plan(example_record(), EXAMPLE_AS_OF)  # the knowledge is read before the first request, not during it
    settle()
    note(f"Listening on http://{settings.server.host}:{settings.server.port}")
    uvicorn.run(
        serving(desk, accounts, settings),
        host=settings.server.host,
        port=settings.server.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.server.stop_seconds,
    )


def configured(host: str | None, port: int | None) -> Configuration:
    """The configuration with what the command line says instead. Raises StoreError: that does not go together."""
    settings = load()
    said = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = msgspec.structs.replace(settings, server=msgspec.structs.replace(settings.server, **said))
    if faults := settings.faults():
        raise StoreError("malformed", "; ".join(faults))
    return settings

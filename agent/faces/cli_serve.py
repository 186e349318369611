"""`carewright serve`: the web pages on this machine, and who may come in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agent.errors import StoreError
from agent.faces.cli_common import note


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8765,
    add_user: Annotated[str | None, typer.Option("--add-user", metavar="ID", help="add a user; the password from standard input")] = None,
    role: Annotated[str, typer.Option(help="with --add-user: such as physician or pharmacist")] = "physician",
) -> None:
    """Serve the worklist and the plan pages; needs the extra `web`."""
    from agent.faces.web.accounts import Accounts
    from agent.store.place import state_folder

    accounts = Accounts(state_folder(None) / "users.json")
    if add_user is not None:
        accounts.add(add_user, role, sys.stdin.readline().rstrip("\n"))
        note(f"{add_user} may come in as {role}")
        return
    try:
        import uvicorn

        from agent.faces.web.app import application
    except ImportError as error:
        raise StoreError("missing", f"{error.name} is not installed: pip install 'carewright[web]'") from None
    from agent.desk import Desk

    uvicorn.run(application(Desk(), accounts), host=host, port=port, log_level="warning", server_header=False)

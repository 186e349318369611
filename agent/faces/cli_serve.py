"""`carewright serve`: the web pages on this machine, and who may come in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agent.errors import StoreError
from agent.faces.cli_common import note


def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on, instead of the configuration's")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on, instead of the configuration's")] = None,
    add_user: Annotated[str | None, typer.Option("--add-user", metavar="ID", help="add a user; the password from standard input")] = None,
    remove_user: Annotated[str | None, typer.Option("--remove-user", metavar="ID", help="take a user out, at once")] = None,
    sign_out: Annotated[str | None, typer.Option("--sign-out", metavar="ID", help="end every session of somebody, at once")] = None,
    role: Annotated[str, typer.Option(help="with --add-user: one that policies/access.toml names")] = "physician",
) -> None:
    """Serve the pages, REST and CDS Hooks; needs the extra `web`."""
    from agent.faces.web.accounts import Accounts
    from agent.store.place import state_folder

    accounts = Accounts(state_folder(None) / "users.json")
    if add_user is not None:
        accounts.add(add_user, role, sys.stdin.readline().rstrip("\n"))
        note(f"{add_user} may come in as {role}")
        return
    if remove_user is not None:
        accounts.remove(remove_user)
        note(f"{remove_user} may no longer come in")
        return
    if sign_out is not None:
        note(f"{sign_out}: sessions ended: {accounts.sign_out_everywhere(sign_out)}")
        return
    try:
        from agent.faces.web.running import run
    except ImportError as error:
        raise StoreError("missing", f"{error.name} is not installed: pip install 'carewright[web]'") from None
    run(accounts, host, port)

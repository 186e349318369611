"""`carewright conformance`: this installation, or one that runs somewhere, against its own promises."""

from __future__ import annotations

import os
from typing import Annotated
from urllib.parse import urlsplit

import typer

from agent.faces import exit_codes
from agent.faces.cli_common import note

_TOKEN = "CAREWRIGHT_TOKEN"  # noqa: S105 - the name of a variable


def conformance(
    url: Annotated[str | None, typer.Option(help="probe the installation that runs there, instead of the program here")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="with --url: put the invented patient on its worklist, to try the gate")] = False,
) -> None:
    """Probe this installation against its own promises, and print what does not hold. With --url, CAREWRIGHT_TOKEN may hold a token."""
    failures = _here() if url is None else _there(url, plan=plan)
    for failure in failures:
        typer.echo(failure)
    if failures:
        raise typer.Exit(exit_codes.NON_CONFORMING)
    note("Every promise that was probed holds.")


def _here() -> list[str]:
    from agent.faces.conformance import probe

    return probe(note)


def _there(url: str, *, plan: bool) -> list[str]:
    from agent.faces.probing import Installation, probe_running

    token = os.environ.get(_TOKEN, "")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise typer.BadParameter(f"{url!r} is no http(s) address")
    if plan and not token:
        raise typer.BadParameter(f"--plan needs a token in {_TOKEN}")
    if not token:
        note(f"Without a token in {_TOKEN} the gate, the digest and the audit are not probed.")
    return probe_running(Installation(url.rstrip("/"), token, plan), note)

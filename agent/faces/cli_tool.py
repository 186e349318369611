"""`carewright tool …`: one tool, JSON in, JSON out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from agent.faces import exit_codes
from agent.faces.cli_common import AsOf, note, put, today


def tool(
    name: Annotated[str, typer.Argument(metavar="list|NAME", help="list, or the name of a tool; alone, it shows what the tool takes")],
    call: Annotated[str | None, typer.Option("--json", help="the call, as one JSON object; - reads it from standard input")] = None,
    lines: Annotated[str | None, typer.Option("--lines", help="a file with one call a line, or -; one answer a line")] = None,
    as_of: AsOf = None,
) -> None:
    """Ask one tool: JSON in, JSON out. Every answer is found, nothing_found or not_checked."""
    from agent.faces import tool_registry

    if name == "list":
        for each in tool_registry.TOOLS:
            typer.echo(f"{each.name}\t{each.summary}")
        return
    if name not in tool_registry.NAMES:
        note(f"carewright: no tool is called {name!r}; there are {', '.join(tool_registry.NAMES)}")
        raise typer.Exit(exit_codes.UNKNOWN_NAME)
    if call is not None and lines is not None:
        raise typer.BadParameter("give --json or --lines, not both")
    if lines is not None:
        _many(name, lines, as_of or today())
    elif call is not None:
        _one(name, call, as_of or today())
    else:
        typer.echo(tool_registry.describe(name))


def _one(name: str, call: str, as_of: date) -> None:
    from agent.faces import tool_registry

    try:
        answer = tool_registry.answer(name, sys.stdin.buffer.read() if call == "-" else call.encode(), as_of)
    except tool_registry.CallError as error:
        note(f"carewright: {error}")
        raise typer.Exit(exit_codes.USAGE) from None
    put(answer + b"\n")


def _many(name: str, source: str, as_of: date) -> None:
    from agent.faces import tool_registry

    faults = 0
    for number, line in enumerate(_calls(source), 1):
        try:
            answer = tool_registry.answer(name, line, as_of)
        except tool_registry.CallError as error:
            faults += 1
            answer = msgspec.json.encode(tool_registry.refused(name, f"line {number}: {error}"))
        put(answer + b"\n")
    if faults:
        note(f"{faults} lines could not be read; each has an answer that says why.")
        raise typer.Exit(exit_codes.SET_ASIDE)


def _calls(source: str) -> Iterator[bytes]:
    if source == "-":
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    try:
        with Path(source).open("rb") as file:
            yield from (line for line in file if line.strip())
    except OSError as error:
        note(f"carewright: {source!r} cannot be read: {error.strerror}")
        raise typer.Exit(exit_codes.UNREADABLE) from None

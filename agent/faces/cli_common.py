"""What the commands share: the clock, the two streams, and how a date is written."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.faces import exit_codes


def parse_date(text: str) -> date:
    """A date written `2026-11-23`. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date like 2026-11-23") from None


AsOf = Annotated[
    date | None, typer.Option("--as-of", parser=parse_date, metavar="DATE", help="the date every judgement uses; without it, today")
]

Language = Annotated[Literal["en", "es"], typer.Option(help="of the page for the patient")]


def today() -> date:
    """The one clock of the project; every judgement behind it takes the date as an argument."""
    return date.today()  # noqa: DTZ011 - the reader's own calendar day is what is meant


def note(text: str) -> None:
    """Say something to the person, beside the output."""
    typer.echo(text, err=True)


def put(data: bytes) -> None:
    """UTF-8 to standard output, whatever the locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def emit(text: str, out: Path | None = None) -> None:
    """Write the result: to a file that appears whole or not at all, or to standard output."""
    if out is None:
        put((text if text.endswith("\n") else text + "\n").encode())
        return
    draft = out.with_name(f".{out.name}.part")
    try:
        draft.write_text(text, "utf-8")
        os.replace(draft, out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        note(f"carewright: {str(out)!r} cannot be written: {error.strerror}")
        raise typer.Exit(exit_codes.NOT_WRITTEN) from None
    note(f"written to {out}")

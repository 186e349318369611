"""`carewright token …`: tokens of programs that call REST. `carewright statistics`: what became of each rule's alerts."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from agent.faces.cli_common import note

app = typer.Typer(help="Tokens of programs that call the REST interface; a token never signs.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="of the program")],
    role: Annotated[str, typer.Option(help="one that policies/access.toml names")] = "viewer",
) -> None:
    """Make a token; its secret is printed once, and kept as a digest."""
    from agent.faces.web.tokens import Tokens
    from agent.store.place import state_folder

    typer.echo(Tokens(state_folder(None) / "tokens.json").add(name, role))
    note(f"{name} may call as {role}; this secret is not shown again")


@app.command()
def remove(name: Annotated[str, typer.Argument(help="of the program")]) -> None:
    """Void a token, at once."""
    from agent.faces.web.tokens import Tokens
    from agent.store.place import state_folder

    Tokens(state_folder(None) / "tokens.json").remove(name)
    note(f"{name} may no longer call")


def statistics(form: Annotated[Literal["text", "json"], typer.Option("--format")] = "text") -> None:
    """How often each rule's alerts were shown in record systems, accepted and overridden, and with which reasons."""
    import msgspec

    from agent.store.feedback import FeedbackBook
    from agent.store.opening import open_database

    counts = FeedbackBook(open_database()).counts()
    if form == "json":
        typer.echo(msgspec.json.encode(counts).decode())
        return
    typer.echo("rule\tshown\taccepted\toverridden\tof those answered\treasons")
    for c in counts:
        reasons = ", ".join(f"{code} {n}" for code, n in sorted(c.reasons.items(), key=lambda pair: -pair[1]))
        rate = "" if c.override_rate is None else f"{c.override_rate:.0%}"
        typer.echo(f"{c.rule}\t{c.shown}\t{c.accepted}\t{c.overridden}\t{rate}\t{reasons}")

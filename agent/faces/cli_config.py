"""`carewright config …`: what is set, and whether it goes together."""

from __future__ import annotations

import typer

from agent.faces.cli_common import note

app = typer.Typer(help="The configuration of `carewright serve`: one TOML file.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Read the configuration as `serve` would, and say what is wrong with it."""
    from agent.faces import configuration

    found = configuration.load()
    if found.model.url:
        from agent.faces.model_probe import place

        note(place())
    file = configuration.path()
    note(f"{file} is sound." if file.exists() else f"There is no {file}; everything is as `carewright config show` says.")


@app.command()
def model() -> None:
    """Greet the configured model, without a word of any patient: may it be asked, does it answer, in which form, how fast."""
    from agent.faces.model_probe import greeted

    for line in greeted():
        note(line)


@app.command()
def sent() -> None:
    """Everything that left for a model, one JSON line a call: when, where to, which model, the digest. Never a word of it."""
    import msgspec

    from agent.privacy.sent import FILE
    from agent.privacy.sent import sent as lines
    from agent.store.place import state_folder

    for line in lines(state_folder() / FILE):
        typer.echo(msgspec.json.encode(line))


@app.command()
def show() -> None:
    """Print every setting in force, as JSON."""
    import msgspec

    from agent.faces import configuration

    typer.echo(msgspec.json.format(msgspec.json.encode(configuration.load()), indent=2).decode())

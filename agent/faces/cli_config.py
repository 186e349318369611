"""`carewright config …`: what is set, and whether it goes together."""

from __future__ import annotations

import typer

from agent.faces.cli_common import note

app = typer.Typer(help="The configuration of `carewright serve`: one TOML file.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Read the configuration as `serve` would, and say what is wrong with it."""
    from agent.faces import configuration

    configuration.load()
    file = configuration.path()
    note(f"{file} is sound." if file.exists() else f"There is no {file}; everything is as `carewright config show` says.")


@app.command()
def show() -> None:
    """Print every setting in force, as JSON."""
    import msgspec

    from agent.faces import configuration

    typer.echo(msgspec.json.format(msgspec.json.encode(configuration.load()), indent=2).decode())

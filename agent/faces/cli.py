"""The command line: `carewright …`, also `python -m agent …`.

JSON goes to standard output alone; whatever is for a person beside it goes to standard error. Everything heavy is imported
inside the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.errors import PlannerError, place_of
from agent.faces import (
    cli_config,
    cli_conformance,
    cli_knowledge,
    cli_learning,
    cli_mcp,
    cli_review,
    cli_serve,
    cli_token,
    cli_tool,
    exit_codes,
)
from agent.faces.cli_common import AsOf, Language, emit, note, today
from tools.clinical import collector

if TYPE_CHECKING:
    from agent.faces.planning_face import Wish

app = typer.Typer(
    help="Reads a patient's FHIR R4 record and drafts a treatment plan that a care team can check and sign.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_review.app, name="review")
cli_review.app.command("export-learning")(cli_learning.export_learning)
app.command()(cli_tool.tool)
app.command()(cli_serve.serve)
app.command()(cli_mcp.mcp)
app.command()(cli_conformance.conformance)
app.add_typer(cli_knowledge.app, name="knowledge")
app.add_typer(cli_config.app, name="config")
app.add_typer(cli_token.app, name="token")
app.command()(cli_token.statistics)

Format = Literal["text", "json", "fhir", "html", "patient", "patient-html"]


@app.command()
def plan(
    bundle: Annotated[str | None, typer.Argument(help="FHIR R4 bundle, a file or folder of bulk NDJSON, or - for standard input")] = None,
    example: Annotated[bool, typer.Option("--example", help="plan for the patient shipped with the project")] = False,
    as_of: AsOf = None,
    request: Annotated[str | None, typer.Option(help="what the plan is wanted for, in a sentence")] = None,
    drafter: Annotated[Literal["rules", "model"], typer.Option(help="who writes the draft")] = "rules",
    patient: Annotated[str | None, typer.Option(help="which patient, where the input holds several")] = None,
    fhir_server: Annotated[str | None, typer.Option("--fhir-server", help="base URL to read the patient from")] = None,
    form: Annotated[Format, typer.Option("--format", help="how it is shown")] = "text",
    language: Language = "en",
    out: Annotated[Path | None, typer.Option(help="write to this file instead of standard output")] = None,
    review: Annotated[bool, typer.Option("--review", help="also keep it on the worklist, to be reviewed")] = False,
    everything: Annotated[bool, typer.Option("--all", help="text: also what is folded away by default")] = False,
    show_prompt: Annotated[bool, typer.Option("--show-prompt", help="print what a model would be sent, word for word; nothing is")] = False,
    previous: Annotated[
        Path | None, typer.Option(help="an earlier plan in JSON: say what was done of it, and what changed and why")
    ] = None,
) -> None:
    """Draft a plan for one patient: read, assess, draft, check."""
    if sum((bundle is not None, example, fhir_server is not None)) != 1:
        raise typer.BadParameter("give exactly one of BUNDLE, --example or --fhir-server (with --patient)")
    if fhir_server is not None and patient is None:
        raise typer.BadParameter("--fhir-server needs --patient ID")
    from agent.faces import planning_face

    data = planning_face.read(bundle, example=example, fhir_server=fhir_server, patient=patient)
    wish = planning_face.Wish(as_of or (planning_face.EXAMPLE_AS_OF if example else today()), request, drafter, patient)
    if show_prompt:
        _prompt(data, wish, out)
        return
    made = planning_face.keep(data, wish) if review else planning_face.make(data, wish, _told(drafter))
    if review:
        note(f"{made.plan_id} waits for review: carewright review show {made.plan_id}")
    shown = planning_face.show(made, form, out=out, everything=everything, language=language)
    emit(planning_face.since(previous, made, data, form, shown, out) if previous else shown, out)
    if aside := len(made.input.set_aside):
        note(f"{aside} entries of the input were set aside; the plan lists them.")
        raise typer.Exit(exit_codes.SET_ASIDE)


def _told(drafter: str) -> Callable[[str], None] | None:
    """What says how far a model is; the rules are done before anybody could read it."""
    from agent.faces.cli_chat import told

    return told if drafter == "model" else None


def _prompt(data: bytes, wish: Wish, out: Path | None) -> None:
    from agent.faces.prompt_face import prompt_shown

    text, about = prompt_shown(data, wish)
    note(about)
    emit(text, out)


@app.command()
def chat(
    bundle: Annotated[str | None, typer.Argument(help="FHIR R4 bundle, or a file or folder of bulk NDJSON")] = None,
    example: Annotated[bool, typer.Option("--example", help="about the patient shipped with the project")] = False,
    as_of: AsOf = None,
    patient: Annotated[str | None, typer.Option(help="which patient, where the input holds several")] = None,
    drafter: Annotated[Literal["rules", "model"], typer.Option(help="who writes the draft")] = "rules",
    reviewer: Annotated[
        str | None, typer.Option(envvar="CAREWRIGHT_REVIEWER", help="who decides, to approve, edit and reject here")
    ] = None,
    role: Annotated[str | None, typer.Option(envvar="CAREWRIGHT_ROLE", help="in which role")] = None,
    language: Annotated[Literal["en", "es"], typer.Option(help="of the answers; both are understood")] = "en",
) -> None:
    """Talk about one patient's plan in the terminal."""
    if (bundle is None) is not example:
        raise typer.BadParameter("give BUNDLE or --example")
    from agent.chat.session import Session
    from agent.faces import planning_face
    from agent.faces.cli_chat import converse, interpreter

    data = planning_face.read(bundle, example=example, patient=patient)
    session = Session(data, as_of or (planning_face.EXAMPLE_AS_OF if example else today()), patient, drafter=drafter)
    if reviewer and role:
        from agent.chat.deciding import LateSigner
        from agent.review import Reviewer

        session.signer = LateSigner(session, Reviewer(reviewer, role))
    session.interpreter = interpreter()
    converse(session, language=language)


@app.command()
def schemas(folder: Annotated[Path, typer.Argument(help="where the schemas lie")] = Path("schemas")) -> None:
    """Write the published JSON Schemas anew from the types, and name those that changed."""
    from agent.faces.schemas import write

    for name in write(folder):
        typer.echo(name)


# Commands of a higher room; named here, since this room may not import it.
_HIGHER = {
    "simulate": "faces",
    "generate": "faces",
    "course": "faces",
    "scarcity": "faces",
    "compare": "comparison_face",
    "evaluate": "evaluation",
    "release_report": "release_face",
}
for _name, _module in _HIGHER.items():
    app.command(_name.replace("_", "-"))(getattr(import_module(f"scenarios.{_module}"), _name))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process with one of `agent.faces.exit_codes`."""
    collector.seldom()
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="carewright")
    except PlannerError as error:
        note(f"carewright: {error}")
        sys.exit(exit_codes.exit_code(error))
    except Exception as error:
        if os.environ.get("CAREWRIGHT_DEBUG"):
            raise
        note(f"carewright: a fault of this program ({place_of(error)}); nothing was done. CAREWRIGHT_DEBUG=1 shows the whole of it.")
        sys.exit(exit_codes.FAULT)

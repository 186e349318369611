"""`carewright release-report`: the pages of docs/report/, and the two documents that quote their figures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.faces.cli_common import note


def release_report(
    out: Annotated[Path, typer.Option(help="folder for the pages")] = Path("docs/report"),
    pairs: Annotated[Path | None, typer.Option(help="folder of public lists of pairs; without it that page stays as it is")] = None,
    before: Annotated[Path | None, typer.Option(help="folder of an earlier report; this one says what changed")] = None,
    documents: Annotated[Path, typer.Option(help="where the model card and the safety case are written")] = Path("docs"),
    engine: Annotated[Literal["inline", "process", "ray"], typer.Option(help="as for `simulate`")] = "process",
    workers: Annotated[int, typer.Option(min=1, help="processes, or actors of Ray")] = os.cpu_count() or 1,
) -> None:
    """Write the report of this version anew, with the model card and the safety case. A few minutes."""
    from scenarios.assurance import write_documents
    from scenarios.release import Work, write_release

    figures = write_release(out, Work(engine, workers, pairs, before), note)
    write_documents(documents, figures)
    note(f"The report is in {out}; the model card and the safety case are in {documents}.")

"""`carewright simulate`: the command line in front of a batch."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.faces import exit_codes
from agent.faces.cli_common import AsOf, note, today


def simulate(
    paths: Annotated[list[Path], typer.Argument(help="bundles, folders of bundles, or bulk exports")],
    out: Annotated[Path, typer.Option(help="folder for rows, manifest and report")] = Path("simulation"),
    engine: Annotated[
        Literal["inline", "process", "ray"], typer.Option(help="one after the other, a pool of processes, or Ray (extra `ray`)")
    ] = "process",
    workers: Annotated[int, typer.Option(min=1, help="processes, or actors of Ray")] = os.cpu_count() or 1,
    as_of: AsOf = None,
    plans: Annotated[bool, typer.Option("--plans", help="also write every plan to plans.ndjson")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="also write the rows to rows.parquet (extra `parquet`)")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="go on where a run into this folder was cut off")] = False,
) -> None:
    """Plan a whole cohort: one row a patient, a manifest, a report."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from scenarios.report import write_report
    from scenarios.simulation import Settings, simulate

    settings = Settings(as_of or today(), engine, workers, plans, parquet)
    start = time.perf_counter()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bar:
        task = bar.add_task("planning", total=None)
        manifest = simulate(paths, out, settings, resume=resume, progress=lambda done, total: bar.update(task, completed=done, total=total))
    write_report(out)
    took = time.perf_counter() - start
    outcomes = ", ".join(f"{count} {name}" for name, count in manifest["outcomes"].items())
    note(f"{manifest['patients']} patients in {took:.1f} s: {outcomes}. Rows, manifest and report are in {out}.")
    if manifest["outcomes"].get("error"):
        raise typer.Exit(exit_codes.SET_ASIDE)

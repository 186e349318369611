"""`carewright simulate`, `generate`, `course` and `scarcity`: the command line in front of batches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.errors import RecordError
from agent.faces import exit_codes
from agent.faces.cli_common import AsOf, note, today

if TYPE_CHECKING:
    from scenarios.cohort import Patient, Recorded
    from scenarios.simulation import Settings


def generate(
    population: Annotated[str, typer.Argument(help="a population of scenarios/populations, by name")],
    out: Annotated[Path, typer.Option(help="folder for the bundles; made when missing")] = Path("patients"),
    patients: Annotated[int, typer.Option(min=1, help="how many")] = 100,
    seed: Annotated[int, typer.Option(help="another seed, other patients")] = 1,
    as_of: AsOf = None,
) -> None:
    """Write synthetic patients of a population as FHIR bundles: the same for the same seed and date."""
    from scenarios.population import drawn

    who = drawn(population, patients, seed, as_of or today())
    out.mkdir(parents=True, exist_ok=True)
    for one in who:
        (out / f"{one.label}.json").write_bytes(one.data())
    note(f"{patients} patients of {population!r} (seed {seed}) are in {out}.")


def simulate(
    paths: Annotated[list[Path] | None, typer.Argument(help="bundles, folders of bundles, or bulk exports")] = None,
    population: Annotated[
        str | None, typer.Option(help="instead of PATHS: draw patients from this population of scenarios/populations")
    ] = None,
    patients: Annotated[int, typer.Option(min=1, help="how many are drawn")] = 100,
    seed: Annotated[int, typer.Option(help="another seed, other patients")] = 1,
    out: Annotated[Path, typer.Option(help="folder for rows, manifest and report")] = Path("simulation"),
    engine: Annotated[
        Literal["inline", "process", "ray"], typer.Option(help="one after the other, a pool of processes, or Ray (extra `ray`)")
    ] = "process",
    workers: Annotated[int, typer.Option(min=1, help="processes, or actors of Ray")] = os.cpu_count() or 1,
    as_of: AsOf = None,
    plans: Annotated[bool, typer.Option("--plans", help="also write every plan to plans.ndjson")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="also write the rows to rows.parquet (extra `parquet`)")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on where a run into this folder was cut off; one that was finished is not made again")
    ] = False,
    compare: Annotated[Path | None, typer.Option(help="the folder of an earlier batch; the report says what changed since")] = None,
    drafter: Annotated[Literal["rules", "model"], typer.Option(help="who writes the drafts; `model` is the configured one")] = "rules",
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="with --drafter model: so many patients at once, in threads")] = 16,
) -> None:
    """Plan a whole cohort: one row a patient, a manifest, a report."""
    from scenarios.report import write_report
    from scenarios.simulation import Settings, simulate_patients, writing

    _can_be_compared(compare, out)
    day = as_of or today()
    who = _cohort(paths, population, patients, seed, day)
    _tell_what_is_left(out, resume)
    start = time.perf_counter()
    settings = _with_drafter(drafter, concurrency, Settings(day, engine, workers, plans, parquet))
    with bar("planning", out) as progress:
        manifest = simulate_patients(who, out, settings, resume=resume, progress=progress, tell=note)
    with writing(out):
        write_report(out, compare)
    took = time.perf_counter() - start
    outcomes = ", ".join(f"{count} {name}" for name, count in manifest["outcomes"].items())
    note(f"{manifest['patients']} patients in {took:.1f} s: {outcomes}. Rows, manifest and report are in {out}.")
    if manifest["outcomes"].get("error"):
        raise typer.Exit(exit_codes.SET_ASIDE)


def _can_be_compared(compare: Path | None, out: Path) -> None:
    """Said before a night's work and not after it. Raises BadParameter, RecordError."""
    from scenarios.report import manifest_of

    if compare is not None and manifest_of(compare) and compare.resolve() == out.resolve():
        raise typer.BadParameter("--compare is the folder of --out, whose rows would be overwritten first; choose another for --out")


def _cohort(paths: list[Path] | None, population: str | None, patients: int, seed: int, day: date) -> Sequence[Recorded]:
    """The patients of the paths, or drawn from a population. Raises BadParameter, RecordError."""
    from scenarios.population import drawn

    if bool(paths) is (population is not None):
        raise typer.BadParameter("give PATHS or --population")
    return drawn(population, patients, seed, day) if population else somebody(paths or [])


def somebody(paths: Sequence[Path]) -> tuple[Patient, ...]:
    """The patients behind these paths. Raises RecordError where there is nobody."""
    from scenarios.cohort import cohort

    found = cohort(paths)
    if not found:
        raise RecordError("no patient was found in these paths: neither a bundle (.json, .json.gz) nor a bulk export (.ndjson)")
    _tell_orphans(found)
    return found


def _tell_orphans(patients: Sequence[Patient]) -> None:
    from scenarios.export import export

    for folder in dict.fromkeys(one.path for one in patients if one.patient is not None):
        if orphans := export(folder).orphans:
            lines = sum(orphans.values())
            note(
                f"Without a Patient line in {folder.name!r}: {len(orphans)} of those whom its lines are about (lines: {lines}); nobody plans for them."
            )


def _tell_what_is_left(out: Path, resume: bool) -> None:
    from scenarios.ledger import left_behind

    if not resume and (count := left_behind(out)):
        note(f"{count} rows of a run that was cut off are in {out}; they are made anew (--resume would go on from them).")


def _with_drafter(name: str, concurrency: int, settings: Settings) -> Settings:
    """The settings of a batch with the configured model as its drafter, where it is wished for. Raises DraftError."""
    if name == "rules":
        return settings
    from agent.drafting.by_model import ModelDrafter

    model = ModelDrafter.configured()
    return replace(settings, engine="threads", workers=concurrency, drafter=model, drafter_name=f"model {model.settings.model}")


@contextmanager
def bar(what: str, out: Path | None = None) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, and what moves it.

    Args:
        out: the folder from which an interrupted run can be taken up.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    start = time.perf_counter()
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(what, total=None, rate="")

        def moved(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total, rate=f"{done / (time.perf_counter() - start):.1f} a second")

        try:
            yield moved
            if shown.tasks[0].total is None:
                shown.remove_task(task)
        except KeyboardInterrupt:
            shown.stop()
            note(f"interrupted; what is in {out} can be taken up with --resume" if out else "interrupted")
            raise


def course(
    paths: Annotated[list[Path] | None, typer.Argument(help="bundles, folders of bundles, or bulk exports")] = None,
    population: Annotated[str | None, typer.Option(help="instead of PATHS: draw patients from this population")] = None,
    patients: Annotated[int, typer.Option(min=1, help="how many are drawn")] = 100,
    visits: Annotated[int, typer.Option(min=2, help="how many visits each patient has")] = 5,
    rules: Annotated[str, typer.Option(help="a course of scenarios/courses, by name")] = "a-year-in-primary-care",
    seed: Annotated[int, typer.Option(help="another seed, other patients and other luck")] = 1,
    out: Annotated[Path, typer.Option(help="folder for rows, manifest and report")] = Path("course"),
    engine: Annotated[Literal["inline", "process", "ray"], typer.Option(help="as for `simulate`")] = "process",
    workers: Annotated[int, typer.Option(min=1, help="processes, or actors of Ray")] = os.cpu_count() or 1,
    as_of: AsOf = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on where a run into this folder was cut off; one that was finished is not made again")
    ] = False,
) -> None:
    """Follow a cohort over several visits: plans with a simulated reviewer, usual care, no change. It tests the program, not medicine."""
    from scenarios.course.batch import follow
    from scenarios.course.run import CourseTask

    day = as_of or today()
    who = _cohort(paths, population, patients, seed, day)
    _tell_what_is_left(out, resume)
    with bar("following", out) as progress:
        manifest = follow(who, out, CourseTask(day, rules, visits, seed), engine, workers, resume=resume, progress=progress, tell=note)
    note(
        f"{manifest['patients']} patients over {visits} visits, {manifest['errors']} not followed. Rows, manifest and report are in {out}."
    )
    if manifest["errors"]:
        raise typer.Exit(exit_codes.SET_ASIDE)


def scarcity(
    folders: Annotated[list[Path], typer.Argument(help="folders that `simulate` wrote: their plans are the panel")],
    hours: Annotated[float, typer.Option(min=0.1, help="hours of reviewing a day")] = 1.0,
    days: Annotated[int, typer.Option(min=1, help="over so many days the plans arrive")] = 10,
    out: Annotated[Path | None, typer.Option(help="also write OUT.md and OUT.html")] = None,
) -> None:
    """Order the reading of a panel of plans when hours are short: by need, fairly, against first come, first served."""
    from scenarios.page import Page, as_markdown, write_page
    from scenarios.report import finished_rows
    from scenarios.scarcity import panel, sections

    plans = panel((row for folder in folders for row in finished_rows(folder)), days)
    if not plans:
        raise typer.BadParameter("no plan is in these folders")
    page = Page("A worklist under scarcity", "It compares orders of work in a simulation, not clinics.", sections(plans, days, hours))
    typer.echo(as_markdown(page))
    if out is not None:
        write_page(page, out)

"""`carewright evaluate`: the program against known answers, a table on standard output."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.faces.cli_common import AsOf, note, today
from scenarios.tables import markdown

if TYPE_CHECKING:
    from scenarios.rubric import Subject
    from scenarios.spread import How

_NEED_PATHS = {
    "calculators": "rows of MedCalc-Bench (CSV or JSON), or JSON lines with calculator, inputs, corrected_lower and corrected_upper, or their folder",
    "ecqm": "the files of test patients, or their folder",
    "interactions": "the folder of the lists of pairs",
    "pgx": "JSON lines with drug, genes, lookupkey, population, drugrecommendation and classification, or their folder",
    "privacy": "annotated texts, notes or bundles, or their folder",
    "requests": "rows with a field `request` (JSON lines, JSON, CSV; MedSafetyBench as it is published), or their folder",
}


def evaluate(
    suite: Annotated[
        Literal[
            "calculators", "card", "ecqm", "injection", "interactions", "pgx", "privacy", "requests", "rubric", "patient-pages", "tasks"
        ],
        typer.Argument(help="which known answers; without PATHS: card, injection, rubric, patient-pages and tasks, of what is shipped"),
    ],
    paths: Annotated[list[Path] | None, typer.Argument(help="where they lie: files or folders, in their public formats")] = None,
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option(help="also write the tables to this file, as Markdown")] = None,
) -> None:
    """Score the program against known answers.

    card: the headline of a release. tasks: look up, compute, order or refrain, write down, refuse. calculators: rows of
    MedCalc-Bench. requests: what must not be fulfilled, such as MedSafetyBench. injection: commands planted in records. ecqm:
    test patients of quality measures. interactions: public lists of pairs. pgx: the CPIC table. privacy: what identifies people.
    rubric: plans of stories, or of records. patient-pages: how easy they are to read. docs/evaluating.md says which formats are read.
    """
    given = paths or []
    if suite in _NEED_PATHS and not given:
        raise typer.BadParameter(f"give {_NEED_PATHS[suite]}")
    from scenarios import suites as of_figures

    suites: dict[str, Callable[[], str]] = {
        "card": lambda: of_figures.report_card(_on_all_cores("tellings", 50)),
        "calculators": lambda: _agreement("Calculators against rows of known answers", "scenarios.calculator_vectors", given),
        "injection": _injection,
        "interactions": lambda: of_figures.interactions(given),
        "pgx": lambda: _agreement("Pharmacogenomic advice against a published table", "scenarios.published_advice", given),
        "privacy": lambda: _privacy(given),
        "requests": lambda: of_figures.requests(given),
        "tasks": lambda: of_figures.tasks(given, as_of or today()),
        "ecqm": lambda: _ecqm(given),
        "rubric": lambda: _rubric(given, as_of or today()),
        "patient-pages": lambda: _patient_pages(given, as_of or today()),
    }
    text = suites[suite]()
    typer.echo(text)
    if out is not None:
        out.write_text(text + "\n", "utf-8")


def _agreement(title: str, module: str, paths: Sequence[Path]) -> str:
    """Rows of a public format against what is here: the module reads and judges them."""
    suite = import_module(module)
    share, table, otherwise = suite.agreement([row for path in paths for row in suite.rows(path)])
    head = f"# {title}\n\nOf the rows that are answered here: {share}. Third-party rows are not part of this repository."
    return "\n\n".join([head, markdown("Agreement", table), markdown("Not in agreement", otherwise)])


def _injection() -> str:
    from scenarios.injection import attempts, injection_text

    return injection_text(attempts(_on_all_cores("stories", 20)))


def _on_all_cores(what: str, every: int) -> How:
    """In a process for each core; now and then how far it is."""
    from scenarios.spread import How

    return How("process", os.cpu_count() or 1, lambda done, total: note(f"{done} of {total} {what}") if done % every == 0 else None)


def _privacy(paths: Sequence[Path]) -> str:
    from scenarios.deidentification import report

    return report(paths)


def _ecqm(paths: Sequence[Path]) -> str:
    from scenarios.ecqm import agreement, disagreements, judge

    judged = [one for path in paths for one in judge(path)]
    head = (
        "# Quality measures as questions to the plan\n\n"
        "Test patients of published quality measures: where a measure finds a gap in care, the plan should address it, and where the "
        "measure finds none, or excludes the patient, it should not. What counts as the gap in a plan, the date of the plan, what the plan "
        "must not say of the patient for the measure to be asked at all, and the reason for each known disagreement are declared in "
        "`scenarios/measures/`; nothing there reads the record or the expected result. A high share is worth little where few gaps are "
        "expected: a plan that says nothing agrees with every patient who has none. Made by `carewright evaluate ecqm PATH --out docs/ecqm.md`."
    )
    return "\n\n".join([head, markdown("Agreement", agreement(judged)), markdown("Disagreements", disagreements(judged)), _LEGEND])


_LEGEND = (
    "Where a disagreement lies: `test-data`: the file contradicts itself, or the measure's own engine; `window`: the measure counts by its "
    "calendar, the plan by its date; `care`: the plan is right for the patient though the measure asks for something else; `program`: a fault "
    "of this program. `agree by lines alone` counts what the plan proposes, before its own word on the patient (pregnant, in kidney failure, "
    "at the end of life) and before the values that it shows."
)


def _rubric(paths: Sequence[Path], as_of: date) -> str:
    from scenarios import rubric
    from scenarios.cohort import cohort
    from scenarios.story import stories, tellings

    told = [partial(rubric.of_telling, telling) for story in stories() for telling in tellings(story)]
    records = [partial(_of_record, patient.label, patient.data, as_of) for patient in cohort(paths)]
    subjects, refused = rubric.planned(records if paths else told)
    scores = [rubric.score(subject) for subject in subjects]
    fatal = sum(one == 0 for one in scores)
    mean = sum(scores) / len(scores) if scores else 0
    head = (
        f"# Report card of plans\n\n{len(subjects)} plans, {refused} records without one. Mean score {mean:.3f}; "
        f"{fatal} plans fail a fatal criterion (!). For readers, not judged here: {', '.join(rubric.BY_READERS)}."
    )
    return "\n\n".join([head, markdown("Criteria", rubric.table(subjects))])


def _patient_pages(paths: Sequence[Path], as_of: date) -> str:
    from scenarios import patient_pages
    from scenarios.cohort import cohort
    from scenarios.story import stories, tellings

    told = ((telling.name, telling.bundle, telling.as_of) for story in stories() for telling in tellings(story))
    records = ((patient.label, patient.data(), as_of) for patient in cohort(paths))
    found = patient_pages.of_records(records if paths else told)
    easy = sum(one.easy for one in found)
    medicines = {name for one in found for name in one.medicines}
    unsaid = {name for one in found for name in one.unknown}
    head = (
        f"# Pages for patients\n\n{len(found)} plans, each as a page in English and in Spanish: {easy} are easy to read in both. "
        f"{len(medicines)} medicines, of which {len(unsaid)} have no words. Headings and labels are not counted."
    )
    return "\n\n".join([head, markdown("Reading", patient_pages.table(found)), markdown("Gaps", patient_pages.gaps(found))])


def _of_record(name: str, data: Callable[[], bytes], as_of: date) -> Subject:
    from scenarios.rubric import of_bundle

    return of_bundle(name, data(), as_of)

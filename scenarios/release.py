"""The report of a release: the card, public lists, a batch, a course and the worklist under scarcity, written into one folder.

`carewright release-report`, or `./dev report`. What is declared here (population, seed, date, sizes) is the same for every
release, so that one report can be held against the last.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from agent.knowledge_index import digest
from scenarios.card import Card, card
from scenarios.course.batch import follow
from scenarios.course.run import CourseTask
from scenarios.engines import Engine
from scenarios.injection import Planted, attempts, injection_text
from scenarios.page import Page, as_html, write_page
from scenarios.population import drawn
from scenarios.report import rows_in, sections_of, write_report
from scenarios.scarcity import panel, sections
from scenarios.shares import Share
from scenarios.simulation import Settings, simulate_patients
from scenarios.spread import How
from scenarios.suites import calibration, card_page, interactions, measures
from scenarios.summary import Summary, summary

POPULATION, SEED, AS_OF = "adults-in-primary-care", 1, date(2026, 11, 26)
_BATCH, _COURSE, _VISITS = 300, 150, 5
_DAYS, _HOURS = 10, 1.5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """How the report is made; none of it changes a figure but the times.

    Attributes:
        pairs: the folder of public lists of interacting pairs; without it, that page stays as it is.
        before: the folder of an earlier report.
    """

    engine: Engine = "process"
    workers: int = 2
    pairs: Path | None = None
    before: Path | None = None


def write_release(out: Path, work: Work, say: Say = lambda text: None) -> dict[str, Any]:
    """Write every page and `figures.json`.

    Args:
        out: a folder; made when missing. `batch/` in it holds the rows that the next report is held against.

    Returns:
        The figures that other documents quote.

    Raises:
        RecordError: a folder cannot be read or written.
    """
    out.mkdir(parents=True, exist_ok=True)
    say("the card")
    found = card(
        How(work.engine, work.workers, lambda done, total: say(f"the card: {done} of {total} tellings") if done % 200 == 0 else None)
    )
    write_page(card_page(found), out / "card")
    if work.pairs:
        say("public lists of pairs")
        (out / "interactions.md").write_text(
            interactions([work.pairs]) + "\n\nMade by `carewright evaluate interactions FOLDER`.\n", "utf-8"
        )
    say("commands planted in records")
    planted = attempts(How(work.engine, work.workers))
    (out / "injection.md").write_text(injection_text(planted) + "\n", "utf-8")
    say("a batch")
    manifest = _batch(out, work)
    say("a course")
    course = _course(out, work)
    say("the worklist under scarcity")
    head = f"The plans of the batch of this report; `carewright scarcity docs/report/batch --hours {_HOURS} --days {_DAYS}`. A simulation of orders."
    write_page(Page("A worklist under scarcity", head, sections(panel(rows_in(out / "batch"), _DAYS), _DAYS, _HOURS)), out / "scarcity")
    figures = _figures(found, planted, manifest, course)
    (out / "figures.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
    (out / "README.md").write_text(_index(figures), "utf-8")
    (out / "index.html").write_text(as_html(first_page(found, figures, summary(rows_in(out / "batch")))), "utf-8")
    return figures


def _batch(out: Path, work: Work) -> dict[str, Any]:
    who = drawn(POPULATION, _BATCH, SEED, AS_OF)
    manifest = simulate_patients(who, out / "batch", Settings(AS_OF, work.engine, work.workers))
    write_report(out / "batch", None if work.before is None else work.before / "batch")
    return manifest


def _course(out: Path, work: Work) -> dict[str, Any]:
    """The rows of a course are large and made anew in a minute: only its page and its manifest are kept."""
    task = CourseTask(AS_OF, "a-year-in-primary-care", _VISITS, SEED)
    with tempfile.TemporaryDirectory() as folder:
        manifest = follow(drawn(POPULATION, _COURSE, SEED, AS_OF), Path(folder), task, work.engine, work.workers)
        for name in ("course.md", "course.html", "course-manifest.json"):
            (out / name).write_bytes((Path(folder) / name).read_bytes())
    return manifest


def _figures(found: Card, planted: list[Planted], manifest: dict[str, Any], course: dict[str, Any]) -> dict[str, Any]:
    return {
        "carewright": version("carewright"),
        "knowledge": digest(),
        "as_of": AS_OF.isoformat(),
        "headline": f"{found.headline:.3f}",
        "tellings": next(iter(found.stability.values())).asked,
        "measures": {name: str(share) for name, share in found.measures.items()},
        "groups": {name: {measure: str(share) for measure, share in shares.items()} for name, shares in found.groups.items()},
        "below": list(found.below) or ["no subgroup"],
        "stability": {name: str(share) for name, share in found.stability.items()},
        "injection": str(Share(sum(one.unchanged for one in planted), len(planted))),
        "batch": {"patients": manifest["patients"], "outcomes": manifest["outcomes"], "rows": manifest["rows"]},
        "course": {"patients": course["patients"], "visits": course["visits"], "rows": course["rows"]},
    }


def first_page(found: Card, figures: dict[str, Any], planned: Summary) -> Page:
    """What somebody reads who reads one page: the headline, how sure it is of itself, what plans are like, and where the rest stands."""
    head = (
        f"Headline {figures['headline']} over {figures['tellings']} tellings; as of {figures['as_of']}, knowledge {figures['knowledge'][:19]}. It says "
        "how the program behaves on records that were written or drawn for it, and nothing about patients or about medicine. Nobody has "
        "used it in care."
    )
    short, alerts, _, groups, *_ = sections_of(planned)
    beside = [
        ("card.html", "The report card: measures, subgroups, stability, what is not met"),
        ("batch/report.html", f"A batch of {figures['batch']['patients']} synthetic patients"),
        ("course.html", f"A course of {figures['course']['patients']} patients over {figures['course']['visits']} visits"),
        ("scarcity.html", "Who is read first when hours are short"),
        ("injection.md", f"Commands planted in records: {figures['injection']} change nothing"),
        ("interactions.md", "Public lists of interacting pairs"),
        ("../model-card.md", "The model card"),
        ("../safety-case.md", "The safety case: each promise, its evidence, what it does not show"),
    ]
    return Page(f"Report of carewright {figures['carewright']}", head, [measures(found), calibration(found), short, alerts, groups], beside)


def _index(figures: dict[str, Any]) -> str:
    measures = "\n".join(f"| {name} | {share} |" for name, share in figures["measures"].items())
    outcomes = ", ".join(f"{count} {name}" for name, count in figures["batch"]["outcomes"].items())
    return f"""# Report of carewright {figures["carewright"]}

Written by `./dev report`; do not edit. Knowledge {figures["knowledge"][:19]}, as of {figures["as_of"]}; while knowledge is worked on, pages may
be made minutes apart, and a batch names its own. It says how the program behaves on
records that were written or drawn for it; it says nothing about patients or about medicine.
[index.html](index.html) is the page to begin with.

| page | what it holds | made by |
|---|---|---|
| [card.html](card.html), [.md](card.md) | headline {figures["headline"]} over {figures["tellings"]} tellings | `carewright evaluate card` |
| [batch/report.html](batch/report.html), [.md](batch/report.md) | {figures["batch"]["patients"]} synthetic patients: {outcomes} | `carewright simulate --population {POPULATION} --patients {_BATCH} --as-of {AS_OF}` |
| [course.html](course.html), [.md](course.md) | {figures["course"]["patients"]} of them over {figures["course"]["visits"]} visits, three arms | `carewright course --population {POPULATION} --patients {_COURSE} --as-of {AS_OF}` |
| [scarcity.html](scarcity.html), [.md](scarcity.md) | orders of reading when hours are short | `carewright scarcity docs/report/batch --hours {_HOURS}` |
| [injection.md](injection.md) | commands planted in records: {figures["injection"]} change nothing | `carewright evaluate injection` |
| [interactions.md](interactions.md) | public lists of pairs, which are not part of this repository | `carewright evaluate interactions FOLDER` |

| measure of the card | share |
|---|---|
{measures}

Subgroups below the others by more than the declared gap: {"; ".join(figures["below"])}.

To hold a later version against this one: `./dev report --before FOLDER_OF_A_COPY`.
"""

"""A plan as text, for a terminal or a pipe: short lines, units, dates, plain words, nothing said twice."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.faces.phrases import amount_words, banner_facts, drafter_words
from agent.faces.text_beside import courses_text, review_text, suspected_text
from agent.faces.text_calendar import calendar_text
from agent.faces.text_layout import bullets, count, hanging, heading, line, numbered, pairs, with_marks
from agent.faces.text_options import options_text
from agent.faces.text_problems import ACTION_STYLES, section_text
from agent.faces.view import MedicineRow, View
from agent.faces.words import COVERAGE_WORDS, ISSUE_WORDS, ascii_only, banner, disposition_words, name_words, sentence
from agent.safe_text import readable
from tools.clinical.plan import Coverage, Plan, PlanIssue

MIN_WIDTH = 60
"""Narrower terminals wrap; tables need this much."""


def plan_text(plan: Plan, *, width: int = 100, colour: bool = False, unicode: bool = True, everything: bool = False) -> str:
    """The plan for a reader at a screen.

    Args:
        plan: what is shown.
        width: columns.
        colour: ANSI colour; false for pipes and files.
        unicode: false folds every character to ASCII.
        everything: also what is folded away by default: suppressed issues, addressed lines of the ledger, calculations.

    Returns:
        Text that ends with a line break. No control character of the record is in it.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, MIN_WIDTH),
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(Group(*_page(View(plan), everything)))
    lines = (row.rstrip() for row in out.getvalue().splitlines())
    text = "\n".join(lines) + "\n"
    return text if unicode else "".join(ascii_only(row) for row in text.splitlines(keepends=True))


def _page(view: View, everything: bool) -> Iterable[RenderableType]:
    yield from _head(view)
    yield from _urgent(view)
    yield from _changes(view)
    yield from _questions(view)
    yield from suspected_text(view)
    for section in view.sections:
        yield from section_text(view, section)
    yield from calendar_text(view)
    yield from courses_text(view)
    yield from _medicines(view)
    yield from review_text(view)
    yield from _issues(view, everything)
    yield from options_text(view, everything)
    yield from _ledger(view, everything)
    yield from _not_checked(view)
    if everything:
        yield from _calculations(view)
    yield from _sources(view)
    yield from _foot(view)


def _head(view: View) -> Iterable[RenderableType]:
    plan = view.plan
    yield line(f"Treatment plan for {readable(plan.patient.reference)}, as of {readable(plan.as_of)}", "bold")
    yield line(banner(plan), "bold reverse" if plan.status == "awaiting-review" else "bold")
    if where := disposition_words(plan):
        yield line(where, "bold red" if plan.disposition.urgency != "routine" else "bold")
    yield Text("")
    yield line(" · ".join(banner_facts(plan)))
    yield line(
        f"Allergies: {'; '.join(map(readable, plan.patient.allergies)) or 'none recorded'}", "bold" if plan.patient.allergies else ""
    )
    yield Text("")
    yield line(readable(plan.summary) or "No summary.")


def _changes(view: View) -> Iterable[RenderableType]:
    plan = view.plan
    if plan.top_changes:
        yield from heading("What matters most")
        yield numbered(plan.top_changes)


def _urgent(view: View) -> Iterable[RenderableType]:
    if view.plan.urgent:
        yield from heading("Urgent", "bold red")
        yield pairs(("!", Text(readable(matter), "bold")) for matter in view.plan.urgent)


def _questions(view: View) -> Iterable[RenderableType]:
    if not view.plan.questions:
        return
    yield from heading("Answer before signing", "bold yellow")
    rows = []
    for question in view.plan.questions:
        text = Text.assemble((sentence(question.about), "bold"), " ", sentence(question.why))
        if question.blocks:
            text.append(f" Waiting: {', '.join(f'{view.headline(i)} [{i}]' for i in question.blocks)}.", "italic")
        rows.append((question.id, text))
    yield pairs(rows)


def _medicines(view: View) -> Iterable[RenderableType]:
    if not view.medicines:
        return
    yield from heading("Medicines")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=True, show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True, width=8)
    table.add_column("Medicine", ratio=4, min_width=20, overflow="fold")
    table.add_column("How", ratio=7, overflow="fold")
    table.add_column("Why", ratio=6, overflow="fold")
    for row in view.medicines:
        table.add_row(*_medicine(row))
    yield table


def _medicine(row: MedicineRow) -> tuple[Text, Text, Text, Text]:
    mark = f" [{', '.join(row.items)}]" if row.items else ""
    return (
        Text(row.action.upper(), ACTION_STYLES.get(row.action, "")),
        Text(row.name + (" (still taken?)" if row.uncertain else ""), "yellow" if row.uncertain else ""),
        Text(_how(row)),
        Text(row.why + mark),
    )


def _how(row: MedicineRow) -> str:
    now = row.now or ("" if row.action in ("start", "stop") else "dose not recorded")
    return f"{now} → {row.then}" if now and row.then else row.then or now


def _issues(view: View, everything: bool) -> Iterable[RenderableType]:
    shown = (*view.interruptive, *view.noted)
    if not shown and not view.suppressed:
        return
    yield from heading("Safety")
    if not shown:
        yield line("Nothing that needs attention.")
    for issue in view.interruptive:
        yield _issue(view, issue, "REASON NEEDED ")
    for issue in view.noted:
        yield _issue(view, issue, "")
    if view.suppressed and everything:
        yield line(f"Kept quiet ({len(view.suppressed)}):", "dim")
        yield pairs((issue.id, Text(f"{_about(issue)}: {readable(issue.suppressed)}", "dim")) for issue in view.suppressed)
    elif view.suppressed:
        yield line(f"{count(len(view.suppressed), 'minor finding')} kept quiet, each with its reason: --all shows them.", "dim")


def _issue(view: View, issue: PlanIssue, flag: str) -> RenderableType:
    style = "bold red" if issue.severity == "contraindicated" else "bold yellow" if issue.severity == "major" else "bold"
    text = Text.assemble(
        (flag, "reverse"),
        " " * bool(flag),
        (f"{_about(issue)}.", style),
        f" {sentence(issue.consequence)} ",
        (sentence(issue.action), "bold"),
    )
    if issue.handled_by:
        text.append(f" Handled by {', '.join(issue.handled_by)}.")
    if issue.missing:
        text.append(f" Not known: {', '.join(map(name_words, issue.missing))}.", "yellow")
    if issue.alternatives:
        text.append(f" Instead: {', '.join(map(readable, issue.alternatives))}.")
    return pairs([(issue.id, with_marks(text, view.marks(issue.evidence)))])


def _about(issue: PlanIssue) -> str:
    return f"{issue.severity} {ISSUE_WORDS[issue.code]}, {' + '.join(map(readable, issue.participants))}"


def _ledger(view: View, everything: bool) -> Iterable[RenderableType]:
    if not view.plan.coverage:
        return
    yield from heading(f"LEDGER: {len(view.addressed)} of {len(view.plan.coverage)} concerns of the record addressed")
    yield pairs(((COVERAGE_WORDS[entry.status], _covered(entry)) for entry in view.open_coverage), label=12)
    if everything:
        yield pairs((("addressed", _covered(entry)) for entry in view.addressed), label=12)
    elif view.addressed:
        short = "; ".join(f"{readable(entry.text)}{_items(entry)}" for entry in view.addressed)
        yield pairs([("addressed", Text(short))], label=12)


def _covered(entry: Coverage) -> Text:
    return Text(f"{readable(entry.text)}: {readable(entry.reason)}{_items(entry)}")


def _items(entry: Coverage) -> str:
    return f" [{', '.join(entry.items)}]" if entry.items else ""


def _not_checked(view: View) -> Iterable[RenderableType]:
    rows = [Text(f"{readable(gap.what)}: {readable(gap.why)}") for gap in view.plan.not_checked]
    rows += [Text(f"set aside: {entries}: {reason}") for entries, reason in view.set_aside]
    rows += [Text(f"in doubt: {entries}: {reason}") for entries, reason in view.doubts]
    yield from heading("Not checked")
    if not rows:
        yield line("The plan names nothing that it could not check.")
    yield bullets(rows)


def _calculations(view: View) -> Iterable[RenderableType]:
    if not view.plan.calculations:
        return
    yield from heading("Calculations")
    for calculation in view.plan.calculations:
        inputs = ", ".join(f"{name_words(i.name)} {amount_words(i.value, i.unit)}" for i in calculation.inputs)
        value = amount_words(calculation.value, calculation.unit)
        when = f" ({readable(calculation.when)})" if calculation.when else ""
        yield hanging(Text(f"{name_words(calculation.name)}: {value}{when} from {inputs}. {readable(calculation.source)}"))


def _sources(view: View) -> Iterable[RenderableType]:
    if view.sources:
        yield from heading("Sources")
        yield pairs(((f"[{n}]", Text(f"{source.head}. Rules: {source.rule_words}.")) for n, source in enumerate(view.sources, 1)), label=5)


def _foot(view: View) -> Iterable[RenderableType]:
    plan = view.plan
    aside = f", {len(plan.input.set_aside)} set aside" if plan.input.set_aside else ""
    yield Text("")
    yield line(f"Drafted by {drafter_words(plan)}. Read: {plan.input.resources} resources{aside}.", "dim")
    yield line(f"{plan.plan_id}  {plan.digest[:19]}", "dim")

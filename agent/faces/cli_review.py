"""`carewright review …`: the waiting plans, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from agent.faces import cli_state
from agent.faces.cli_common import Language, emit, note
from agent.safe_text import readable

if TYPE_CHECKING:
    from agent.desk import Desk
    from agent.review import Decision, Override
    from agent.signing import Open
    from tools.clinical.plan import Plan, PlanQuantity

app = typer.Typer(help="The waiting plans: see one, decide item by item.", no_args_is_help=True, rich_markup_mode=None)

PlanId = Annotated[str, typer.Argument(metavar="ID", help="the plan, as `review list` names it")]
Who = Annotated[
    str, typer.Option("--reviewer", envvar="CAREWRIGHT_REVIEWER", help="who decides, by the id that your site gives", show_envvar=True)
]
Role = Annotated[
    str, typer.Option("--role", envvar="CAREWRIGHT_ROLE", help="in which role: physician, pharmacist, nurse, …", show_envvar=True)
]
Seen = Annotated[
    str | None, typer.Option("--digest", help="the digest that `review show` printed; refused where the plan is no longer that one")
]
Record = Annotated[
    str | None, typer.Option("--record", metavar="BUNDLE", help="the record as it is now; where a cited fact differs, the plan is void")
]
Items = Annotated[list[str] | None, typer.Option("--item", help="an item, such as i1; may be given again")]
Reason = Annotated[str, typer.Option("--reason", help="a reason code; policies/reasons.toml lists them")]
Said = Annotated[str, typer.Option("--text", help="a sentence beside the reason")]


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="also those that are settled")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line a plan")] = False,
) -> None:
    """One line a plan, the most urgent first: id, date, urgency, route, status, number of items, summary."""
    rows = _desk().list(everything=everything)
    for row in rows:
        if as_json:
            typer.echo(msgspec.json.encode(row))
        else:
            cells = (row.id, row.as_of, row.urgency, row.route, row.status, row.items, readable(row.summary or ""))
            typer.echo("\t".join("" if cell is None else str(cell) for cell in cells))
    if not rows:
        note("No plan waits for review.")


@app.command()
def show(
    name: PlanId,
    form: Annotated[
        Literal["text", "json", "fhir", "html", "patient", "patient-html"], typer.Option("--format", help="how it is shown")
    ] = "text",
    language: Language = "en",
    out: Annotated[Path | None, typer.Option(help="write to this file instead of standard output")] = None,
    everything: Annotated[bool, typer.Option("--all", help="text: also what is folded away by default")] = False,
) -> None:
    """A plan as it stands; its digest, and what each item still lacks, go to standard error."""
    from agent.faces.planning_face import show as shown

    found = _desk().show(name)
    rejected = tuple(found.standing.rejected)
    emit(shown(found.plan, form, out=out, everything=everything, language=language, rejected=rejected), out)
    note(f"{found.id}: {found.status}; digest {found.plan.digest}")
    for line in found.changes:
        note(f"  {line}")
    _tell_open(found.standing.open)


@app.command()
def approve(
    name: PlanId,
    who: Who,
    role: Role,
    items: Items = None,
    override: Annotated[
        list[str] | None, typer.Option("--override", help="ISSUE=REASON[:TEXT] for an issue that asks for a reason")
    ] = None,
    digest: Seen = None,
    record: Record = None,
) -> None:
    """Approve items by name; without --item, everything that need not be approved by its own name."""
    from agent.review import REST, Approve

    desk = _desk()
    plan = desk.show(name).plan
    overrides = tuple(_override(text) for text in override or ())
    wanted = items or [REST]
    decisions = [Approve(item=item, overrides=_touching(plan, item, overrides)) for item in wanted]
    _decide(desk, name, who, role, decisions, digest or plan.digest, record)


@app.command()
def reject(
    name: PlanId, who: Who, role: Role, reason: Reason, items: Items = None, text: Said = "", digest: Seen = None, record: Record = None
) -> None:
    """Reject items; without --item, all of them. A start for which another medicine is wanted is drafted again without it."""
    from agent.review import Reject

    desk = _desk()
    plan = desk.show(name).plan
    wanted = items or [item.id for item in plan.items]
    _decide(desk, name, who, role, [Reject(item=item, reason=reason, text=text) for item in wanted], digest or plan.digest, record)


@app.command()
def edit(
    name: PlanId,
    who: Who,
    role: Role,
    reason: Reason,
    item: Annotated[str, typer.Option("--item", help="the item, such as i1")],
    text: Said = "",
    choose: Annotated[str | None, typer.Option(help="one of the item's alternatives instead")] = None,
    amount: Annotated[str | None, typer.Option(help="of one administration, such as '500 mg'")] = None,
    per: Annotated[str | None, typer.Option(help="the interval, such as '12 h'")] = None,
    route: Annotated[str | None, typer.Option(help="such as oral")] = None,
    within_days: Annotated[int | None, typer.Option(help="due within so many days")] = None,
    change: Annotated[str | None, typer.Option(help="what changes, in words")] = None,
    instruction: Annotated[str | None, typer.Option(help="what the patient is told")] = None,
    digest: Seen = None,
) -> None:
    """Change one item; the whole plan is checked again and waits under a new digest."""
    from agent.review import Edit

    desk = _desk()
    seen = digest or desk.show(name).plan.digest
    wish = Edit(
        item=item, reason=reason, text=text, choose=choose, amount=_amount(amount), per=per, route=route,
        within_days=within_days, change=change, patient_instruction=instruction,
    )  # fmt: skip
    _decide(desk, name, who, role, [wish], seen)


@app.command()
def release(
    name: PlanId,
    out: Annotated[Path | None, typer.Option(help="write to this file instead of standard output")] = None,
    server: Annotated[str | None, typer.Option("--fhir-server", metavar="URL", help="send it to this FHIR server instead")] = None,
) -> None:
    """What was approved, as a FHIR R4 transaction bundle; refused while an item is open."""
    from agent.faces.planning_face import pretty

    if server:
        sent = _desk().deliver(name, server)
        note(f"{name}: {'delivered' if sent else 'is there already'}")
        return
    emit(pretty(_desk().release(name)), out)


@app.command()
def outbox(send: Annotated[bool, typer.Option("--send", help="send them again")] = False) -> None:
    """Deliveries that are not known to have arrived, one line each: id, server."""
    desk = _desk()
    for name, server in desk.outbox():
        typer.echo(f"{name}\t{server}")
        if send:
            desk.deliver(name, server)


for _command in (cli_state.audit, cli_state.backup, cli_state.restore, cli_state.erase, cli_state.retain):
    app.command()(_command)


def _desk() -> Desk:
    from agent.desk import Desk

    return Desk()


def _decide(desk: Desk, name: str, who: str, role: str, decisions: Sequence[Decision], digest: str, record: str | None = None) -> None:
    from agent.errors import DecisionError
    from agent.faces.planning_face import read
    from agent.review import Reviewer

    try:
        decided = desk.decide(name, Reviewer(who, role), decisions, digest, bundle=read(record) if record else None)
    except DecisionError as error:
        for line in error.changes:
            note(f"  {line}")
        raise
    note(f"{decided.id}: {decided.status}; {len(decided.approved)} approved, {len(decided.rejected)} rejected; digest {decided.digest}")
    if decided.digest != digest:
        note(f"The plan was made anew and waits under the new digest: carewright review show {decided.id}")
    _tell_open(decided.open)
    if decided.status in ("approved", "partly-approved"):
        note(f"What was approved leaves with: carewright review release {decided.id}")


def _tell_open(lacks: Sequence[Open]) -> None:
    for lack in lacks:
        by = f" (by {' or '.join(lack.by)})" if lack.by else ""
        named = " (to be approved by name)" if lack.by_name else ""
        note(f"  {lack.item} lacks a {lack.lacks}{by}{named}: {lack.why}")


def _override(text: str) -> Override:
    from agent.review import Override

    issue, equals, said = text.partition("=")
    reason, _, sentence = said.partition(":")
    if not issue or not equals or not reason:
        raise typer.BadParameter(f"{text!r} is not ISSUE=REASON or ISSUE=REASON:TEXT")
    return Override(issue, reason, sentence.strip())


def _touching(plan: Plan, item: str, overrides: tuple[Override, ...]) -> tuple[Override, ...]:
    touching = {issue.id for issue in plan.issues if item in issue.items}
    return tuple(override for override in overrides if override.issue in touching)


def _amount(text: str | None) -> PlanQuantity | None:
    from tools.clinical.plan import PlanQuantity

    if text is None:
        return None
    value, _, unit = text.strip().partition(" ")
    return PlanQuantity(value, unit.strip())

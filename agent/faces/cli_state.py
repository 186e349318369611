"""The commands of `carewright review` for whoever looks after the state: its audit, copies of it, and what is taken away for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from agent.faces import exit_codes
from agent.faces.cli_common import note

if TYPE_CHECKING:
    from agent.store.connection import Database
    from agent.store.erasing import Erased, Why
    from agent.store.worklist import Work

Who = Annotated[str, typer.Option("--reviewer", envvar="CAREWRIGHT_REVIEWER", help="who does it", show_envvar=True)]
Role = Annotated[str, typer.Option("--role", envvar="CAREWRIGHT_ROLE", help="in which role: administrator", show_envvar=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be taken away, and take nothing")]


def audit(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="only this plan")] = None,
    form: Annotated[Literal["json", "fhir"], typer.Option("--format", help="fhir: a bundle of AuditEvents")] = "json",
) -> None:
    """Who did what to which plan, one JSON line each; a broken chain is told and ends with an error."""
    from agent.desk import Desk

    desk = Desk()
    if form == "fhir":
        from agent.audit_events import audit_bundle

        typer.echo(msgspec.json.encode(audit_bundle(desk.history(name))))
    else:
        for line in desk.history(name):
            typer.echo(msgspec.json.encode(line))
    state = desk.audit()
    for fault in state.faults:
        note(f"carewright: {fault}")
    note(f"{state.lines} lines, head {state.head}")
    if state.faults:
        raise typer.Exit(exit_codes.STORE)


def backup(file: Annotated[Path, typer.Argument(help="a new file")]) -> None:
    """Everything in one consistent copy, also while others work; encrypted where the state is."""
    from agent.store.backup import backup

    backup(file)


def restore(file: Annotated[Path, typer.Argument(help="what `review backup` wrote")]) -> None:
    """A backup into a state folder that is empty; refused unless its audit and every row hold."""
    from agent.store.backup import restore

    restore(file)


def erase(
    patient: Annotated[str, typer.Argument(help="the patient, as the record names it: Patient/ID, or the ID")],
    who: Who,
    role: Role,
    dry_run: DryRun = False,
) -> None:
    """Take away everything of one patient: records, plans, decisions, releases, checkpoints. The audit says so and still verifies."""
    from agent.store.erasing import of_patient
    from agent.store.opening import open_database

    database = open_database()
    with database.reading() as db:
        found = of_patient(db, patient)
    _take_away(database, found, who, role, "request", dry_run)


def retain(who: Who, role: Role, dry_run: DryRun = False) -> None:
    """Take away the settled plans that `policies/retention.toml` no longer keeps."""
    from agent.store.audit import moment
    from agent.store.erasing import overdue
    from agent.store.opening import open_database

    database = open_database()
    with database.reading() as db:
        found = overdue(db, moment(db))
    _take_away(database, found, who, role, "retention", dry_run)


def _take_away(database: Database, found: tuple[Work, ...], who: str, role: str, why: Why, dry_run: bool) -> None:
    from agent.store.audit import Actor
    from agent.store.erasing import erase, may_erase, would_erase

    by = Actor(who, role)
    may_erase(by)
    if not dry_run:
        _tell(erase(database, found, by, why), "taken away")
        return
    with database.reading() as db:
        _tell(would_erase(db, found), "would be taken away")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _tell(erased: Erased, what: str) -> None:
    for name in erased.plans:
        typer.echo(name)
    rows = ", ".join(f"{count} of {table}" for table, count in erased.rows.items() if count) or "no rows"
    kept = f"{erased.records_kept} on which other plans rest kept"
    note(f"{_counted(len(erased.plans), 'plan')} {what} ({rows}; {_counted(erased.records, 'record')}, {kept})")
    if erased.plans:
        note("Backups, and what was released, are not reached from here.")

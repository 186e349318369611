"""`carewright review export-learning`: decisions as examples for a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.faces.cli_common import note


def export_learning(
    folder: Annotated[Path, typer.Argument(help="a new folder")],
    consent: Annotated[str, typer.Option(help="under what patients consented to it, such as a study's number; it stands in the datasheet")],
    who: Annotated[str, typer.Option("--reviewer", envvar="CAREWRIGHT_REVIEWER", help="who exports; stands in the audit")],
    role: Annotated[str, typer.Option("--role", envvar="CAREWRIGHT_ROLE", help="in which role; it must be one that may administer")],
) -> None:
    """Every decided plan as fine-tuning and preference examples (JSON Lines of OpenAI), without identifiers, with a datasheet."""
    from datetime import UTC, datetime

    from agent.errors import DecisionError
    from agent.learning.export import export_learning as export
    from agent.store.audit import Actor
    from agent.store.opening import open_database
    from policies.engine import may_act

    if not consent.strip():
        raise typer.BadParameter("--consent says nothing; without consent nothing is exported")
    if not may_act(role, "administer"):
        raise DecisionError("unauthorised", f"a {role} may not export what others decided")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    found = export(open_database(), folder, consent.strip(), Actor(who, role), at)
    note(
        f"{found.plans} plans: {found.fine_tuning} examples for fine-tuning, {found.preferences} preference pairs; see {folder / 'datasheet.md'}"
    )
    for why, count in found.left_out.items():
        note(f"left out: {count} ({why})")

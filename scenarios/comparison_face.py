"""`carewright compare`: drafters held against each other on one cohort."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.faces.cli_common import AsOf, note, today

if TYPE_CHECKING:
    from agent.drafting import Drafter


def compare(
    paths: Annotated[list[Path] | None, typer.Argument(help="bundles, folders of bundles, or bulk exports")] = None,
    drafters: Annotated[
        str, typer.Option(help="names with commas: rules; model (the configured one); model:NAME; model:NAME@URL of another server")
    ] = "rules,model",
    population: Annotated[str | None, typer.Option(help="instead of PATHS: draw patients from this population")] = None,
    patients: Annotated[int, typer.Option(min=1, help="how many are drawn")] = 100,
    seed: Annotated[int, typer.Option(help="another seed, other patients")] = 1,
    out: Annotated[Path, typer.Option(help="folder for rows and report; made when missing")] = Path("comparison"),
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="so many patients at once with one model")] = 8,
    as_of: AsOf = None,
) -> None:
    """Compare drafters: omissions, unsafe proposals, unsupported statements, agreement, tokens, time, with intervals and pictures."""
    from scenarios.comparison import compared
    from scenarios.comparison_page import comparison_page
    from scenarios.faces import bar, somebody
    from scenarios.page import as_markdown, write_page
    from scenarios.population import drawn

    if bool(paths) is (population is not None):
        raise typer.BadParameter("give PATHS or --population")
    day = as_of or today()
    named = _drafters(drafters)
    who = drawn(population, patients, seed, day) if population else somebody(paths or [])
    with bar("drafting") as progress:
        rows = compared(who, named, day, concurrency, out, progress)
    page = comparison_page(rows, day, f"Drafters: {', '.join(named)}.")
    write_page(page, out / "report")
    typer.echo(as_markdown(page))
    note(f"Rows and report are in {out}.")


def _drafters(names: str) -> Mapping[str, Drafter]:
    """The drafters by the names that were given. Raises BadParameter, DraftError."""
    from agent.drafting.by_model import ModelDrafter
    from agent.drafting.rules import RulesDrafter

    found: dict[str, Drafter] = {}
    for name in filter(None, (part.strip() for part in names.split(","))):
        kind, _, which = name.partition(":")
        if kind not in {"rules", "model"} or (kind == "rules" and which):
            raise typer.BadParameter(f"{name!r} is no drafter: rules, model, model:NAME or model:NAME@URL")
        model, _, url = which.partition("@")
        label = name if f"{kind}:{model}" in found or not url else f"{kind}:{model}"
        found[label] = RulesDrafter() if kind == "rules" else ModelDrafter.configured(model=model, url=url)
    if len(found) < 2:
        raise typer.BadParameter("name two drafters at least, with a comma between")
    return found

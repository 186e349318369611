"""`carewright review …`: the waiting plans, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    pass

app = typer.Typer(help="The waiting plans: see one, decide item by item.", no_args_is_help=True, rich_markup_mode=None)

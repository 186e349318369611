"""What the pages show, as HTML: the plan page is the one that `--format html` writes, with the desk beneath it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from agent.faces import html
from agent.faces.view import View
from agent.faces.web.accounts import Session
from agent.shown import Shown, Waiting
from policies.engine import reasons_for

TEMPLATES = Path(__file__).parent / "templates"


def plan_page(shown: Shown, session: Session) -> str:
    """A plan with where each item stands, and a form for each that is open."""
    style = html.style_sheet()
    return _page(
        "desk.html.j2",
        shown=shown,
        plan=shown.plan,
        view=View(shown.plan),
        style=Markup(style),  # noqa: S704 - our own file
        style_digest=html.digest_of(style),
        session=session,
        reasons={use: reasons_for(use) for use in ("override", "reject", "edit")},
    )


def worklist_page(waiting: tuple[Waiting, ...], session: Session, now: datetime) -> str:
    """Every plan that waits, the most urgent first."""
    lines = [(line, _hours(line.started, now)) for line in waiting]
    return _page("worklist.html.j2", lines=lines, session=session)


def sign_in_page(fault: str = "") -> str:
    """The door."""
    return _page("sign_in.html.j2", fault=fault)


def refusal_page(status: int, message: str, back: str) -> str:
    """Why nothing happened, and where to go from here."""
    return _page("refusal.html.j2", status=status, message=message, back=back)


def desk_style() -> str:
    """The style sheet of the pages around the plan."""
    return html.style_sheet() + (TEMPLATES / "desk.css").read_text("utf-8")


def policy() -> str:
    """The content policy of every page: nothing from elsewhere, no script at all."""
    digest = html.digest_of(html.style_sheet())
    return f"default-src 'none'; style-src 'self' '{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def _hours(started: str, now: datetime) -> str:
    hours = (now - datetime.fromisoformat(started)).total_seconds() / 3600
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"


def _page(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return html.environment().overlay(loader=FileSystemLoader([TEMPLATES, html.TEMPLATES]))

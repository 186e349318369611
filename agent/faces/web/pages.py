"""The pages as HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from agent.chat.session import Reply
from agent.faces import html
from agent.faces.web.accounts import Session
from agent.faces.web.plan_view import PlanPage
from agent.faces.web.speech import LANGUAGES, Speech
from agent.faces.web.standing_view import Signers
from agent.faces.web.worklist_view import Filter, Line
from agent.faces.words_options import COST_WORDS, effect_words
from agent.shown import Audit
from policies.engine import load_policies, reasons_for

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
Said = Sequence[tuple[str, Reply]]


@dataclass(frozen=True)
class Frame:
    """What every page needs: the language, who reads, and where the page is."""

    speech: Speech
    session: Session | None
    here: str


def plan_page(frame: Frame, page: PlanPage, conversation: str = "", told: str = "", *, printing: bool = False) -> str:
    """A plan with where each item stands, what may be done about it, and the conversation (as `said_fragment` makes it) beside it."""
    opened = [name for name, stand in page.stands.items() if stand.lack and "approve" in stand.may]
    return _page(
        frame,
        "plan_page.html.j2",
        shown=page.shown,
        plan=page.plan,
        view=page,
        conversation=Markup(conversation),  # noqa: S704 - made by a template
        told=told,
        printing=printing,
        next_open=next(iter(opened), ""),
        reasons=_reasons(),
        examples=_examples(page, frame.speech),
        signing=who_signs(page.signers, frame.speech),
    )


def said_fragment(frame: Frame, name: str, said: Said) -> str:
    """Turns of the conversation, to be put beneath the others; empty where there are none."""
    return _page(frame, "said.html.j2", said=said, shown={"id": name})


def worklist_page(frame: Frame, lines: Sequence[Line], wish: Filter, waiting: int, pages: int) -> str:
    """One page of the worklist."""
    asked = {"urgency": wish.urgency, "minutes": wish.minutes, "mine": wish.mine and 1, "settled": wish.settled and 1}
    query = urlencode({key: value for key, value in asked.items() if value})
    return _page(frame, "worklist.html.j2", lines=lines, wish=wish, waiting=waiting, pages=pages, query=query)


def sign_in_page(frame: Frame, fault: str = "", *, outside: bool = False) -> str:
    """The door; `outside`: there is an identity provider of the institution too."""
    return _page(frame, "sign_in.html.j2", fault=fault, outside=outside)


def confirm_page(frame: Frame, verb: str, about: str, fields: Sequence[tuple[str, str]], fault: str = "") -> str:
    """Asks for the password before something is signed; the form that was sent goes along."""
    action = frame.here
    return _page(
        frame, "confirm.html.j2", verb=verb, about=about, fields=fields, action=action, back=action.removesuffix("/decisions"), fault=fault
    )


def refusal_page(frame: Frame, status: int, reason: str, message: str, back: str, changes: Sequence[str] = ()) -> str:
    """Why nothing happened, which cited facts differ (where that is why), and where to go from here."""
    return _page(frame, "refusal.html.j2", status=status, reason=reason, message=message, back=back, changes=changes)


def administration_page(frame: Frame, audit: Audit, counts: Sequence[tuple[str, int]]) -> str:
    """Whether the audit is whole, and how many plans stand where; no word of any plan."""
    return _page(frame, "administration.html.j2", audit=audit, counts=counts)


def resource_page(frame: Frame, reference: str, words: str, json: str, back: str) -> str:
    """A resource of the record as it was received."""
    return _page(frame, "resource.html.j2", reference=reference, words=words, json=Verbatim(json), back=back)


class Verbatim:
    """Text that keeps its lines; it is escaped, but not folded into one line."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def static(name: str) -> str:
    """The address of one of our own files; a changed file has another address."""
    return f"/static/{name}?v={_digest(name)}"


@lru_cache(maxsize=16)
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def span_words(hours: float, t: Speech) -> str:
    """A span as one says it: days from two on, hours from one on, else minutes."""
    if hours >= 48:
        return t("time.days", n=round(hours / 24))
    return t("time.hours", n=round(hours)) if hours >= 1 else t("time.minutes", n=max(0, round(hours * 60)))


def role_words(roles: Iterable[str], t: Speech) -> str:
    """`physician or pharmacist`."""
    names = [t.other(f"role.{role}", role) for role in roles]
    return f" {t('worklist.or')} ".join(names)


def who_signs(who: Signers, t: Speech) -> str:
    """Whose signatures are lacking, in words; empty where none are."""
    parts = [role_words(who.first, t) if who.first else t("worklist.partly", by=role_words(who.partly, t)) if who.partly else ""]
    parts += [t("worklist.second", by=role_words(who.second, t))] if who.second else []
    return " ".join(part for part in parts if part)


def _examples(page: PlanPage, t: Speech) -> tuple[str, ...]:
    """Questions that this plan can answer."""
    first = next(iter(page.plan.items), None)
    kidney = t("chat.her-egfr" if page.plan.patient.sex == "female" else "chat.his-egfr")
    return (t("chat.dangerous"), *((t("chat.why-line", item=first.id),) if first else ()), kidney)


@lru_cache(maxsize=1)
def _reasons() -> dict[str, tuple[tuple[str, str], ...]]:
    texts = load_policies().reasons
    return {use: tuple((code, texts[code].text) for code in reasons_for(use)) for use in ("override", "reject", "edit")}


def _page(frame: Frame, name: str, **values: Any) -> str:
    return _environment().get_template(name).render(t=frame.speech, session=frame.session, here=frame.here, **values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = html.environment().overlay(loader=FileSystemLoader(TEMPLATES))
    environment.globals.update(
        languages=LANGUAGES,
        static=static,
        span_words=span_words,
        role_words=role_words,
        who_signs=who_signs,
        effect_words=effect_words,
        COST_WORDS=COST_WORDS,
    )
    return environment

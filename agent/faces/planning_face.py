"""What `plan` does, without the command line around it: bytes in, plan, and the plan in one of the published forms."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal, TypedDict

import msgspec

from agent.errors import DraftError
from agent.fhir.source import load_source
from agent.planning import make_plan
from tools.clinical.plan import Plan

EXAMPLE = "patients/example.json"
"""The shipped record, inside the package `scenarios`: invented, and without a name."""
EXAMPLE_AS_OF = date(2026, 11, 20)
"""Two days after its last entry, so that the example does not grow old."""


def example_record() -> bytes:
    """The record of the invented patient that is shipped."""
    return (resources.files("scenarios") / EXAMPLE).read_bytes()


def read(bundle: str | None, *, example: bool = False, fhir_server: str | None = None, patient: str | None = None) -> bytes:
    """The bytes of the record. Raises RecordError."""
    if example:
        return example_record()
    return load_source(fhir_server or bundle or "-", patient)


@dataclass(frozen=True)
class Wish:
    """What is asked of a run beside the record."""

    as_of: date
    request: str | None = None
    drafter: Literal["rules", "model"] = "rules"
    patient: str | None = None


def make(data: bytes, wish: Wish, tell: Callable[[str], None] | None = None) -> Plan:
    """A checked plan that nobody has signed; `tell` is told each step. Raises RecordError, DraftError."""
    try:
        return make_plan(data, wish.as_of, request=wish.request, drafter=wish.drafter, patient=wish.patient, tell=tell)
    except ModuleNotFoundError as error:
        if wish.drafter == "rules":
            raise
        raise DraftError(f"a model cannot draft here: this installation has no {error.name}; use --drafter rules") from None


def keep(data: bytes, wish: Wish) -> Plan:
    """The same, kept on the worklist until a person decides. Raises RecordError, DraftError, StoreError."""
    from agent.desk import Desk

    desk = Desk()
    name = desk.start(data, wish.as_of, patient=wish.patient, request=wish.request, drafter=wish.drafter)
    return desk.show(name).plan


def show(
    plan: Plan, form: str, *, out: Path | None = None, everything: bool = False, language: str = "en", rejected: Collection[str] = ()
) -> str:
    """The plan as text, JSON, FHIR or HTML, or as the page for the patient in a language, without the items that were rejected."""
    if form.startswith("patient"):
        return _for_the_patient(plan, form, language, rejected)
    if form == "text":
        return _text(plan, out, everything)
    return _FORMS[form](plan)


def since(previous: Path, plan: Plan, data: bytes, form: str, shown: str, out: Path | None) -> str:
    """The plan with what became of a previous one, in text, JSON or HTML; other forms are the plan as it is. Raises RecordError."""
    from agent.case import Case
    from agent.faces.html import plan_html
    from agent.faces.text_replan import replan_text
    from agent.replanning import compare, read_previous

    found = compare(read_previous(previous), plan, Case(data, date.fromisoformat(plan.as_of), plan.patient.reference or None))
    if form == "text":
        return replan_text(found, **_screen(out)) + "\n" + shown
    return {"json": lambda: pretty(found), "html": lambda: plan_html(plan, found)}.get(form, lambda: shown)()


def _text(plan: Plan, out: Path | None, everything: bool) -> str:
    from agent.faces.text import plan_text

    return plan_text(plan, everything=everything, **_screen(out))


class _Screen(TypedDict):
    width: int
    colour: bool
    unicode: bool


def _screen(out: Path | None) -> _Screen:
    """What the terminal or the file can show."""
    terminal = out is None and sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 40)).columns, 140)
    encoding = "utf-8" if out else (sys.stdout.encoding or "ascii")
    return _Screen(width=width, colour=terminal, unicode="utf" in encoding.lower())


def _for_the_patient(plan: Plan, form: str, language: str, rejected: Collection[str]) -> str:
    from agent.faces.patient_page import patient_html
    from agent.faces.patient_text import patient_text
    from agent.patient import patient_page

    page = patient_page(plan, language, rejected=rejected)
    return patient_html(page) if form == "patient-html" else patient_text(page)


def _fhir(plan: Plan) -> str:
    from agent.fhir.write import draft_bundle

    return pretty(draft_bundle(plan))


def pretty(value: object) -> str:
    """Indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _html(plan: Plan) -> str:
    from agent.faces.html import plan_html

    return plan_html(plan)


_FORMS: dict[str, Callable[[Plan], str]] = {"json": pretty, "fhir": _fhir, "html": _html}

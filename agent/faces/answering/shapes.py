"""Shapes that the tools share when they are called from outside. Their JSON Schemas are published under `schemas/tools/`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tools.clinical.answer import Citation, Issue, KnowledgeRef, Outcome
from tools.terminology.systems import RXNORM

Text = Annotated[str, Meta(min_length=1, max_length=500)]


class Coded(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something by its text, by a code, or both."""

    text: str = ""
    code: str = ""
    system: str = ""


class Amount(Struct, frozen=True):
    """A number with its unit (UCUM, or what people write: mcg, mEq/L, cells/uL)."""

    value: float | int | str
    unit: str


class Medication(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A medicine: at least `text` or `code`.

    Attributes:
        text: brand, generic name or a clinical-drug string such as "simvastatin 40 MG Oral Tablet".
        code: RxNorm code (or another, with its `system`).
        dose: of one administration, as "40 mg"; per: the interval, as "12 h" or "1 d"; daily_dose: per day, as "80 mg".
        started: the date of the first dose.
        proposed: it is about to be started, not taken yet.
    """

    text: str = ""
    code: str = ""
    system: str = RXNORM
    dose: str | Amount | None = None
    per: str | None = None
    daily_dose: str | Amount | None = None
    route: str | None = None
    started: str | None = None
    proposed: bool = False


class AllergyInput(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An allergy or intolerance by text or code, with the recorded reactions."""

    text: str = ""
    code: str = ""
    system: str = ""
    reactions: list[str] = []
    criticality: Literal["low", "high", "unable-to-assess"] | None = None
    intolerance: bool = False


class Context(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of the patient. Whatever is left out counts as not recorded, never as normal.

    Attributes:
        age: completed years, or with a unit ("7 mo"). birth_date instead, where it is known.
        labs: by name or LOINC code, each "4.5 mmol/L", {"value": 4.5, "unit": "mmol/L"}, or with a date.
        phenotypes: gene → phenotype, such as {"CYP2C19": "poor"}.
    """

    age: float | int | str | Amount | None = None
    birth_date: str | None = None
    sex: Literal["female", "male"] | None = None
    pregnancy: Literal["pregnant", "planning", "possible", "lactating", "none", "unknown"] | bool | None = None
    weight: str | Amount | None = None
    height: str | Amount | None = None
    labs: dict[str, Lab | str | float | int | None] = {}
    conditions: list[str | Coded] = []
    allergies: list[str | AllergyInput] = []
    medications: list[str | Medication] = []
    phenotypes: dict[str, str] = {}


class Lab(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A measured value; without a date it counts as of today's judgement."""

    value: float | int | str
    unit: str
    date: str | None = None


class Answer(Struct, frozen=True, omit_defaults=False, kw_only=True):
    """What every answer has.

    Attributes:
        status: `not_checked` is never the same as nothing found; `reason` says why.
        not_used: parts of the call that were not understood and had no influence.
        knowledge: ids and versions of the knowledge that was asked.
    """

    tool: str
    status: Outcome
    reason: str = ""
    not_used: tuple[str, ...] = ()
    knowledge: tuple[KnowledgeRef, ...] = ()
    sources: tuple[Citation, ...] = ()


class MedicationStatus(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whether a medicine of the call was looked at."""

    given: str
    status: Literal["checked", "partly_checked", "not_checked"]
    ingredients: tuple[str, ...] = ()
    reason: str = ""


class IssuesAnswer(Answer, frozen=True, kw_only=True):
    """Issues, gravest first (those kept out of sight say why in `suppressed`), and for each medicine whether it was checked."""

    issues: tuple[Issue, ...] = ()
    medications: tuple[MedicationStatus, ...] = ()

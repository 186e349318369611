"""The small parts that every written resource is made of: names, references, quantities, timings, concepts."""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from agent.fhir.systems import RXNORM, SNOMED, UCUM
from agent.review import Signature
from tools.clinical.answer import Citation
from tools.clinical.plan import Dose, Plan, PlanCode, PlanIngredient, PlanQuantity, Subject
from tools.clinical.quantity import Quantity

Json = dict[str, Any]

URI = "urn:ietf:rfc3986"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "carewright/plan")
_LITERAL = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("writing.toml").read_text("utf-8"))


def urn(plan: Plan, *parts: str) -> str:
    """The name of a part of this plan; the same plan gives the same name, in every process."""
    return f"urn:uuid:{uuid.uuid5(_SPACE, '/'.join((plan.digest, *parts)))}"


def compact(value: Json) -> Json:
    """Without what is empty: FHIR knows no empty strings, lists or objects."""
    return {key: v for key, v in value.items() if v is not None and v != "" and v != [] and v != {}}


def text(said: str) -> str:
    """Without control characters, which no FHIR string may hold."""
    return _CONTROLS.sub("", said).strip()


def is_literal(reference: str) -> bool:
    """`Type/id`, or a `urn:uuid:`: what another resource can be found by. `calculation:…` and the like are not."""
    return bool(_LITERAL.match(reference)) or reference.startswith("urn:uuid:")


def refer(reference: str) -> Json:
    """A reference; what is none is shown as text."""
    return {"reference": reference} if is_literal(reference) else {"display": text(reference)}


def refers(references: Iterable[str], *types: str) -> list[Json]:
    """References of these types (of any, where none is named), each once; what is no reference is left out."""
    found = dict.fromkeys(r for r in references if is_literal(r) and (not types or r.split("/")[0] in types))
    return [{"reference": reference} for reference in found]


def person(signature: Signature) -> Json:
    """A reviewer, by the id that the site gave: no resource of theirs is presumed to be at the receiver's."""
    return {
        "type": "Practitioner",
        "identifier": {"value": text(signature.reviewer)},
        "display": text(f"{signature.reviewer} ({signature.role})"),
    }


def code_of(code: PlanCode) -> Json:
    """A coding."""
    return compact({"system": text(code.system), "code": text(code.code), "display": text(code.display)})


def concept(said: str, *codings: Json) -> Json:
    """A concept with its text."""
    return compact({"coding": [coding for coding in codings if coding], "text": text(said)})


def subject_concept(subject: Subject) -> Json:
    """What an item is about. Codings of one concept mean the same thing, so that the parts of a combination are not listed there."""
    codings = [code_of(subject.code)] if subject.code else []
    if len(subject.ingredients) == 1 and subject.ingredients[0].rxcui:
        coding = rxnorm(subject.ingredients[0])
        if not any((c.get("system"), c.get("code")) == (coding["system"], coding["code"]) for c in codings):
            codings.append(coding)
    return concept(subject.text, *codings)


def rxnorm(ingredient: PlanIngredient) -> Json:
    """An ingredient's coding."""
    return compact({"system": RXNORM, "code": ingredient.rxcui, "display": ingredient.name})


def number(value: str) -> int | float:
    """A JSON number."""
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def quantity(amount: PlanQuantity) -> Json:
    """A UCUM quantity."""
    return {"value": number(amount.value), "unit": amount.unit, "system": UCUM, "code": amount.unit}


def timing(per: str) -> Json:
    """Once in each interval: months and years as they are written, for none has always as many hours; whole days in days, else hours."""
    interval = Quantity.parse(per)
    hours = interval.to("h").value
    if interval.unit in ("mo", "a"):
        period, unit = interval.value, interval.unit
    else:
        period, unit = (hours / 24, "d") if hours % 24 == 0 else (hours, "h")
    return {"repeat": {"frequency": 1, "period": number(str(period)), "periodUnit": unit}}


def dosage(dose: Dose, instruction: str) -> Json:
    """How it is to be taken, structured as far as the plan is."""
    amount = [{"type": concept("", _ORDERED), "doseQuantity": quantity(dose.amount)}] if dose.amount else []
    most = {"numerator": quantity(dose.max_per_day), "denominator": quantity(PlanQuantity("1", "d"))} if dose.max_per_day else None
    return compact(
        {
            "text": text(" ".join(part for part in (dose.text, dose.titration) if part)),
            "patientInstruction": text(instruction),
            "timing": timing(dose.per) if dose.per else None,
            "route": route(dose.route) if dose.route else None,
            "doseAndRate": amount,
            "maxDosePerPeriod": most,
        }
    )


_ORDERED: Json = {"system": "http://terminology.hl7.org/CodeSystem/dose-rate-type", "code": "ordered"}


def route(name: str) -> Json:
    """A route of administration, coded where its code is known."""
    code = _WORDS["routes"].get(name)
    return concept(name, {"system": SNOMED, "code": code} if code else {})


def word(table: str, name: str) -> Any:
    """A code of FHIR's for a word of ours (`writing.toml`)."""
    return _WORDS[table].get(name)


def cited(citation: Citation) -> str:
    """Where a statement comes from, in one line."""
    head = ", ".join(str(part) for part in (citation.title, citation.publisher, citation.year, citation.locator) if part)
    return f"{head} [{citation.id} {citation.version}{'; ' + citation.grade if citation.grade else ''}]".strip()


def notes(*said: str) -> list[Json]:
    """Annotations, without the empty ones."""
    return [{"text": cleaned} for s in said if (cleaned := text(s))]

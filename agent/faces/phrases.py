"""Parts of a plan in a few words: what to do, how, when, towards what; who the patient is; who drafted."""

from __future__ import annotations

from decimal import Decimal

from agent.faces.words import ACTION_WORDS, name_words, target_words
from agent.safe_text import readable
from agent.wording import number
from tools.clinical.appraised import Course
from tools.clinical.plan import Goal, Item, ModelReport, Plan


def headline(item: Item) -> str:
    """The action and its subject: `START empagliflozin`."""
    return f"{ACTION_WORDS[item.action]} {readable(item.subject.text)}"


def goal_words(goal: Goal) -> str:
    """`systolic BP 100 to 130 mmHg by 2027-02-21`."""
    by = f" by {readable(goal.by)}" if goal.by else ""
    return f"{name_words(goal.observable)} {target_words(goal.target)}{by}"


def how_words(item: Item) -> str:
    """The change in words, else the dose in words."""
    return readable(item.change) or (readable(item.dose.text) if item.dose else "")


def dose_words(item: Item) -> str:
    """What the headline does not say of the dose: the dose of a change, its maximum, what set it, how it goes on."""
    dose = item.dose
    if dose is None:
        return ""
    parts = (
        readable(dose.text) if item.change else "",
        f"at most {readable(f'{dose.max_per_day.value} {dose.max_per_day.unit}')} a day" if dose.max_per_day else "",
        *map(readable, dose.adjustments),
        f"then {readable(dose.titration)}" if dose.titration else "",
    )
    return "; ".join(part for part in parts if part)


def when_words(item: Item) -> str:
    """When it is due, and how urgent that is; empty where neither is said."""
    due = "" if item.due is None else f"by {readable(item.due.by)}" if item.due.within_days else "today"
    urgency = {"emergency": "EMERGENCY", "same-day": "today"}.get(item.urgency, "")
    return ", ".join(dict.fromkeys(word for word in (urgency, due) if word))


def banner_facts(plan: Plan) -> tuple[str, ...]:
    """What every decision depends on: age, sex, weight, height, pregnancy, kidney."""
    patient = plan.patient
    pregnancy = "" if patient.sex == "male" else f"pregnancy: {patient.pregnancy if patient.pregnancy != 'unknown' else 'not recorded'}"
    facts = (
        f"{patient.age} y" if patient.age is not None else "age not recorded",
        patient.sex or "sex not recorded",
        patient.weight or "weight not recorded",
        patient.height or "",
        pregnancy,
        patient.kidney or "kidney function not recorded",
    )
    return tuple(readable(fact) for fact in facts if fact)


def amount_words(value: str, unit: str) -> str:
    """A computed value with its unit; words and bare numbers have none, years are `y`."""
    return readable(f"{value} {'y' if unit == 'a' else unit}" if unit not in ("", "1") else value)


def course_words(course: Course) -> str:
    """Oldest first: `HbA1c 7.1, 7.6, 8.3 % (2025-05-12 to 2026-11-16); 0.6 % a year`."""
    values = course.values[::-1]
    numbers = ", ".join(number(Decimal(value.value)) for value in values)
    unit = readable(values[-1].unit) if values[-1].unit != "1" else ""
    slope = f"; {readable(course.per_year)} a year" if course.per_year and course.direction != "steady" else ""
    remark = f": {readable(course.remark)}" if course.remark else ""
    dates = f"({readable(values[0].when)} to {readable(values[-1].when)})"
    return " ".join(word for word in (name_words(course.observable), numbers, unit, dates) if word) + slope + remark


def drafter_words(plan: Plan) -> str:
    """Who drafted, what it cost, and whether a model's draft was given up."""
    drafter = plan.drafter
    cost = _cost_words(drafter.report) if drafter.report else ""
    if drafter.fell_back:
        return f"rules (the draft of model {readable(drafter.model or 'unnamed')} was set aside: {readable(drafter.fell_back)}{cost})"
    return f"model {readable(drafter.model or 'unnamed')}, checked by rules{cost}" if drafter.kind == "model" else "rules"


def _cost_words(report: ModelReport) -> str:
    """`; 2 calls, 4100 tokens read, 300 written, 3.2 s; 5 of 6 sentences borne out; preferred …`."""
    calls = f"{report.calls} call{'s' if report.calls != 1 else ''}"
    said = [f"{calls}, {report.prompt_tokens} tokens read, {report.answer_tokens} written, {report.milliseconds / 1000:.1f} s"]
    said += [f"{report.grounded} of {report.sentences} sentences borne out"] if report.sentences else []
    said += [f"preferred {readable(', '.join(report.preferred))}"] if report.preferred else []
    said += [f"barred {readable(', '.join(one.split(':')[0] for one in report.barred))}"] if report.barred else []
    return "; " + "; ".join(said)

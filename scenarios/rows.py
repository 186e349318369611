"""One patient of a batch, planned: what the batch writes down of the plan, or why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec
import orjson

from agent.context import in_memory
from agent.drafting import Drafter
from agent.errors import PlannerError
from agent.planning import make_plan, run, source_digest
from scenarios.cohort import Recorded
from scenarios.row import Row
from scenarios.titles import observables_by_title
from tools.clinical.plan import Coverage, Item, ModelReport, Plan
from tools.terminology import terminology


def plan_row(patient: Recorded, as_of: date, plans: bool = False, drafter: Drafter | None = None) -> Row:
    """One patient's row: what was planned, or why not; the rules draft where nobody else is named."""
    try:
        data = patient.data()
        plan = planned_by(drafter, data, as_of) if drafter else make_plan(data, as_of)
    except PlannerError as error:
        return {"outcome": "error", "error": type(error).__name__, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - a fault met with one patient must not cost the batch; its text may hold patient data
        return {"outcome": "error", "error": type(error).__name__, "message": "a fault of the program, met with this patient"}
    row: Row = {"outcome": "no-plan" if plan.status == "no-plan" else "plan", **measures(plan)}
    if drafter:
        row["model"] = drafted(plan)
    if plans:
        row["plan"] = orjson.loads(msgspec.json.encode(plan))
    return row


def planned_by(drafter: Drafter, data: bytes, as_of: date) -> Plan:
    """The checked plan of a drafter. Raises RecordError."""
    digest = source_digest(data)
    return run(in_memory(data, digest, drafter), digest, as_of)


def drafted(plan: Plan) -> Row:
    """What a model's draft cost and came to."""
    told = plan.drafter
    report = told.report or ModelReport()
    return {
        "name": told.model,
        "drafted": told.kind == "model",
        "fell_back": told.fell_back,
        "calls": report.calls,
        "prompt_tokens": report.prompt_tokens,
        "answer_tokens": report.answer_tokens,
        "milliseconds": report.milliseconds,
        "sentences": report.sentences,
        "grounded": report.grounded,
        "restored": len(report.restored),
        "preferred": len(report.preferred),
        "barred": len(report.barred),
        "outside": report.outside,
    }


def measures(plan: Plan) -> Row:
    """What a report counts of a plan."""
    ledger = Counter(line.status for line in plan.coverage)
    return {
        "digest": plan.digest,
        "input": plan.input.digest,
        "age": plan.patient.age,
        "sex": plan.patient.sex,
        "modules": [problem.module for problem in plan.problems],
        "items": _counted(item.action for item in plan.items),
        "questions": len(plan.questions),
        "issues": len(plan.issues),
        "interruptive": sum(issue.interruptive for issue in plan.issues),
        "suppressed": sum(bool(issue.suppressed) for issue in plan.issues),
        "medications": len(plan.medications),
        "uncertain": sum(line.currency == "uncertain" for line in plan.medications),
        "ledger": dict(sorted(ledger.items())),
        "open": _counted(_concern(line) for line in plan.coverage if line.status != "addressed"),
        "alerts": _counted(issue.code for issue in plan.issues if issue.interruptive and not issue.suppressed),
        "confidence": _counted(least_sure(item) for item in plan.items),
        "interruptive_unsure": sum(issue.interruptive and "unsure" in {c.confidence for c in issue.evidence} for issue in plan.issues),
        "not_checked": len(plan.not_checked),
        "set_aside": len(plan.input.set_aside),
        "route": plan.disposition.route,
        "urgency": plan.disposition.urgency,
    }


def least_sure(item: Item) -> str:
    """The least sure of the evidence that a line rests on."""
    cited = {citation.confidence for reason in item.rationale for citation in reason.evidence}
    return next((one for one in ("unsure", "probable", "sure") if one in cited), "none cited")


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _concern(line: Coverage) -> str:
    """What an open line of the ledger is about, in words of the terminology: no text of the record."""
    kind, _, rest = line.concern.partition(":")
    if kind == "monitoring":
        return f"test due: {rest}"
    if line.concern.startswith("Condition/"):
        known = sorted(terminology().problem((), line.text))
        return f"problem: {terminology().problem_title(known[0])}" if known else "problem without a known name"
    if line.concern.startswith("Observation/"):
        titles = sorted((title for title in observables_by_title() if line.text.startswith(title)), key=len)
        return f"value: {titles[-1]}" if titles else "another value"
    return "medicine" if line.concern.startswith("Medication") else "something else"

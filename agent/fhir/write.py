"""A plan as FHIR R4: a transaction of what was approved, or a collection of drafts that says so everywhere.

Every entry of a transaction is created on the condition that it is not there yet, under a name that follows from the plan's
digest: sent twice, it is there once. Nothing that was refused is in it, in no form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from agent.fhir.bindings import faults
from agent.fhir.write_issues import detected_issue, device, provenance
from agent.fhir.write_items import Writing, activity_of, question_task, resources_of
from agent.fhir.write_parts import URI, Json, compact, notes, refer, refers, text
from agent.review import Outcome, Override
from tools.clinical.plan import Plan, PlanIssue

Overrides = Mapping[str, Sequence[Override]]
_LABELS = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"


def transaction_bundle(plan: Plan, outcome: Outcome, overrides: Overrides | None = None) -> Json:
    """The approved items, and what goes with them, as an R4 transaction.

    Args:
        plan: as it was signed.
        outcome: who approved which item.
        overrides: the answers to issues, by item: their reasons become mitigations.

    Raises:
        ValueError: the outcome is of another plan, or approves nothing; or the bundle is not valid, which is a fault of this program.
    """
    if outcome.digest != plan.digest or not outcome.approved:
        raise ValueError("nothing of this plan was approved")
    made = _resources(Writing(plan, outcome.approved), overrides or {})
    entries = [{"fullUrl": name, "resource": _named(name, r, plan), "request": _create(name, r)} for name, r in made.items()]
    return validated(_bundle("transaction", entries))


def draft_bundle(plan: Plan) -> Json:
    """The whole plan before anybody signed it: every resource a draft and a proposal, in a bundle that no server executes."""
    made = _resources(Writing(plan), {})
    entries = [{"fullUrl": name, "resource": _named(name, r, plan)} for name, r in made.items()]
    return validated(_bundle("collection", entries))


def _bundle(kind: str, entries: Sequence[Json]) -> Json:
    """A bundle in which every `urn:` that is referred to leads to an entry."""
    here = {entry["fullUrl"] for entry in entries}
    return {"resourceType": "Bundle", "type": kind, "entry": [_with_names(entry, here) for entry in entries]}


def _with_names(value: Any, here: Collection[str]) -> Any:
    """References to what is not here by name: where the record gives a resource no id, its `urn:` is all that can be said of it."""
    if isinstance(value, list):
        return [_with_names(inner, here) for inner in value]
    if not isinstance(value, dict):
        return value
    name = value.get("reference")
    if isinstance(name, str) and name.startswith("urn:") and name not in here:
        return {"identifier": {"system": URI, "value": name}}
    return {key: _with_names(inner, here) for key, inner in value.items()}


def validated(bundle: Json) -> Json:
    """The bundle, held against fhir.resources R4B and our own table of required bindings. Raises ValueError."""
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        Bundle.model_validate(bundle)
        found = faults(bundle)
    except ValidationError as error:
        found = tuple(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}" for fault in error.errors())
    if found:
        raise ValueError(f"what was to be written is not valid FHIR: {'; '.join(found[:10])}")
    return bundle


def _resources(w: Writing, overrides: Overrides) -> dict[str, Json]:
    """Every resource by its name, those that are referred to first."""
    requests = {name: r for item in w.items for name, r in resources_of(item, w).items()}
    waited = {question for item in w.items for question in item.conditional_on}
    questions = {w.name("Task", q.id): question_task(q, w) for q in w.plan.questions if w.draft or q.id in waited}
    issues = {w.name("DetectedIssue", i.id): detected_issue(i, w, overrides) for i in w.plan.issues if _bears(i, w)}
    goals = _goals(w)
    made = {w.device(): device(w.plan), **issues, **questions, **requests, **goals, w.name("CarePlan", ""): _care_plan(w, goals)}
    return {**made, w.name("Provenance", ""): provenance(w, tuple(made))}


def _bears(issue: PlanIssue, w: Writing) -> bool:
    """A draft shows every issue; what leaves, those that an approved item raises or answers, and those whose remedy was refused."""
    if w.draft:
        return not issue.suppressed
    return any(issue.id in w.issues_of(item.id) for item in w.items) or _stays(issue, w)


def _stays(issue: PlanIssue, w: Writing) -> bool:
    """What a refused remedy would have answered goes on, unless it came of a start that was refused as well."""
    approved = {item.id for item in w.items}
    refused = {item.id: item for item in w.plan.items if item.id not in approved}
    raised = any(refused[item].action == "start" for item in issue.items if item in refused)
    return not issue.suppressed and not raised and any(item in refused for item in issue.handled_by)


def _goals(w: Writing) -> dict[str, Json]:
    wanted = {item.problem for item in w.items}
    return {
        w.name("Goal", f"{problem.id}/{n}"): compact(
            {
                "resourceType": "Goal",
                "lifecycleStatus": "proposed" if w.draft else "active",
                "description": {"text": text(f"{goal.observable}: {goal.target}")},
                "subject": refer(w.plan.patient.reference),
                "startDate": w.plan.as_of,
                "target": [{"dueDate": goal.by}] if goal.by else [],
                "addresses": refers(problem.facts, "Condition", "Observation"),
            }
        )
        for problem in w.plan.problems
        for n, goal in enumerate(problem.goal)
        if w.draft or problem.id in wanted
    }


def _care_plan(w: Writing, goals: Mapping[str, Json]) -> Json:
    plan = w.plan
    title = "DRAFT, not approved by anybody" if w.draft else "Care plan, approved item by item"
    wanted = {item.problem for item in w.items}
    facts = [fact for problem in plan.problems if w.draft or problem.id in wanted for fact in problem.facts]
    summary = text(plan.summary) if w.draft else ""  # a summary speaks of every item, approved or not
    return compact(
        {
            "resourceType": "CarePlan",
            "text": {
                "status": "generated",
                "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(f"{title}. {summary}".strip())}</div>',
            },
            "status": "draft" if w.draft else "active",
            "intent": "proposal" if w.draft else "plan",
            "title": title,
            "description": summary,
            "subject": refer(plan.patient.reference),
            "period": {"start": plan.as_of},
            "created": plan.as_of,
            "author": refer(w.device()),
            "addresses": refers(facts, "Condition"),
            "goal": [{"reference": name} for name in goals],
            "activity": [activity for item in w.items for activity in activity_of(item, w)],
            "note": notes(
                *(
                    f"{problem.text}: {problem.follow_up}"
                    for problem in plan.problems
                    if problem.follow_up and (w.draft or problem.id in wanted)
                )
            ),
        }
    )


def _named(name: str, resource: Json, plan: Plan) -> Json:
    """With its name as a tag, and as an identifier where the type has one; and the label of who asserts it: a device, or an AI."""
    label = "AIAST" if plan.drafter.kind == "model" else "DEVAST"
    meta: Json = {"security": [{"system": _LABELS, "code": label}], "tag": [{"system": URI, "code": name}]}
    identified: Json = {} if resource["resourceType"] == "Provenance" else {"identifier": [{"system": URI, "value": name}]}
    return {**resource, "meta": meta, **identified}


def _create(name: str, resource: Json) -> dict[str, Any]:
    """Looked for by the tag: every type has that parameter, while servers differ in where they know `identifier`."""
    return {"method": "POST", "url": resource["resourceType"], "ifNoneExist": f"_tag={URI}|{name}"}

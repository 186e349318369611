"""Whatever is asked, a tool answers or names the field; and what does not matter changes nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.faces import tool_registry
from agent.faces.tool_registry import CallError, answer, call
from tools.terminology import terminology

DAY = date(2026, 11, 20)
QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
KNOWN = tuple(
    name
    for name in (
        "warfarin",
        "simvastatin",
        "clarithromycin",
        "lisinopril",
        "spironolactone",
        "ibuprofen",
        "sertraline",
        "tramadol",
        "metformin",
        "amiodarone",
    )
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(KNOWN)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4), max_leaves=8
)
texts = st.text(max_size=40) | st.sampled_from(
    [*KNOWN, "5 mg/dL", "NaN kg", "-1 mL", "1e400 mg", "asthma", "N18.4", "2160-0", "\x00", "\u202e"]
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers() | st.floats() | texts,
        "sex": st.sampled_from(["female", "male"]),
        "weight": texts,
        "pregnancy": st.booleans() | st.sampled_from(["pregnant", "unknown"]),
        "labs": st.dictionaries(st.sampled_from(["potassium", "creatinine", "egfr", "2160-0", "x"]), texts | st.floats(), max_size=4),
        "conditions": st.lists(texts, max_size=4),
        "allergies": st.lists(texts, max_size=3),
        "medications": st.lists(texts, max_size=4),
        "phenotypes": st.dictionaries(st.sampled_from(["CYP2C19", "HLA-B*57:01", "x"]), texts, max_size=2),
    },
)
calls = st.fixed_dictionaries(
    {},
    optional={
        "medications": st.lists(texts, max_size=6),
        "medication": texts,
        "text": texts,
        "code": texts,
        "name": st.sampled_from(["bmi", "egfr", "cha2ds2-vasc", "x"]),
        "inputs": st.dictionaries(st.sampled_from(["weight", "height", "age", "creatinine", "x"]), values, max_size=4),
        "query": texts,
        "conditions": st.lists(texts, max_size=3),
        "gene": texts,
        "phenotype": texts,
        "indication": texts,
        "context": contexts,
    },
)


@QUICK
@given(name=st.sampled_from(tool_registry.NAMES), arguments=calls)
def test_a_call_is_answered_or_its_field_is_named(name: str, arguments: dict[str, Any]) -> None:
    try:
        found = call(name, arguments, DAY)
    except CallError:
        return
    assert found["status"] in ("found", "nothing_found", "not_checked")
    assert found["status"] != "not_checked" or found["reason"] or found.get("missing")


@QUICK
@given(name=st.sampled_from(tool_registry.NAMES), arguments=values)
def test_any_json_is_answered_or_refused(name: str, arguments: Any) -> None:
    try:
        json.loads(answer(name, json.dumps(arguments).encode(), DAY))
    except CallError:
        return


@QUICK
@given(data=st.binary(max_size=60))
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    try:
        answer("normalize_medication", data, DAY)
    except CallError:
        return


def issues(medications: list[str]) -> set[tuple[str, str, tuple[str, ...]]]:
    found = call("check_interactions", {"medications": medications}, DAY)["issues"]
    return {(issue["rule"]["id"], issue["severity"], tuple(sorted(issue["participants"]))) for issue in found}


@QUICK
@given(medications=st.lists(st.sampled_from(KNOWN), min_size=2, max_size=5, unique=True), data=st.data())
def test_the_order_of_medicines_changes_no_issue(medications: list[str], data: st.DataObject) -> None:
    assert issues(data.draw(st.permutations(medications))) == issues(medications)


@QUICK
@given(medications=st.lists(st.sampled_from(KNOWN), min_size=2, max_size=5, unique=True))
def test_a_code_in_place_of_a_name_changes_no_issue(medications: list[str]) -> None:
    codes = [ingredient.rxcui for name in medications if (ingredient := terminology().ingredient(name)) and ingredient.rxcui]
    assert issues(codes) == issues(medications)


@QUICK
@given(value=st.integers(min_value=25, max_value=70).map(lambda tenths: tenths / 10))
def test_a_unit_changes_no_answer(value: float) -> None:
    def with_potassium(text: str) -> Any:
        context = {"age": 70, "sex": "male", "labs": {"potassium": text}}
        found = call("check_interactions", {"medications": ["lisinopril", "spironolactone"], "context": context}, DAY)
        return [(issue["rule"]["id"], issue["severity"], issue.get("missing")) for issue in found["issues"]]

    assert with_potassium(f"{value} mmol/L") == with_potassium(f"{value} mEq/L") == with_potassium(f"{value:g} meq/L")

"""The published schemas are those of the code, and what the code prints is valid by them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sample_plans
from jsonschema import Draft202012Validator

from agent.faces.schemas import as_text, editor_settings, schemas, write
from agent.knowledge_index import KINDS, Kind
from scenarios.kinds import KINDS as OF_SCENARIOS
from tools.clinical.plan import Plan

FOLDER = Path(__file__).resolve().parents[2] / "schemas"


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / name).read_text("utf-8")))


def test_the_published_files_are_current() -> None:
    wanted = {name: as_text(schema) for name, schema in schemas().items()}
    published = {str(path.relative_to(FOLDER)): path.read_text("utf-8") for path in FOLDER.rglob("*.json")}
    assert published.keys() == wanted.keys(), "run: carewright schemas"
    assert [name for name in wanted if published[name] != wanted[name]] == [], "run: carewright schemas"


@pytest.mark.parametrize("schema", schemas().values(), ids=schemas().keys())
def test_every_schema_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("make", sample_plans.ALL, ids=lambda make: make.__name__)
def test_a_plan_is_valid_by_its_schema(make: Any) -> None:
    plan: Plan = make()
    validator("plan.schema.json").validate(json.loads(msgspec.json.encode(plan)))


def test_the_schema_refuses_a_plan_without_its_date() -> None:
    plan = json.loads(msgspec.json.encode(sample_plans.abstention()))
    del plan["as_of"]
    assert not validator("plan.schema.json").is_valid(plan)


def test_editors_are_told_the_schema_of_every_kind() -> None:
    assert (FOLDER.parent / ".taplo.toml").read_text("utf-8") == editor_settings(), "run: carewright schemas"
    told = tomllib.loads(editor_settings())["rule"]
    placed = [*(f"knowledge/{kind.name}" for kind in KINDS), *(f"scenarios/{kind.name}" for kind in OF_SCENARIOS)]
    assert [rule["schema"]["path"] for rule in told] == [f"schemas/{name}.schema.json" for name in placed]


def test_writing_changes_only_what_is_out_of_date(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    assert write(folder) == list(schemas())
    (folder / "plan.schema.json").write_text("{}", "utf-8")
    (folder / "gone.json").write_text("{}", "utf-8")
    assert write(folder) == ["plan.schema.json", "gone.json"]
    assert write(folder) == []


PLACED = [*(("knowledge", kind) for kind in KINDS), *(("scenarios", kind) for kind in OF_SCENARIOS)]


@pytest.mark.parametrize(("place", "kind"), PLACED, ids=[f"{place}-{kind.name}" for place, kind in PLACED])
def test_a_file_of_a_kind_is_valid_by_its_schema(place: str, kind: Kind) -> None:
    check = validator(f"{place}/{kind.name}.schema.json")
    assert kind.paths
    for path in kind.paths[:3]:
        raw = json.loads(msgspec.json.encode(tomllib.loads(path.read_text("utf-8"))))
        check.validate(raw)

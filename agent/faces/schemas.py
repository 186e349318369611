"""The published JSON Schemas, written from the types themselves: `carewright schemas schemas/` makes them anew.

plan.schema.json               what `plan --format json` prints
replan.schema.json             what it prints with `--previous`
tools/NAME.input.json          what a tool takes      tools/NAME.output.json   what it answers
knowledge/KIND.schema.json     the kinds of knowledge file, for editors that complete and check TOML
scenarios/KIND.schema.json     the same for stories, tasks, populations, courses …
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from agent.faces.tool_registry import TOOLS, flat_schema
from agent.knowledge_index import KINDS, Kind
from tools.clinical.plan import SCHEMA_VERSION, Plan
from tools.clinical.replanned import SCHEMA_VERSION as REPLAN_VERSION
from tools.clinical.replanned import Replan

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the path of its file, from `schemas/`."""
    found = {"plan.schema.json": _titled(flat_schema(Plan), f"Treatment plan, schema version {SCHEMA_VERSION}")}
    found["replan.schema.json"] = _titled(flat_schema(Replan), f"Comparison with a previous plan, schema version {REPLAN_VERSION}")
    for tool in TOOLS:
        found[f"tools/{tool.name}.input.json"] = _titled(flat_schema(tool.input), f"{tool.name}: what it takes")
        found[f"tools/{tool.name}.output.json"] = _titled(flat_schema(tool.output), f"{tool.name}: what it answers")
    for kind in KINDS:
        found[f"knowledge/{kind.name}.schema.json"] = _titled(flat_schema(kind.document), f"Knowledge file: {kind.name}")
    for kind in _of_scenarios():
        found[f"scenarios/{kind.name}.schema.json"] = _titled(flat_schema(kind.document), f"File of scenarios: {kind.name}")
    return found


def _of_scenarios() -> tuple[Kind, ...]:
    """The kinds of file of the room above, which this one knows by name alone."""
    kinds: tuple[Kind, ...] = import_module("scenarios.kinds").KINDS
    return kinds


def write(folder: Path) -> list[str]:
    """Write every schema whose file is missing or out of date, and remove those that no type has any more; their paths."""
    wanted = schemas()
    changed = []
    for name, schema in wanted.items():
        path = folder / name
        text = as_text(schema)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(name)
    (folder.parent / ".taplo.toml").write_text(editor_settings(), "utf-8")
    for path in sorted(folder.rglob("*.json")):
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
            changed.append(str(path.relative_to(folder)))
    return changed


def editor_settings() -> str:
    """`.taplo.toml`: which schema an editor completes and checks which knowledge file by."""
    placed = [*(("knowledge", kind) for kind in KINDS), *(("scenarios", kind) for kind in _of_scenarios())]
    rules = (
        f'[[rule]]\ninclude = ["{kind.folder}/*.toml"]\n[rule.schema]\npath    = "schemas/{place}/{kind.name}.schema.json"\nenabled = true\n'
        for place, kind in placed
    )
    head = "# Editors that use Taplo complete and check knowledge files by these schemas; `carewright schemas` writes this file and them."
    return f'{head}\n\ninclude = ["tools/**/*.toml", "policies/*.toml", "scenarios/**/*.toml"]\n\n' + "\n".join(rules)


def as_text(schema: dict[str, Any]) -> str:
    """As it stands in the file."""
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"


def _titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {**schema, "$schema": _DIALECT, "title": title}

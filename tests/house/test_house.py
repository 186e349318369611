"""The habits of this repository, as tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agent", "tools", "policies", "scenarios")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
PURE = sorted(path for room in ("tools", "policies") for path in (ROOT / room).rglob("*.py"))


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_a_module_has_at_most_300_lines_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_modules_and_functions_stay_small() -> None:
    lines, spans = [], []
    for path in MODULES:
        text = path.read_text("utf-8")
        lines.append(len(text.splitlines()))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                spans.append(length)
                assert length <= 40 + len((ast.get_docstring(node) or "").splitlines()), (
                    f"{path.relative_to(ROOT)}:{node.name} has {length} lines"
                )
    assert median(lines) <= 140
    assert median(spans) <= 10


@pytest.mark.parametrize("path", PURE, ids=names(PURE))
def test_tools_and_policies_know_no_clock_and_no_network(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not {call for call in calls if re.search(r"(date\.today|datetime\.(now|utcnow)|time\.time)$", call)}
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    barred = {"socket", "urllib", "http", "requests", "httpx", "openai", "langgraph", "langchain_core", "fhir"}
    assert not {name for name in imports if name.split(".")[0] in barred}


def test_no_ingredient_is_named_in_python() -> None:
    from tools.terminology import terminology

    known = terminology()
    found = []
    for path in MODULES:
        if path.parts[-2] == "scenarios" or "fixtures" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
        }  # type: ignore[attr-defined]
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docstrings
                and known.ingredient(node.value)
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}")
    assert not [line for line in found if not line.endswith(("'oxygen'", "'water'", "'sodium'", "'potassium'"))]


def test_the_lock_holds_plain_versions() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in lines)


def test_every_dependency_has_an_upper_major_bound() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    assert all("<" in line for line in wanted if not line.startswith("carewright"))


def test_only_one_module_imports_the_model_client_and_only_the_edge_imports_fhir_resources() -> None:
    def importers(package: str) -> set[str]:
        return {
            str(path.relative_to(ROOT))
            for path in MODULES
            if re.search(rf"^\s*(from|import) {re.escape(package)}\b", path.read_text("utf-8"), re.M)
        }

    assert importers("openai") <= {"agent/drafting/model.py"}
    assert all(name.startswith("agent/fhir/") for name in importers("fhir.resources"))
    assert all(name.startswith(("agent/graph.py", "agent/nodes/", "agent/store/", "agent/desk")) for name in importers("langgraph"))
    assert importers("langchain_core") <= {"agent/langchain_tools.py"}

"""Every file of appraisal knowledge: its examples hold, its names are known, and every limit in it is held by an example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tools.appraisal.doubts import DoubtFile
from tools.appraisal.medicines import TableFile
from tools.appraisal.model import PointFile, Statement, StatementFile, SuspicionFile
from tools.appraisal.routes import RouteFile
from tools.appraisal.series import CourseFile
from tools.appraisal.supply import GapFile
from tools.clinical.clause import Clause
from tools.clinical.knowledge import Document, decode
from tools.terminology import terminology

ROOT = Path(__file__).resolve().parents[2] / "tools" / "appraisal"
KINDS: dict[str, type[Document]] = {
    "suspicions": SuspicionFile,
    "review": PointFile,
    "courses": CourseFile,
    "doubts": DoubtFile,
    "gaps": GapFile,
    "tables": TableFile,
    "routes": RouteFile,
}
FILES = sorted(ROOT.glob("*/*.toml"))
BOUNDS = {"at_least", "at_most", "above", "below", "within", "apart", "times", "by", "by_percent", "youngest"}
NUMBER = re.compile(r"^-?\d+(\.\d+)?")


def read(path: Path) -> Document:
    return decode(tomllib.loads(path.read_text("utf-8")), KINDS[path.parent.name])


def limits(node: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every table and key that holds a number of a condition."""
    if isinstance(node, list):
        for part in node:
            yield from limits(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in BOUNDS and NUMBER.match(str(value)):
                yield node, key
            else:
                yield from limits(value)


def nudged(value: str | int, step: int) -> str | int:
    if isinstance(value, int):
        return value + step
    number, _, unit = value.partition(" ")
    exponent = Decimal(number).as_tuple().exponent
    return f"{Decimal(number) + step * Decimal(1).scaleb(int(exponent))} {unit}".strip()


def conditions(entry: dict[str, Any]) -> dict[str, Any]:
    if "observable" in entry:
        return entry
    return {key: entry[key] for key in ("when", "repeated", "since", "measured") if key in entry}


def survivors(raw: dict[str, Any], kind: type[Document], table: str) -> list[str]:
    """Limits that can be moved by one step without any example noticing."""
    found = []
    for entry in raw.get(table, []):
        alone = {**raw, table: [entry]}
        if table == "indicated":
            alone["case"] = [case for case in raw["case"] if case.get("about") == entry["id"]]
        for node, key in [*limits(conditions(entry)), *([(entry, "youngest")] if entry.get("youngest") else [])]:
            if key == "at_least" and isinstance(node[key], int):
                continue  # how many of several: the examples give exactly so many
            kept = node[key]
            for step in (1, -1):
                node[key] = nudged(kept, step)
                if not decode(alone, kind).case_failures():
                    found.append(f"{entry['id']}: {key} = {node[key]}")
            node[key] = kept
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_of_a_file_come_out_as_written(path: Path) -> None:
    file = read(path)
    assert (file.id, file.faults(), file.case_failures()) == (path.stem, [], [])


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name != "courses"], ids=lambda path: path.stem)
def test_no_limit_of_a_file_can_move_unnoticed(path: Path) -> None:
    raw = tomllib.loads(path.read_text("utf-8"))
    tables = [name for name in ("suspicion", "point", "indicated", "differ") if name in raw]
    assert [found for table in tables for found in survivors(raw, KINDS[path.parent.name], table)] == []


def test_the_harness_sees_a_limit_that_no_example_holds() -> None:
    raw = tomllib.loads((ROOT / "suspicions" / "kidney-and-electrolytes.toml").read_text("utf-8"))
    entry = raw["suspicion"][0]
    raw["suspicion"] = [{**entry, "cases": [entry["cases"][0]]}]
    assert survivors(raw, SuspicionFile, "suspicion") == [
        "ckd-by-egfr: below = 61 mL/min/{1.73_m2}",
        "ckd-by-egfr: apart = 89 d",
        "ckd-by-egfr: within = 731 d",
    ]


def test_every_quantity_that_cannot_be_read_is_told_at_once() -> None:
    raw = tomllib.loads(next((ROOT / "courses").glob("*.toml")).read_text("utf-8"))
    raw["watched"] = [{**raw["watched"][0], "steady": "5 furlongs", "within": "soon"}]
    faults = [fault for fault in msgspec.convert(raw, CourseFile).faults() if fault.startswith(raw["watched"][0]["observable"])]
    assert len(faults) == 2


def names(clauses: tuple[Clause, ...]) -> Iterator[tuple[str, str]]:
    for clause in clauses:
        yield from ((kind, name) for kind, name in (("problem", clause.has), ("drug", clause.takes), ("drug", clause.duration)) if name)
        yield from (("observable", name) for name in (clause.measured, clause.unmeasured) if name)
        for parts in (clause.all_of, clause.any_of, clause.none_of, clause.of):
            yield from names(parts or ())


def used(statement: Statement) -> Iterator[tuple[str, str]]:
    yield from names(statement.when)
    yield from (("problem", name) for name in statement.unless_has)
    yield from (("drug", name) for name in statement.medicines)
    repeated, since = getattr(statement, "repeated", None), getattr(statement, "since", None)
    yield from (("observable", bound.measured) for bound in (repeated.of if repeated else ()))
    yield from [("observable", since.measured)] if since else []


def test_every_name_is_known_to_the_terminology() -> None:
    known = terminology()
    knows = {"problem": known.is_problem, "drug": known.is_drug_kind, "observable": known.is_observable}
    files = [file for path in FILES if isinstance(file := read(path), StatementFile)]
    tables = [file for path in FILES if isinstance(file := read(path), TableFile)]
    courses = [file for path in FILES if isinstance(file := read(path), CourseFile)]
    found = {pair for file in files for statement in file.statements() for pair in used(statement)}
    for file in tables:
        for row in file.indicated:
            found |= {("drug", name) for name in (*row.of, *row.beside)} | {("problem", name) for name in row.for_}
            found |= {("observable", bound.measured) for bound in row.measured}
        found |= {("drug", weight.of) for load in file.burden for weight in load.weights if weight.of != "any"}
        found |= {("drug", name) for price in file.price for name in price.of}
    found |= {("observable", entry.observable) for file in courses for entry in file.watched}
    assert sorted(f"{kind} {name}" for kind, name in found if not knows[kind](name)) == []
    assert len(found) > 200


def test_an_id_is_given_once() -> None:
    ids = [entry.id for path in FILES if isinstance(file := read(path), StatementFile) for entry in file.statements()]
    assert len(ids) == len(set(ids))


def test_a_file_that_names_no_such_source_is_refused() -> None:
    raw = tomllib.loads((ROOT / "review" / "untreated-problems.toml").read_text("utf-8"))
    raw["point"][0]["source"] = "hearsay"
    assert "adrenal-insufficiency-untreated: source 'hearsay' is not listed" in msgspec.convert(raw, PointFile).faults()

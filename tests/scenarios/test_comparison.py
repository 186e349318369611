"""Drafters are compared row by row: what the page tells is what the rows say, and it holds none of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from agent.drafting.rules import RulesDrafter
from scenarios.comparison import Rows, compared
from scenarios.comparison_page import comparison_page
from scenarios.page import as_markdown
from scenarios.population import drawn

DAY = date(2026, 11, 26)
NOTHING = {"drafted": True, "fell_back": None, "calls": 0, "prompt_tokens": 0, "answer_tokens": 0, "milliseconds": 0}
NOTHING |= {"sentences": 0, "grounded": 0, "restored": 0, "preferred": 0, "barred": 0, "outside": 0}


def row(lines: tuple[str, ...], model: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    base = {"outcome": "plan", "lines": list(lines), "changes": list(lines[:1]), "waiting": 0, "questions": 1, "open": 2, "unsafe": 0}
    return {**base, "model": {**NOTHING, **(model or {})}, **more}


def written(path: Path, **rows: list[dict[str, Any]]) -> Rows:
    begins, data = {}, b""
    for name, some in rows.items():
        begins[name] = len(data)
        data += b"".join(orjson.dumps({"drafter": name, "key": f"{n}", **one}) + b"\n" for n, one in enumerate(some))
    path.write_bytes(data)
    return Rows(path, begins, len(next(iter(rows.values()))))


def test_the_page_tells_what_the_rows_say(tmp_path: Path) -> None:
    asked = {"calls": 2, "prompt_tokens": 900, "answer_tokens": 90, "milliseconds": 1500, "sentences": 4, "grounded": 3}
    failed = {"drafted": False, "fell_back": "no answer", "calls": 1, "milliseconds": 500}
    rows = written(
        tmp_path / "rows.ndjson",
        rules=[row(("start a", "stop b")), row(("start a",)), {"outcome": "error", "error": "RecordError"}],
        one=[row(("start a", "start c"), asked, unsafe=1), row(("start a",), failed), {"outcome": "error", "error": "RecordError"}],
    )
    text = as_markdown(comparison_page(rows, DAY, "Drafters: rules, one."))
    for line in (
        "Drafters: rules, one. As of 2026-11-26; 3 records.",
        "| one | 3 | 2 | 1/2 = 50.0% (9.5%–90.5%) | no answer (1) |",
        "| one | 2.00 (2.00 to 2.00) | 1/3 = 33.3% (6.1%–79.2%) | 0 | 0.00 (0.00 to 0.00) | 1.00 (1.00 to 1.00) |",
        "| one | 0 | 0 | 0 | 1/2 = 50.0% (9.5%–90.5%) |",
        "| one | 4 | 3 | 1/4 = 25.0% (4.6%–69.9%) |",
        "| rules and one | 0.67 (0.01 to 1.32) | 1.00 (1.00 to 1.00) | 1/2 = 50.0% (9.5%–90.5%) |",
        "| one | 1.50 (0.52 to 2.48) | 450.00 (-431.98 to 1331.98) | 45.00 (-43.20 to 133.20) | 1.00 (0.02 to 1.98) | 1.00 |",
    ):
        assert line in text


def test_lines_that_are_missing_are_those_of_the_rules_wherever_they_stand(tmp_path: Path) -> None:
    some = {"one": [row(("start a", "start c"))], "rules": [row(("start a", "stop b", "stop d"))]}
    text = as_markdown(comparison_page(written(tmp_path / "rows.ndjson", **some), DAY, ""))
    assert "2/3 = 66.7%" in text


def test_rules_agree_with_themselves_and_every_row_is_in_the_file(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    who = (*drawn("adults-in-primary-care", 3, 1, DAY), *drawn("adults-in-primary-care", 1, 1, DAY))
    rows = compared(who, {"rules": RulesDrafter(), "again": RulesDrafter()}, DAY, 2, tmp_path, lambda *both: told.append(both))
    assert (rows.records, told[-1]) == (3, (6, 6))
    assert [path.name for path in tmp_path.iterdir()] == ["rows.ndjson"]
    first, second = ([{**one, "drafter": ""} for one in rows.of(name)] for name in ("rules", "again"))
    assert first == second
    assert all(one["lines"] == other["lines"] for one, other in rows.both("rules", "again"))


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(records: int) -> int:
        some = [row(tuple(f"start medicine {n} {m}" for m in range(20))) for n in range(records)]
        rows = written(tmp_path / f"{records}.ndjson", rules=some, one=some)
        return _peak_of(lambda: comparison_page(rows, DAY, ""))

    assert peak(2000) < 1.5 * peak(200)


def _peak_of(work: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

"""What the document says of a million patients is what the script works out."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cost() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cost_of_a_night", ROOT / "benchmarks" / "cost.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_of_the_document_is_the_one_of_the_script(cost: ModuleType) -> None:
    assert cost.markdown(cost.Measured()) in (ROOT / "docs" / "scaling.md").read_text("utf-8")


def test_twice_the_time_takes_twice_the_core_hours_and_a_night_more_than_eight_takes_a_second_core(cost: ModuleType) -> None:
    hours = [next(cost.table(replace(cost.Measured(), plan_ms=ms))) for ms in (14.4, 28.8, 28.9)]
    assert [row[2] for row in hours] == ["4.0 core-hours", "8.0 core-hours", "8.0 core-hours"]
    assert [row[3] for row in hours] == ["1 core", "1 core", "2 cores"]

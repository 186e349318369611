"""`carewright plan --previous` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        code = ended.value.code
        assert isinstance(code, int)
        return code, capsys.readouterr().out

    return call


@pytest.fixture
def previous(run: Run, tmp_path: Path) -> str:
    path = tmp_path / "previous.json"
    assert run("plan", "--example", "--format", "json", "--out", str(path))[0] == exit_codes.DONE
    return str(path)


def test_the_comparison_stands_before_the_plan_in_text_and_around_it_in_json(run: Run, previous: str) -> None:
    code, text = run("plan", "--example", "--as-of", "2026-12-20", "--previous", previous)
    assert code == exit_codes.DONE
    assert text.startswith("Since the plan of 2026-11-20")
    assert "Treatment plan for Patient/example, as of 2026-12-20" in text
    found = json.loads(run("plan", "--example", "--as-of", "2026-12-20", "--previous", previous, "--format", "json")[1])
    assert (found["previous_as_of"], found["plan"]["as_of"]) == ("2026-11-20", "2026-12-20")


def test_the_page_leads_with_the_comparison(run: Run, previous: str) -> None:
    code, page = run("plan", "--example", "--as-of", "2026-12-20", "--previous", previous, "--format", "html")
    assert code == exit_codes.DONE
    assert page.index('id="since"') < page.index('id="questions"')


@pytest.mark.parametrize("content", ["", "{}", '{"resourceType": "Bundle"}', None])
def test_a_previous_plan_that_is_none_is_unreadable_input(run: Run, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "not-a-plan.json"
    if content is not None:
        path.write_text(content)
    assert run("plan", "--example", "--previous", str(path))[0] == exit_codes.UNREADABLE


def test_a_previous_plan_of_a_later_date_is_refused(run: Run, previous: str) -> None:
    assert run("plan", "--example", "--as-of", "2026-11-19", "--previous", previous)[0] == exit_codes.UNREADABLE

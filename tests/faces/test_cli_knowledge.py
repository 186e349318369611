"""`carewright knowledge`: what there is, what is wrong with it, and how a new file begins."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import knowledge_index
from agent.faces import exit_codes
from agent.faces.cli import main
from agent.knowledge_index import KINDS, ROOT, Kind

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls the command line in this process; its exit code and both streams."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        streams = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, streams.out, streams.err

    return call


def test_every_kind_has_its_files() -> None:
    assert [kind.name for kind in KINDS if not kind.paths] == []


def test_every_knowledge_file_is_read_by_a_kind() -> None:
    read = {path for kind in KINDS for path in kind.paths}
    assert [str(path) for room in ("tools", "policies") for path in (ROOT / room).rglob("*.toml") if path not in read] == []


def test_check_names_nothing_where_all_is_well(run: Run) -> None:
    code, out, err = run("knowledge", "check")
    assert (code, out) == (0, ""), err
    assert err.endswith(" cases, 0 faults.\n")


def test_check_names_every_fault_of_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_index, "ROOT", tmp_path)
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "one.toml").write_text("id = 'two'", "utf-8")
    (tmp_path / "house" / "broken.toml").write_text("id = ", "utf-8")
    found = knowledge_index.check([Kind("policies", "house", "policies.model:Policy")])
    assert (found.files, found.cases) == (2, 0)
    assert [fault.partition(":")[0] for fault in found.faults] == ["house/broken.toml", "house/one.toml"]


def test_check_runs_the_cases_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "policies" / "expiry.toml").read_text("utf-8").replace("expired = false", "expired = true", 1)
    monkeypatch.setattr(knowledge_index, "ROOT", tmp_path)
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "expiry.toml").write_text(text, "utf-8")
    found = knowledge_index.check([Kind("policies", "house", "policies.model:Policy")])
    assert len(found.faults) == 1
    assert found.faults[0].startswith("house/expiry.toml: ")


def test_list_has_one_line_a_file(run: Run) -> None:
    code, out, _ = run("knowledge", "list", "policies")
    names = [line.split("\t")[1] for line in out.splitlines()]
    assert code == 0
    assert names == sorted(path.stem for path in (ROOT / "policies").glob("*.toml"))


def test_show_prints_a_file_as_it_stands(run: Run) -> None:
    code, out, err = run("knowledge", "show", "expiry")
    assert code == 0
    assert out == (ROOT / "policies" / "expiry.toml").read_text("utf-8")
    assert err.startswith("policies/expiry.toml, version ")


def test_show_prints_one_rule_of_a_file(run: Run) -> None:
    code, out, err = run("knowledge", "show", "will-monitor")
    wanted = {"id": "will-monitor", "use": ["override"], "text": "Will monitor (say what and when)", "needs_text": True}
    assert (code, json.loads(out)) == (0, wanted)
    assert err.startswith("policies/reasons.toml")


def test_show_prints_every_rule_of_that_id(run: Run) -> None:
    _, _, err = run("knowledge", "show", "same-day")
    assert [line.partition(",")[0] for line in err.splitlines()] == ["policies/disposition.toml", "policies/expiry.toml"]


@pytest.mark.parametrize("arguments", [("show", "no-such-rule"), ("list", "no-such-kind"), ("new", "no-such-kind", "x")])
def test_a_name_that_is_not_there_is_an_error_of_its_own(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run("knowledge", *arguments)
    assert (code, out) == (exit_codes.UNKNOWN_NAME, "")
    assert arguments[1] in err


def test_new_begins_a_draft_that_is_not_in_use(run: Run) -> None:
    code, out, err = run("knowledge", "new", "policies", "night-shift")
    begun = tomllib.loads(out)
    assert code == 0
    assert (begun["id"], begun["status"]) == ("night-shift", "draft")
    assert "policies/night-shift.toml" in err


def test_the_index_knows_files_and_rules_in_their_version_only() -> None:
    assert knowledge_index.knows("expiry", "1.0.0")
    assert knowledge_index.knows("same-day", "1.0.0")
    assert not knowledge_index.knows("same-day", "9.9.9")
    assert not knowledge_index.knows("no-such-rule", "1.0.0")


def test_the_index_knows_what_the_tools_cite() -> None:
    from tools.interactions import knowledge_refs

    assert [ref for ref in knowledge_refs() if not knowledge_index.knows(ref.id, ref.version)] == []


def test_coverage_has_a_row_for_every_ingredient(run: Run) -> None:
    from agent.coverage import BESIDE, CHECKS, lines

    rows = lines()
    code, out, _ = run("knowledge", "coverage")
    assert code == 0
    assert len(
        [
            line
            for line in out.splitlines()
            if line.count("|") == len(CHECKS) + len(BESIDE) + 3 and not line.startswith(("| ingredient", "|---"))
        ]
    ) == len(rows)


def test_coverage_tells_a_rule_on_the_ingredient_from_one_on_its_class() -> None:
    from agent.coverage import lines

    by_name = {line.name: line.counts for line in lines()}
    assert by_name["warfarin"][0] > 0
    assert by_name["lisinopril"][1] > by_name["lisinopril"][0]
    assert by_name["water"][:4] == (0, 0, 0, 0)


def test_reach_has_a_row_for_every_name_that_nothing_sets(run: Run) -> None:
    from agent.reach import unset

    names = unset()
    code, out, err = run("knowledge", "reach")
    assert (code, len(out.splitlines())) == (0, len(names) + 1)
    assert f"{len(names)} names that nothing sets" in err

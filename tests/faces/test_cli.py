"""The command line: what it ends with, and that JSON stands alone on standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main

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


def test_exit_codes_are_never_given_twice() -> None:
    codes = [value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)]
    assert len(codes) == len(set(codes))
    assert all(code in (0, 2, 3, 4) or code >= 10 for code in codes)


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from agent.faces.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'langgraph', 'langchain_core', 'openai', 'fhir', 'pydantic', 'rich', 'jinja2', 'orjson'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"})
    assert ended.stderr.strip() == "[]"
    assert ended.stdout.startswith("Usage: carewright")


@pytest.mark.parametrize("command", ["plan", "review", "chat", "simulate", "tool", "knowledge", "conformance", "schemas"])
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"carewright {command}" in out


def test_the_module_is_the_same_command() -> None:
    ended = subprocess.run([sys.executable, "-m", "agent", "tool", "list"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("normalize_medication\t")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "a.json", "--example"),
        ("plan", "--fhir-server", "http://localhost:1"),
        ("plan", "a.json", "--as-of", "23.11.2026"),
        ("plan", "a.json", "--format", "pdf"),
        ("plan", "a.json", "--no-such-option"),
        ("no-such-command",),
        ("tool", "calculate", "--json", "{}", "--lines", "x"),
        ("tool", "calculate", "--json", "{"),
        ("tool", "calculate", "--json", "[]"),
        ("tool", "calculate", "--json", '{"inputs": {}}'),
    ],
)
def test_what_is_not_written_as_help_says_is_a_usage_error(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (exit_codes.USAGE, "")
    assert err


def test_an_unknown_tool_is_refused_with_the_names_there_are(run: Run) -> None:
    code, out, err = run("tool", "prescribe", "--json", "{}")
    assert (code, out) == (exit_codes.UNKNOWN_NAME, "")
    assert "'prescribe'" in err
    assert "check_interactions" in err


def test_a_tool_call_gives_one_line_of_json_and_nothing_else(run: Run) -> None:
    call = {"name": "bmi", "inputs": {"weight": {"value": 82, "unit": "kg"}, "height": {"value": 163, "unit": "cm"}}}
    code, out, err = run("tool", "calculate", "--json", json.dumps(call))
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert (answer["status"], answer["value"], answer["unit"]) == ("found", "30.9", "kg/m2")
    assert answer["knowledge"] == [{"id": "body", "version": answer["knowledge"][0]["version"]}]


def test_lines_get_one_answer_each_and_a_bad_line_spoils_no_other(run: Run, tmp_path: Path) -> None:
    good = '{"name": "bmi", "inputs": {"weight": {"value": 82, "unit": "kg"}, "height": {"value": 163, "unit": "cm"}}}'
    calls = tmp_path / "calls.ndjson"
    calls.write_text(f'{good}\n{{"nam\n{{"name": "bmi", "colour": 1}}\n', "utf-8")
    code, out, err = run("tool", "calculate", "--lines", str(calls))
    first, second, third = map(json.loads, out.splitlines())
    assert code == exit_codes.SET_ASIDE
    assert "1 lines could not be read" in err
    assert first["status"] == "found"
    assert (second["status"], second["reason"].startswith("line 2: the call is not JSON")) == ("not_checked", True)
    assert (third["status"], third["not_used"]) == ("not_checked", ["colour: no such field"])


def test_a_file_of_lines_that_is_not_there_cannot_be_read(run: Run, tmp_path: Path) -> None:
    code, out, err = run("tool", "calculate", "--lines", str(tmp_path / "none"))
    assert (code, out) == (exit_codes.UNREADABLE, "")
    assert "cannot be read" in err


def test_a_tool_alone_shows_what_it_takes(run: Run) -> None:
    code, out, _ = run("tool", "calculate")
    described = json.loads(out)
    assert code == 0
    assert set(described) == {"name", "description", "examples", "input_schema", "output_schema"}

"""What the documents say is there: files, links, commands with their options, jobs of `./dev`, benchmarks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
PAGES += sorted(path for path in (ROOT / "docs").rglob("*.md"))
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]
_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"(?:agent|tools|policies|scenarios|tests|docs|benchmarks|schemas)(?:/[\w.*…-]+)+/?")
_TO_BE_MADE = ("ID.toml", "my-condition.toml")
"""What a page tells its reader to make."""
_WORD = re.compile(r"[a-z][a-z-]+")


def code(page: Path) -> Iterator[str]:
    """Everything that stands as code, a line each."""
    text = page.read_text("utf-8")
    for block in _BLOCK.findall(text):
        yield from block.splitlines()
    yield from _CODE.findall(_BLOCK.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_path_that_is_named_exists(page: Path) -> None:
    named = [path.rstrip(".") for text in code(page) for path in _PATH.findall(text) if not path.endswith(_TO_BE_MADE)]
    assert [path for path in named if not any(ROOT.glob(path.rstrip("/").replace("…", "*")))] == []


@lru_cache(maxsize=1)
def command_line() -> Any:
    import typer.main

    from agent.faces.cli import app

    return typer.main.get_command(app)


def faults_of(line: str) -> Iterator[str]:
    """What of a `carewright` command, as pages write it (`review list | show ID`), the command line does not know."""
    command, words = command_line(), re.split(r"\s{3,}|\s#\s", line.partition("carewright ")[2])[0].split()
    while words and words[0] in getattr(command, "commands", {}):
        group, command, words = command, command.commands[words[0]], words[1:]
        for position, word in enumerate(words[:-1]):
            alternative = words[position + 1]
            if word == "|" and _WORD.fullmatch(alternative) and alternative in group.commands:
                words = words[:position]
                break
    if getattr(command, "commands", {}) and words and _WORD.fullmatch(words[0]):
        yield f"{words[0]} is no command"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    for word in words:
        option = re.match(r"--[a-z][a-z-]*", word.strip("[]().,;"))
        if option and option[0] not in known and not getattr(command, "commands", {}):
            yield f"{command.name} has no {option[0]}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_named_is_one(page: Path) -> None:
    lines = [line.strip() for line in code(page) if re.match(r"(?:\S+=\S+ |echo [^|]*\| )*carewright [a-z]", line.strip())]
    assert [f"{line}: {fault}" for line in lines for fault in faults_of(line)] == []


def test_a_command_that_is_none_is_noticed() -> None:
    assert list(faults_of("carewright plan BUNDLE --as-of DATE --format json | fhir")) == []
    assert list(faults_of("carewright review list | show ID")) == []
    assert list(faults_of("carewright plan BUNDLE --as-off DATE")) == ["plan has no --as-off"]
    assert list(faults_of("carewright knowledge chekc")) == ["chekc is no command"]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_job_of_dev_is_one(page: Path) -> None:
    jobs = set(re.findall(r"^(\w+)\)$", (ROOT / "dev").read_text("utf-8"), re.MULTILINE))
    assert {"plan", "test", "run"} <= jobs
    assert [job for text in code(page) for job in re.findall(r"\./dev (\w+)", text) if job not in jobs] == []

"""`carewright conformance` finds what is broken, whichever promise it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.faces import conformance, exit_codes
from agent.faces.cli import main


def test_every_probe_runs_and_says_its_name() -> None:
    said: list[str] = []
    conformance.probe(said.append)
    assert said == [f"probing: {name}" for name in conformance._PROBES]


def test_a_promise_that_does_not_hold_is_named_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[str]:
        yield "the sky fell"

    monkeypatch.setattr(conformance, "_PROBES", {"the sky stays up": broken})
    with pytest.raises(SystemExit) as ended:
        main(["conformance"])
    streams = capsys.readouterr()
    assert ended.value.code == exit_codes.NON_CONFORMING
    assert (streams.out, streams.err) == ("the sky stays up: the sky fell\n", "probing: the sky stays up\n")


def test_a_probe_that_breaks_is_a_promise_that_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> Iterator[str]:
        raise ZeroDivisionError("by hand")
        yield ""

    monkeypatch.setattr(conformance, "_PROBES", {"one over nothing": breaks})
    assert conformance.probe(lambda _: None) == ["one over nothing: ZeroDivisionError: by hand"]


def test_a_changed_plan_that_kept_its_digest_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.clinical.plan.plan_digest", lambda plan: plan.digest)
    assert list(conformance._PROBES["the digest covers the whole plan"]()) == ["a changed plan keeps its digest"]


def test_an_unsigned_plan_that_left_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.desk.Desk.release", lambda self, name: {})
    assert list(conformance._PROBES["a plan that nobody approved cannot leave"]()) == ["a plan that nobody approved left the worklist"]

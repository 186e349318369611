"""Running the examples of a knowledge file against its own rules."""

from __future__ import annotations

from dataclasses import replace

from tools.clinical.answer import Issue
from tools.clinical.examples import facts_of
from tools.contraindications.index import Index, build, shipped
from tools.contraindications.model import Case, ContraindicationFile, Expect
from tools.contraindications.questions import UNTOLD
from tools.contraindications.screening import screen


def failures(file: ContraindicationFile, index: Index | None = None) -> list[str]:
    """The examples that come out otherwise than expected, a sentence each.

    Args:
        file: its cases are run.
        index: the rules to run them against; by default those of the file itself.
    """
    index = index or index_of(file)
    return [f"{file.id}: {case.name}: {fault}" for case in file.case if (fault := failure(index, case))]


def index_of(file: ContraindicationFile) -> Index:
    """The file's own rules; the names of reactions are read as everywhere, unless the file itself reads them."""
    index = build([file])
    return index if index.patterns else replace(index, patterns=shipped().patterns)


def failure(index: Index, case: Case) -> str:
    """What is wrong with one example; empty when it comes out as expected."""
    facts = facts_of(case.given)
    issues = screen(index, facts.medications, facts).issues
    expected = case.expect if isinstance(case.expect, Expect) else Expect()
    fired = tuple(sorted({issue.rule.id for issue in issues if not _only_asks(issue)}))
    missing = tuple(sorted({name for issue in issues for name in issue.missing}))
    wanted = tuple(sorted(expected.rules)), tuple(sorted(expected.missing))
    return "" if (fired, missing) == wanted else f"expected {wanted}, got {(fired, missing)}"


def _only_asks(issue: Issue) -> bool:
    return issue.consequence.startswith(UNTOLD)

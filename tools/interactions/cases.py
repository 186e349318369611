"""Running the examples of a knowledge file against its own rules."""

from __future__ import annotations

from msgspec.structs import replace

from tools.clinical.answer import Issue
from tools.clinical.examples import Given, facts_of
from tools.clinical.facts import Facts, Ingredient
from tools.interactions.discipline import shipped_discipline
from tools.interactions.index import Index, build
from tools.interactions.model import Case, InteractionFile
from tools.interactions.screening import screen


def failures(file: InteractionFile, index: Index | None = None) -> list[str]:
    """The examples that come out otherwise than expected, a sentence each.

    Args:
        file: its cases are run.
        index: the rules to run them against; by default those of the file itself.
    """
    index = index or build([file], shipped_discipline())
    return [f"{file.id}: {case.name}: {fault}" for case in file.case if (fault := failure(index, case))]


def failure(index: Index, case: Case) -> str:
    """What is wrong with one example; empty when it comes out as expected."""
    facts = patient(case.given)
    issues = screen(index, facts.medications, facts).issues
    if case.expect == "nothing":
        found = [issue.rule.id for issue in issues if not case.rule or issue.rule.id == case.rule]
        return f"expected nothing, got {found}" if found else ""
    got = next((_seen(issue) for issue in issues if issue.rule.id == case.rule), None)
    tier = case.expect.tier or (got[1] if got else "")
    wanted = (case.expect.severity, tier, tuple(sorted(case.expect.missing)))
    return "" if got == wanted else f"expected {wanted}, got {got or [issue.rule.id for issue in issues]}"


def _seen(issue: Issue) -> tuple[str, str, tuple[str, ...]]:
    tier = "suppressed" if issue.suppressed else "interrupts" if issue.interruptive else "shown"
    return issue.severity, tier, tuple(sorted(issue.missing))


def patient(given: Given) -> Facts:
    """The patient of an example in whom two medicines of one kind are two ingredients: a pair of a class with itself."""
    facts = facts_of(given)
    return replace(
        facts, medications=tuple(replace(use, ingredients=(Ingredient(f"{use.text} ({use.reference})"),)) for use in facts.medications)
    )

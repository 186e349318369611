"""Rules that could not be decided: one question a medicine, naming every value that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.clinical.answer import Issue, severity_rank
from tools.clinical.conditions import Verdict
from tools.clinical.facts import MedicationUse
from tools.contraindications.findings import Finding, names_of
from tools.contraindications.index import ReadyRule
from tools.contraindications.model import CODES

UNTOLD = "Whether this medicine is safe here cannot be told"
CONSEQUENCE = f"{UNTOLD}, because these values are not in the record: {{missing}}. If they were unfavourable: {{risk}}"
ACTION = "Measure or find {missing}, then check again."


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule whose verdict on a medicine is unknown."""

    ready: ReadyRule
    use: MedicationUse
    verdict: Verdict


def questions(unknown: Sequence[Unknown], findings: Iterable[Finding]) -> Iterator[Issue]:
    """For each medicine the gravest undecided rule, with all that is missing and not already asked for by another issue."""
    asked: dict[str, set[str]] = {}
    for finding in findings:
        for use in finding.uses:
            asked.setdefault(use.reference, set()).update(finding.missing)
    by_use: dict[str, list[Unknown]] = {}
    for entry in unknown:
        if not asked.get(entry.use.reference, set()) >= set(entry.verdict.missing):
            by_use.setdefault(entry.use.reference, []).append(entry)
    for reference, entries in by_use.items():
        yield _question(entries, asked.get(reference, set()))


def _question(entries: Sequence[Unknown], asked: set[str]) -> Issue:
    gravest = max(entries, key=lambda entry: severity_rank(entry.ready.statement.severity))
    rule, use = gravest.ready.rule, gravest.use
    missing = tuple(dict.fromkeys(name for entry in entries for name in entry.verdict.missing if name not in asked))
    listed = ", ".join(name.replace("-", " ") for name in missing)
    code = CODES[rule.kind]
    return Issue(
        code=code if code in ("PREG", "LACT") else "LAB",
        severity="moderate",
        indicator="warning",
        interruptive=False,
        participants=names_of(use, rule.subject),
        consequence=CONSEQUENCE.format(missing=listed, risk=rule.consequence),
        action=ACTION.format(missing=listed),
        rule=gravest.ready.ref,
        alternatives=rule.alternatives,
        evidence=gravest.ready.citations,
        facts=tuple(dict.fromkeys(fact for entry in entries for fact in entry.verdict.because)),
        medications=(use.reference,),
        missing=missing,
        blocks_start_only=rule.blocks_start_only,
    )

"""Medicines against one patient: disease, allergy, pregnancy, lactation, age, laboratory, duplicates, procedures, omissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.clinical.answer import Issue, KnowledgeRef, MedicationCheck
from tools.clinical.conditions import Verdict
from tools.clinical.facts import Facts, MedicationUse
from tools.contraindications.allergy import matching
from tools.contraindications.answers import Screening
from tools.contraindications.duplicates import duplicates
from tools.contraindications.findings import Finding, issue, merged, one_per_allergy
from tools.contraindications.index import Index, ReadyRule, ReadyState, known_names
from tools.contraindications.model import CODES
from tools.contraindications.questions import Unknown, questions
from tools.contraindications.record import record_faults


def screen(index: Index, medications: Sequence[MedicationUse], facts: Facts) -> Screening:
    """Every rule of the index against these medicines; see `check_medications`."""
    known = {use.reference for use in facts.medications}
    facts = facts.proposing(new) if (new := [use for use in medications if use.reference not in known]) else facts
    uses = [use for use in medications if use.taken and use.kinds]
    survey = Survey(index, facts)
    for use in uses:
        survey.look_at(use)
    findings = [*one_per_allergy(survey.findings), *duplicates(index, uses), *record_faults(index, medications, facts)]
    issues = [*map(issue, findings), *questions(survey.unknown, survey.findings)]
    return Screening(merged(issues), tuple(map(_check, medications)), survey.knowledge)


@dataclass
class Survey:
    """What was found so far for one patient."""

    index: Index
    facts: Facts
    findings: list[Finding] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    _files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = known_names(self.facts)
        self._states = self._possible_states()

    @property
    def knowledge(self) -> tuple[KnowledgeRef, ...]:
        """The files whose rules were asked."""
        return tuple(KnowledgeRef(name, version) for name, version in sorted(self._files.items()))

    def look_at(self, use: MedicationUse) -> None:
        """Every rule on this medicine."""
        asked = self.index.asked_about(use)
        self._files.update(asked.files)
        for ready in asked.among(self._names):
            self._judge(ready, use)

    def _judge(self, ready: ReadyRule, use: MedicationUse) -> None:
        if ready.rule.allergy is not None:
            self._judge_allergy(ready, use)
            return
        verdict = self._verdict(ready)
        if verdict is not None and verdict.holds:
            self.findings.append(self._finding(ready, use, verdict))
        elif verdict is not None and verdict.unknown and _asks(ready, verdict):
            self.unknown.append(Unknown(ready, use, verdict))
        elif ready.rule.teratogen:
            self.findings += self._by_state(ready, use)

    def _verdict(self, ready: ReadyRule) -> Verdict | None:
        """`None` where the rule plainly does not hold, found without evaluating it."""
        if ready.needs is not None and ready.needs.isdisjoint(self._names):
            return None
        if ready.rule.missing_is == "nothing" and not ready.measured <= self.facts.measurements.keys():
            return None
        return ready.condition.holds(self.facts)

    def _finding(self, ready: ReadyRule, use: MedicationUse, verdict: Verdict) -> Finding:
        missing = tuple(dict.fromkeys(name for name, absent in ready.unmeasured if absent.holds(self.facts).holds))
        return Finding(ready, CODES[ready.rule.kind], (use,), verdict.because, missing, subject=ready.rule.subject)

    def _judge_allergy(self, ready: ReadyRule, use: MedicationUse) -> None:
        match = ready.rule.allergy
        if match is None or not self.facts.allergies:
            return
        for allergy in matching(match, use, self.facts, self.index.patterns):
            verdict = ready.condition.holds(self.facts)
            if verdict.holds:
                facts = (allergy.reference, *verdict.because)
                allergens = tuple(name for name in match.to if name in allergy.kinds)
                self.findings.append(Finding(ready, "ALGY", (use,), facts, (), allergy, ready.rule.subject, allergens))

    def _possible_states(self) -> tuple[ReadyState, ...]:
        states = (ready for ready in self.index.states if ready.state.pregnancy == self.facts.pregnancy)
        return tuple(ready for ready in states if ready.condition.holds(self.facts).truth.value != "false")

    def _by_state(self, ready: ReadyRule, use: MedicationUse) -> Iterator[Finding]:
        for state in self._states:
            if state.state.applies == "start-and-continue" or (state.state.applies == "start") == (use.currency == "proposed"):
                yield Finding(state, "PREG", (use,), missing=("pregnancy",), subject=ready.rule.subject)


def _asks(ready: ReadyRule, verdict: Verdict) -> bool:
    """Whether it is worth a question. Whether a patient is pregnant at all is asked for by the states of pregnancy, once."""
    return ready.rule.missing_is == "ask" and "pregnancy" not in verdict.missing


def _check(use: MedicationUse) -> MedicationCheck:
    if not use.taken:
        return MedicationCheck(use.reference, "not_checked", "no longer taken")
    if not use.kinds:
        return MedicationCheck(use.reference, "not_checked", "not recognised")
    if not use.complete:
        return MedicationCheck(use.reference, "partly_checked", "not every component was recognised")
    return MedicationCheck(use.reference, "checked")


def worst(index: Index, use: MedicationUse, facts: Facts) -> Issue | None:
    """The gravest issue that bars a start: contraindicated or major, and known rather than asked for."""
    survey = Survey(index, facts)
    survey.look_at(use)
    found = [finding for finding in one_per_allergy(survey.findings) if _bars(finding)]
    return next(iter(merged(map(issue, found))), None)


def _bars(finding: Finding) -> bool:
    return finding.statement.severity in ("contraindicated", "major") and finding.code != "OMIT" and not finding.missing

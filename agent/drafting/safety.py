"""Lines that the checks of today's regimen call for, where no guideline decision has dealt with them yet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent import wording
from agent.case import Case
from agent.checking.regimen import regimen_of
from agent.dealing import deals_with
from agent.drafting.items import due, use_subject
from agent.drafting.short_courses import in_time
from agent.drafting.target import target
from agent.drafting.workbook import Entry, Workbook
from tools.clinical.answer import Issue
from tools.clinical.facts import MedicationUse
from tools.clinical.plan import Action, Alternative, Due, Rationale, Subject, Urgency
from tools.contraindications import review_allergies

_SAME_DAY, _DAYS, _FORTNIGHT, _QUARTER = 0, 3, 14, 90
_WATCHES = re.compile(r"(watch|monitor|measure|check|take a blood count|tell the patient|keep sodium|keep potassium)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(cut|lower|halve|reduce|raise|limit|at most|stop|end|hold|avoid|taper|replace|change|instead|another|prefer|apart|adjust|wait|dose of|choose|shorten|lowering|do not start)\b",
    re.IGNORECASE,
)
"""An action that begins with watching and names nothing that would be other than now leaves the medicine as it is."""
_NOT_RAISED = "A higher dose would be next; not before what follows is settled."


def add_safety(book: Workbook, case: Case) -> None:
    """Add a line for every contraindicated or major issue of the present regimen that no line deals with.

    What forbids one medicine comes first: a medicine that is stopped interacts no longer, one that is held will again. Where a line
    stops or holds it for other facts, what forbids it leads the line's reasons. Issues that are suppressed, or only say that a value
    is missing, add no line: the first stay in the ledger, the second are questions.
    """
    for issue in sorted(case.screened.issues, key=lambda issue: not _forbids_one(issue)):
        if not issue.suppressed and issue.severity in {"contraindicated", "major"} and issue.code not in {"OMIT", "DATA"}:
            _add(book, case, issue, case.uses(issue.medications))
    for issue in case.screened.issues:
        if issue.severity == "contraindicated" and issue.interruptive and not issue.suppressed and not issue.blocks_start_only:
            book.hasten(issue.medications, Due(_SAME_DAY, case.as_of.isoformat()))


def _add(book: Workbook, case: Case, issue: Issue, uses: Sequence[MedicationUse]) -> None:
    if not uses:
        return
    if _dealt_with(book, issue, uses):
        if _forbids_one(issue):
            book.lead(issue.medications[0], _reason(issue))
    elif _only_missing(issue):
        book.ask(wording.sentence(issue.action), about=wording.listed(map(wording.title, issue.missing)), facts=issue.facts)
    else:
        _add_line(book, case, issue, uses)


def _add_line(book: Workbook, case: Case, issue: Issue, uses: Sequence[MedicationUse]) -> None:
    """A line of its own, or a sentence of the one that changes the same medicine; what must change for the pair is not raised meanwhile."""
    use = target(issue, uses)
    entry, have = in_time(book, case, _entry(case, issue, use, uses), uses), book.entries.get(use.reference)
    if have and entry.action == "change" and _raises(have, use):
        book.entries[use.reference] = have.with_(dose=None, change=_NOT_RAISED)
    book.add_beside(entry)


def _raises(entry: Entry, use: MedicationUse) -> bool:
    new, present = regimen_of(entry.dose).daily, use.regimen.daily
    return entry.action == "change" and bool(new and present and new.same_kind(present) and new.compare(present) > 0)


def add_allergy_reviews(book: Workbook, case: Case) -> None:
    """Add a referral for each allergy label that history makes doubtful: labels that do not hold lead to worse medicines."""
    for issue in review_allergies(case.facts):
        label = next((allergy.text for allergy in case.facts.allergies if allergy.reference in issue.facts), issue.participants[-1])
        book.add(
            Entry(
                module=None,
                action="refer",
                subject=Subject(kind="referral", text=f"evaluation of the allergy label: {label}"),
                due=due(case, _QUARTER),
                rationale=(
                    Rationale(text=f"{wording.sentence(issue.consequence)} {issue.action}", facts=issue.facts, evidence=issue.evidence),
                ),
            )
        )


def _forbids_one(issue: Issue) -> bool:
    return issue.severity == "contraindicated" and len(issue.medications) == 1 and not issue.blocks_start_only


def _dealt_with(book: Workbook, issue: Issue, uses: Sequence[MedicationUse]) -> bool:
    """A line ends one of the medicines or changes it for this very reason: for good, or the one that is to be changed."""
    dealing = [entry for entry in book.entries.values() if deals_with(entry, issue)]
    if issue.severity != "contraindicated" or any(entry.action != "hold" for entry in dealing):
        return bool(dealing)
    return target(issue, uses).reference in {entry.subject.reference for entry in dealing}


def _reason(issue: Issue) -> Rationale:
    return Rationale(text=wording.sentence(issue.consequence), facts=(*issue.medications, *issue.facts), evidence=issue.evidence)


def only_watches(issue: Issue) -> bool:
    """What is asked for is to look, not to take anything otherwise than now."""
    return issue.severity != "contraindicated" and bool(_WATCHES.match(issue.action)) and not _CHANGES.search(issue.action)


def _only_missing(issue: Issue) -> bool:
    """The issue is that something was never measured; nothing is known to be wrong."""
    return issue.code in {"LAB", "DATA"} and any(name != "whether it is still taken" for name in issue.missing) and not issue.facts


def _change(issue: Issue, use: MedicationUse, uses: Sequence[MedicationUse]) -> str:
    """What to do. An action on a combination may be meant for any part of it, so that the others are named."""
    others = [other.text for other in uses if other.reference != use.reference]
    return wording.sentence(f"together with {wording.listed(others)}: {issue.action}" if others else issue.action)


def _entry(case: Case, issue: Issue, use: MedicationUse, uses: Sequence[MedicationUse]) -> Entry:
    contraindicated = issue.severity == "contraindicated" and not issue.blocks_start_only
    action: Action = "stop" if _forbids_one(issue) else "continue" if only_watches(issue) else "change"
    urgency: Urgency = "same-day" if contraindicated and use.currency == "current" else "routine"
    return Entry(
        module=None,
        action=action,
        subject=use_subject(use),
        change=_change(issue, use, uses),
        due=due(case, _SAME_DAY if urgency == "same-day" else _DAYS if issue.code == "PREG" else _FORTNIGHT),
        rationale=(_reason(issue),),
        alternatives=tuple(
            Alternative(subject=Subject(kind="medication", text=name), not_chosen_because="A choice for the prescriber; not proposed by itself.") for name in issue.alternatives
        ),
        urgency=urgency,
        uncertain=(use.reference,) if use.currency == "uncertain" else (),
    )  # fmt: skip

"""What a plan weighs and when it happens: the options of each decision about a medicine, and the calendar.

Neither decides anything: a table of options shows what speaks for and against each, and the calendar puts the lines of the
plan, and what follows from them, in the order of their dates.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, KnowledgeRef

OptionKind = Literal["medicine", "same-medicine", "no-medicine"]
CostTier = Literal["low", "moderate", "high", "very-high", "none", "unknown"]
Fit = Literal["fits", "speaks-against"]
Who = Literal["clinic", "laboratory", "patient", "pharmacist"]
EntryKind = Literal["start", "stop", "change", "step", "test", "visit", "referral", "vaccine", "question", "advice"]


class Effect(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One effect of an option, wanted or not, in absolute terms where a source gives them.

    Attributes:
        outcome: what happens or is avoided.
        per_1000: how many more (positive) or fewer (negative) of 1000 people, as a decimal string; `None` where no source says.
        over: the time span of `per_1000`, in words.
        needed: of how many people treated for that time one has the effect; `None` where `per_1000` is not given.
        population: in whom it was measured.
        against: what the figure is the difference to.
        text: what there is to say where no figure can be given.
        evidence: who measured it.
    """

    outcome: str
    per_1000: str | None = None
    over: str = ""
    needed: int | None = None
    population: str = ""
    against: str = ""
    text: str = ""
    evidence: tuple[Citation, ...] = ()


class Preference(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How an option goes with a preference that the record states, and where it states it."""

    text: str
    fit: Fit
    facts: tuple[str, ...] = ()


class WeighedOption(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One option of a decision.

    Attributes:
        medicine: the ingredient; `None` for the option of no medicine.
        chosen: what the plan proposes.
        benefits: expected benefits; where none can be told in figures, the effect says so.
        burden: what the patient does for it (tablets, injections, visits).
        reversibility: what remains when it is left off.
        not_chosen_because: why the plan proposes another one.
        rule: the file that the comparison comes from; `None` where no file speaks of this option.
    """

    kind: OptionKind
    text: str
    medicine: str | None = None
    chosen: bool = False
    benefits: tuple[Effect, ...] = ()
    harms: tuple[Effect, ...] = ()
    burden: str = ""
    monitoring: tuple[str, ...] = ()
    cost: CostTier = "unknown"
    reversibility: str = ""
    preferences: tuple[Preference, ...] = ()
    not_chosen_because: str = ""
    rule: KnowledgeRef | None = None


class Weighing(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The options of one decision about a medicine, the proposed one first, no medicine last.

    Attributes:
        item: the line of the plan that it is about.
        coverage: what is known of the patient's insurance for it; that nothing is known is said.
        remarks: what a reader must know of the comparison (other populations, unsure figures).
    """

    id: str
    item: str
    question: str
    options: tuple[WeighedOption, ...]
    problem: str | None = None
    coverage: str = ""
    remarks: tuple[str, ...] = ()


class CalendarEntry(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that somebody does by a date.

    Attributes:
        by: the last day, as `YYYY-MM-DD`.
        week: weeks after `as_of`, 0 for the first seven days.
        only_if: the condition under which it happens (a potassium below a limit, a goal not reached).
        after: entries that come first.
    """

    id: str
    by: str
    week: int
    who: Who
    kind: EntryKind
    what: str
    items: tuple[str, ...] = ()
    only_if: str = ""
    after: tuple[str, ...] = ()

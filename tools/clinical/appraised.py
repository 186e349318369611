"""What a plan says beside its lines: suspected findings, the course of values, points of the review of medicines.

None of it is a decision. A suspicion is not on the problem list and starts no treatment; a point of the review is put to
the prescriber, who may act on it or not.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, KnowledgeRef

SuspicionKind = Literal["problem", "drug-effect"]
ReviewTopic = Literal["cascade", "deprescribe", "omission", "simplify", "indication", "adherence", "load", "cost"]
CourseDirection = Literal["rising", "falling", "steady", "varying"]


class Suspicion(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A finding that the record implies and no problem list says.

    Attributes:
        text: what is suspected.
        grounds: why, with values and dates.
        confirm: what settles it.
        items: lines of the plan that help to settle it.
        medications: medicines that it may be an effect of.
    """

    id: str
    text: str
    kind: SuspicionKind
    grounds: str
    confirm: str
    facts: tuple[str, ...]
    evidence: tuple[Citation, ...]
    items: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()


class CourseValue(Struct, frozen=True, omit_defaults=True):
    """One value of a course; a decimal string, its UCUM unit, its date and where it stands in the record."""

    value: str
    unit: str
    when: str
    reference: str


class Course(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a value went: the newest ones first, the direction, and the change per year where the values span one."""

    observable: str
    direction: CourseDirection
    values: tuple[CourseValue, ...]
    rule: KnowledgeRef
    per_year: str = ""
    remark: str = ""


class ReviewPoint(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A point of the review of medicines.

    Attributes:
        text: what was noticed.
        consider: what the prescriber may weigh.
        taper: how a medicine is left off that must not be stopped at once.
        medications: references of the medicines that it is about.
        items: lines of the plan that change one of them already.
    """

    id: str
    topic: ReviewTopic
    text: str
    consider: str
    taper: str = ""
    medications: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()
    items: tuple[str, ...] = ()

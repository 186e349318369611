"""Who drafted a plan, and what a model's draft cost."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Criticism(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a second reading by a model came to.

    Attributes:
        model: who read.
        objections: that became questions.
        struck: why the words of some of them are not shown, with the line they stood against.
        failed: why it gave no usable answer; empty where it did.
    """

    model: str
    objections: int = 0
    struck: tuple[str, ...] = ()
    failed: str = ""


class ModelReport(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a model's draft cost, and how much of its wording the record and the tools bear out.

    Attributes:
        sentences: of wording that it wrote in the draft that was used.
        grounded: those among them that were kept.
        struck: why each of the others was not, with the line it stood in.
        restored: lines that it left out and that stand all the same.
        milliseconds: that the draft took, from the first call to the last answer.
        choices: answers that were counted, where more than one was asked for.
        agreement: of those answers, 0 to 1: the mean overlap of what every two of them say.
        critic: the second reading, where there was one.
        preferred: options that took the place of the rules' choice, with the line.
        barred: medicines that it preferred or proposed and that a check speaks against, and which.
        outside: medicines that it proposed from outside of what the tools retrieved; each is a question.
    """

    calls: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    sentences: int = 0
    grounded: int = 0
    struck: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    milliseconds: int = 0
    choices: int = 1
    agreement: float = 1.0
    critic: Criticism | UnsetType = UNSET
    preferred: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    outside: int = 0


class Drafter(Struct, frozen=True, kw_only=True):
    """Who drafted; `report` only where a model did."""

    kind: Literal["rules", "model"] = "rules"
    model: str | None = None
    prompt_digest: str | None = None
    fell_back: str | None = None
    report: ModelReport | UnsetType = UNSET

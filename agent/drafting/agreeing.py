"""Several answers to one question: what most of them say, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from agent.drafting.answer import MOST_PROPOSALS, Answer, Preference, Proposal, Wording, struck, unborne
from agent.drafting.offer import Offer


def agreed(answers: Sequence[Answer], offer: Offer) -> tuple[Answer, float]:
    """One answer: lines by their mean place, what more than half put off or doubt, for each line the first wording that stands.

    Returns:
        That answer, and the mean overlap (Jaccard) of every two of the answers, half for the order, half for deferral and doubt; 1 for one alone.
    """
    if len(answers) == 1:
        return answers[0], 1.0
    order = sorted(
        (o for o in offer.lines if _most(answers, lambda a: a.order, o)), key=lambda o: (_place(answers, o), list(offer.lines).index(o))
    )
    one = Answer(
        order=tuple(order),
        defer=tuple(o for o in offer.lines if _most(answers, lambda a: a.defer, o)),
        confirm=tuple(f for f in offer.facts if _most(answers, lambda a: a.confirm, f)),
        wording=tuple(_wordings(answers, offer)),
        prefer=tuple(_preferences(answers, offer)),
        propose=tuple(_proposals(answers)),
    )
    overlaps = [_shared(a, b) for a, b in combinations(answers, 2)]
    return one, round(sum(overlaps) / len(overlaps), 2)


def _most(answers: Sequence[Answer], part: Callable[[Answer], tuple[str, ...]], handle: str) -> bool:
    return sum(handle in part(answer) for answer in answers) * 2 > len(answers)


def _place(answers: Sequence[Answer], line: str) -> float:
    places = [answer.order.index(line) for answer in answers if line in answer.order]
    return sum(places) / len(places)


def _wordings(answers: Sequence[Answer], offer: Offer) -> Iterable[Wording]:
    """What stands first; a line for which nothing stands keeps the first wording, so that it is counted as struck."""
    first: dict[str, Wording] = {}
    standing: dict[str, Wording] = {}
    for answer in answers:
        bad = struck(answer, offer)
        for worded in answer.wording:
            first.setdefault(worded.line, worded)
            if worded.line not in bad:
                standing.setdefault(worded.line, worded)
    return (standing.get(line, worded) for line, worded in first.items())


def _preferred(answer: Answer) -> tuple[str, ...]:
    return tuple(preference.option for preference in answer.prefer)


def _preferences(answers: Sequence[Answer], offer: Offer) -> Iterable[Preference]:
    """Of each option that more than half prefer, the first that says why and is borne out, else the first; one a line."""
    for option in (a for a in offer.options if _most(answers, _preferred, a)):
        said = [p for answer in answers for p in answer.prefer if p.option == option]
        yield next((p for p in said if not unborne(p, offer)), said[0])


def _proposals(answers: Sequence[Answer]) -> Iterable[Proposal]:
    """What more than half propose by the same name."""
    named = {p.medicine.strip().casefold(): p for answer in answers for p in answer.propose}
    most = [p for name, p in named.items() if _most(answers, lambda a: tuple(p.medicine.strip().casefold() for p in a.propose), name)]
    return most[:MOST_PROPOSALS]


def _shared(a: Answer, b: Answer) -> float:
    """The overlap of the two orders, as pairs of lines, and that of what is put off or doubted, each weighing half."""
    orders = _overlap(frozenset(combinations(a.order, 2)), frozenset(combinations(b.order, 2)))
    return (orders + _overlap(_said(a), _said(b))) / 2


def _said(answer: Answer) -> frozenset[str]:
    return frozenset((*answer.defer, *answer.confirm, *_preferred(answer)))


def _overlap(a: frozenset[object], b: frozenset[object]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0

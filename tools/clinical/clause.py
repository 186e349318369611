"""The closed language of conditions as written in knowledge files.

    { has = "gout" }                                        not on the problem list: false
    { takes = "arb" }   { proposes = "ibuprofen" }          not listed: false; an old order never closed counts as taken
    { allergic_to = "penicillin", reaction = "anaphylaxis" }
    { measured = "egfr", below = "30 mL/min/{1.73_m2}", within = "90 d" }    nothing in the window: unknown
    { unmeasured = "uacr", within = "365 d" }
    { daily_dose = "simvastatin", above = "20 mg/d" }       dose not recorded: unknown
    { duration = "nsaid", at_least = "14 d" }               { route = "estradiol", is = "topical" }
    { as_needed = "formoterol" }                            true where no order of it is for every day
    { interval = "methotrexate", below = "7 d" }            { form = "nifedipine", is = "extended" }    not recorded: unknown
    { sex = "female" }   { pregnancy = "pregnant" }         not recorded: unknown
    { phenotype = "CYP2C19", is = "poor" }                  no call: false, and never "normal"
    { all_of = [...] }  { any_of = [...] }  { none_of = [...] }  { at_least = 2, of = [...] }

There is no `eval`, and no way to write what is not above: that is a Python formula with a test and a source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct, structs

from tools.clinical import conditions as c
from tools.clinical.errors import KnowledgeError, UnitMismatchError
from tools.clinical.quantity import Quantity
from tools.clinical.regimen_conditions import AsNeeded, DailyDose, Duration, Form, Interval, Route

_BOUNDS = ("at_least", "at_most", "above", "below", "equals")


class Clause(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, rename={"is_": "is"}):
    """One clause: exactly one head word, with the words that go with it."""

    has: str | None = None
    takes: str | None = None
    proposes: str | None = None
    allergic_to: str | None = None
    measured: str | None = None
    unmeasured: str | None = None
    daily_dose: str | None = None
    duration: str | None = None
    route: str | None = None
    interval: str | None = None
    form: str | None = None
    as_needed: str | None = None
    sex: str | None = None
    pregnancy: str | None = None
    phenotype: str | None = None
    all_of: tuple[Clause, ...] | None = None
    any_of: tuple[Clause, ...] | None = None
    none_of: tuple[Clause, ...] | None = None
    of: tuple[Clause, ...] | None = None
    reaction: str | None = None
    is_: str | None = None
    within: str | None = None
    at_least: int | str | None = None
    at_most: str | None = None
    above: str | None = None
    below: str | None = None
    equals: str | None = None

    @property
    def parts(self) -> tuple[Clause, ...]:
        """The clauses that it is made of; none where it asks for something itself."""
        return self.all_of or self.any_of or self.none_of or self.of or ()

    @property
    def medicine(self) -> str | None:
        """The medicine or class that it speaks of."""
        return self.takes or self.proposes or self.daily_dose or self.duration or self.route or self.interval or self.form or self.as_needed


_HEADS: dict[str, frozenset[str]] = {
    "has": frozenset(),
    "takes": frozenset(),
    "proposes": frozenset(),
    "allergic_to": frozenset({"reaction"}),
    "measured": frozenset({"within", *_BOUNDS}),
    "unmeasured": frozenset({"within"}),
    "daily_dose": frozenset(_BOUNDS),
    "duration": frozenset(_BOUNDS),
    "route": frozenset({"is"}),
    "interval": frozenset(_BOUNDS),
    "form": frozenset({"is"}),
    "as_needed": frozenset(),
    "sex": frozenset(),
    "pregnancy": frozenset(),
    "phenotype": frozenset({"is"}),
    "all_of": frozenset(),
    "any_of": frozenset(),
    "none_of": frozenset(),
    "of": frozenset({"at_least"}),
}


@lru_cache(maxsize=65536)
def compile_clause(clause: Clause) -> c.Condition:
    """The clause as a condition.

    Raises:
        KnowledgeError: no head word, two of them, a word that does not go with it, no limit, or an unknown unit.
    """
    words = {structs_name(name): value for name, value in structs.asdict(clause).items() if value is not None}
    heads = [word for word in words if word in _HEADS]
    if len(heads) != 1:
        raise KnowledgeError(f"a clause has one head word, this one has {heads or 'none'} (of {', '.join(_HEADS)})")
    head = heads[0]
    strange = sorted(set(words) - {head} - _HEADS[head])
    if strange:
        raise KnowledgeError(f"{', '.join(map(repr, strange))} does not go with {head!r}")
    try:
        return _BUILDERS[head](clause)
    except UnitMismatchError as error:
        raise KnowledgeError(f"in the clause on {words[head]!r}: {error}") from None


def compile_all(clauses: tuple[Clause, ...]) -> c.Condition:
    """All clauses of a `when` list together; an empty list always holds."""
    return compile_clause(clauses[0]) if len(clauses) == 1 else c.AllOf(_parts(clauses))


def leaves(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """The clauses without parts, at any depth."""
    for clause in clauses:
        if clause.parts:
            yield from leaves(clause.parts)
        else:
            yield clause


def structs_name(field: str) -> str:
    """The word in the file for a field of `Clause`."""
    return "is" if field == "is_" else field


@lru_cache(maxsize=4096)
def within_days(text: str | None) -> int | None:
    """Whole days of a window such as `"90 d"` or `"12 mo"`."""
    return None if text is None else int(Quantity.parse(text).to("d").value)


def _parts(clauses: tuple[Clause, ...] | None) -> tuple[c.Condition, ...]:
    return tuple(compile_clause(clause) for clause in clauses or ())


def _limit(clause: Clause) -> c.Limit:
    given = {bound: Quantity.parse(str(getattr(clause, bound))) for bound in _BOUNDS if getattr(clause, bound) is not None}
    if not given:
        raise KnowledgeError("a comparison needs a limit (at_least, at_most, above, below or equals)")
    return c.Limit(**given)


def _word(clause: Clause, allowed: frozenset[str] | None = None) -> str:
    if clause.is_ is None or (allowed is not None and clause.is_ not in allowed):
        raise KnowledgeError("this clause needs `is = ...`")
    return clause.is_


def _one_of(value: str | None, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise KnowledgeError(f"{value!r} is not one of {', '.join(allowed)}")
    return value


def _count(clause: Clause) -> int:
    if not isinstance(clause.at_least, int):
        raise KnowledgeError("`of` needs a whole number in `at_least`")
    return clause.at_least


_PREGNANCY = ("pregnant", "planning", "possible", "lactating", "none", "unknown")
_BUILDERS: dict[str, Callable[[Clause], c.Condition]] = {
    "has": lambda clause: c.Has(clause.has or ""),
    "takes": lambda clause: c.Takes(clause.takes or ""),
    "proposes": lambda clause: c.Proposes(clause.proposes or ""),
    "allergic_to": lambda clause: c.AllergicTo(clause.allergic_to or "", clause.reaction),
    "measured": lambda clause: c.Measured(clause.measured or "", _limit(clause), within_days(clause.within)),
    "unmeasured": lambda clause: c.Unmeasured(clause.unmeasured or "", within_days(clause.within)),
    "daily_dose": lambda clause: DailyDose(clause.daily_dose or "", _limit(clause)),
    "duration": lambda clause: Duration(clause.duration or "", _limit(clause)),
    "route": lambda clause: Route(clause.route or "", _word(clause)),
    "interval": lambda clause: Interval(clause.interval or "", _limit(clause)),
    "form": lambda clause: Form(clause.form or "", _word(clause).lower()),
    "as_needed": lambda clause: AsNeeded(clause.as_needed or ""),
    "sex": lambda clause: c.Sex("female" if _one_of(clause.sex, ("female", "male")) == "female" else "male"),
    "pregnancy": lambda clause: c.PregnancyIs(_one_of(clause.pregnancy, _PREGNANCY)),
    "phenotype": lambda clause: c.Phenotype(clause.phenotype or "", _word(clause)),
    "all_of": lambda clause: c.AllOf(_parts(clause.all_of)),
    "any_of": lambda clause: c.AnyOf(_parts(clause.any_of)),
    "none_of": lambda clause: c.NoneOf(_parts(clause.none_of)),
    "of": lambda clause: c.AtLeast(_count(clause), _parts(clause.of)),
}

"""Conditions on how a medicine is taken: how much of it, since when, by which route, how often, only as needed, and in which form."""

from __future__ import annotations

from decimal import Decimal

from tools.clinical.conditions import Asked, Limit, Truth, Verdict, any_verdict
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.quantity import Quantity


class DailyDose(Asked, frozen=True, gc=False):
    """The daily amount of a medicine taken. Not taken: false. Taken, dose not recorded: unknown."""

    name: str
    limit: Limit

    def holds(self, facts: Facts) -> Verdict:
        """By the daily amount of each order of it."""
        return any_verdict([self._of(use) for use in facts.taking(self.name)])

    def _of(self, use: MedicationUse) -> Verdict:
        daily = use.regimen.daily_of(self.name)
        if daily is None:
            return Verdict(Truth.UNKNOWN, (use.reference,), (f"daily dose of {self.name}",))
        return self.limit.judge(Quantity(daily.value, daily.unit.removesuffix("/d") + "/d"), use.reference, f"daily dose of {self.name}")


class Duration(Asked, frozen=True, gc=False):
    """Days since a medicine was started. Not taken: false. Start not recorded: unknown."""

    name: str
    limit: Limit

    def holds(self, facts: Facts) -> Verdict:
        """By the first order of it, to `as_of`."""
        verdicts = []
        for use in facts.taking(self.name):
            if use.started is None:
                verdicts.append(Verdict(Truth.UNKNOWN, (use.reference,), (f"start of {self.name}",)))
            else:
                days = Quantity(Decimal((facts.as_of - use.started).days), "d")
                verdicts.append(self.limit.judge(days, use.reference, f"start of {self.name}"))
        return any_verdict(verdicts)


class Route(Asked, frozen=True, gc=False):
    """A medicine taken by this route. Not taken: false. Route not recorded: unknown."""

    name: str
    route: str

    def holds(self, facts: Facts) -> Verdict:
        """By the route that is recorded."""
        verdicts = []
        for use in facts.taking(self.name):
            if use.route is None:
                verdicts.append(Verdict(Truth.UNKNOWN, (use.reference,), (f"route of {self.name}",)))
            else:
                verdicts.append(Verdict(Truth.TRUE if use.route == self.route else Truth.FALSE, (use.reference,)))
        return any_verdict(verdicts)


class Interval(Asked, frozen=True, gc=False):
    """The time between two doses of a medicine taken. Not taken: false. Taken, interval not recorded: unknown."""

    name: str
    limit: Limit

    def holds(self, facts: Facts) -> Verdict:
        """By the order's own words; a medicine taken as needed has no interval."""
        return any_verdict([self._of(use) for use in facts.taking(self.name)])

    def _of(self, use: MedicationUse) -> Verdict:
        asked = f"interval of {self.name}"
        if use.regimen.per is None or use.regimen.as_needed:
            return Verdict(Truth.UNKNOWN, (use.reference,), (asked,))
        return self.limit.judge(use.regimen.per, use.reference, asked)


class AsNeeded(Asked, frozen=True, gc=False):
    """A medicine taken only as needed. Not taken, or every day as well: false. How it is taken not recorded: unknown."""

    name: str

    def holds(self, facts: Facts) -> Verdict:
        """True where every order of it is as needed."""
        uses = facts.taking(self.name)
        references = tuple(use.reference for use in uses)
        if any(not use.regimen.as_needed and (use.regimen.per or use.regimen.daily or use.regimen.parts) for use in uses):
            return Verdict(Truth.FALSE, references)
        if uses and all(use.regimen.as_needed for use in uses):
            return Verdict(Truth.TRUE, references)
        return Verdict(Truth.UNKNOWN if uses else Truth.FALSE, references, (f"daily dose of {self.name}",) if uses else ())


class Form(Asked, frozen=True, gc=False):
    """A medicine taken in a form whose name holds this word (`extended`). Not taken: false. Form not recorded: unknown."""

    name: str
    word: str

    def holds(self, facts: Facts) -> Verdict:
        """By the recorded form, capitals aside."""
        return any_verdict([self._of(use) for use in facts.taking(self.name)])

    def _of(self, use: MedicationUse) -> Verdict:
        if use.form is None:
            return Verdict(Truth.UNKNOWN, (use.reference,), (f"form of {self.name}",))
        return Verdict(Truth.TRUE if self.word in use.form.lower() else Truth.FALSE, (use.reference,))

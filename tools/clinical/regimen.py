"""How a medicine is taken, as far as the record says."""

from __future__ import annotations

from msgspec import Struct

from tools.clinical.quantity import Quantity


class Regimen(Struct, frozen=True, gc=False):
    """How a medicine is taken, where the record says so.

    Attributes:
        amount: of one administration, in mass, units, puffs or tablets.
        per: the interval between administrations, a time quantity.
        daily: amount per day of the ingredient, where it can be computed.
        text: the instruction as written; shown, never interpreted as a command.
        parts: ingredient → amount per day, where a product is counted in puffs or tablets and what is in one of them is known.
    """

    amount: Quantity | None = None
    per: Quantity | None = None
    daily: Quantity | None = None
    text: str = ""
    as_needed: bool = False
    parts: tuple[tuple[str, Quantity], ...] = ()

    def daily_of(self, name: str) -> Quantity | None:
        """The amount per day of this ingredient; of anything else that the product may be called by, the amount as a whole."""
        return next((amount for part, amount in self.parts if part == name), self.daily)

"""What every row of a table of policies has, and the times that rows give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of a table; its id is what logs and messages name."""

    id: str


def time_faults(times: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each time, given as the row's id and the time, that is none, or is not more than none."""
    for row, text in times:
        try:
            if Quantity.parse(text).to("d").value <= 0:
                yield f"{row}: {text!r} is no time at all"
        except UnitMismatchError as error:
            yield f"{row}: {error}"

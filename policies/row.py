"""What every row of a table of policies has."""

from __future__ import annotations

from msgspec import Struct


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of a table; its id is what logs and messages name."""

    id: str

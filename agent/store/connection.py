"""What the store asks of a database, so that SQLite and PostgreSQL stand behind the same rows and the same sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver


class Rows(Protocol):
    """What a statement found; a row is read by column name or by number."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """An open transaction. Values stand for `?`, in order; `IS ?` compares with NULL as well."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows: ...


class Database(Protocol):
    """Where everything is kept.

    Attributes:
        errors: what the driver fails with inside `failures_named`.
    """

    errors: tuple[type[Exception], ...]

    def writing(self) -> AbstractContextManager[Connection]:
        """All or nothing, one writer at a time. Raises StoreError."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One view at one moment. Raises StoreError."""

    def failures_named(self) -> AbstractContextManager[None]:
        """What the driver fails with inside the block becomes a StoreError."""

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a run; freed when its holder dies. Raises DecisionError (`locked`)."""

    def checkpoints(self) -> AbstractContextManager[BaseCheckpointSaver[Any]]:
        """LangGraph's checkpoints in the same database."""

    def shred(self) -> None:
        """Leave nothing of deleted rows behind, as far as the database can. Raises StoreError."""

    def close(self) -> None:
        """Close what is idle; whoever comes next opens anew."""

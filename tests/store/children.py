"""Processes that a test forks to be killed, or to race; none of them ever goes on with the tests."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

FAILED = 70
"""The exit code of a child whose work raised what it should not have."""


def in_a_child(work: Callable[[], int | None]) -> int:
    """Do the work in a process of its own, which ends with what the work returns; its id."""
    child = os.fork()
    if child:
        return child
    code = FAILED
    try:
        code = work() or 0
    except BaseException:  # noqa: BLE001 - an exception that left here would run the rest of the tests twice
        traceback.print_exc()
    finally:
        os._exit(code)


def exit_code(child: int) -> int:
    """Of a child, once it has ended; -9 where it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

"""Which names that conditions ask for can be set by a record at all: a rule that waits for a name that nothing sets never speaks."""

from agent.reach.report import Unset, page, unset

__all__ = ["Unset", "page", "unset"]

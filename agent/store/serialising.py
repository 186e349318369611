"""The form of a checkpoint: one that constructs nothing but plain values when it is read."""

from __future__ import annotations

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def serialiser() -> JsonPlusSerializer:
    """Strict MessagePack: no pickles, no classes by name."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)

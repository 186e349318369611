"""A field that a call's shape does not have is named with its path."""

from __future__ import annotations

from msgspec import Struct

from agent.faces.unknown_fields import unknown_fields


class Inner(Struct):
    a: int = 0


class Outer(Struct):
    one: Inner | str | None = None
    many: list[str | Inner] = []
    named: dict[str, Inner] = {}


def test_known_fields_are_passed_over() -> None:
    assert unknown_fields({"one": {"a": 1}, "many": ["x", {"a": 1}], "named": {"free": {"a": 1}}}, Outer) == ()


def test_unknown_fields_are_named_at_every_depth() -> None:
    given = {"zwei": 2, "one": {"b": 1}, "many": ["x", {"c": 1}], "named": {"free": {"d": 1}}}
    assert unknown_fields(given, Outer) == ("zwei", "one.b", "many[1].c", "named.free.d")


def test_a_text_where_an_object_may_stand_has_no_fields() -> None:
    assert unknown_fields({"one": "text"}, Outer) == ()

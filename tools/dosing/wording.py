"""Doses in words for people: "5 mg by mouth every 12 hours"."""

from __future__ import annotations

from decimal import Decimal

from tools.clinical.quantity import Quantity, plain

_UNITS = {
    "ug": "micrograms", "U": "units", "[IU]": "IU", "meq": "mEq", "ug/h": "micrograms per hour", "mg/kg": "mg per kg", "U/h": "units per hour",
    "U/kg/h": "units per kg per hour", "mg/h": "mg per hour", "mg/min": "mg per minute",
}  # fmt: skip
_COUNTED = {
    "{tablet}": "tablet",
    "{capsule}": "capsule",
    "{puff}": "puff",
    "{spray}": "spray",
    "{patch}": "patch",
    "{application}": "application",
    "{dose}": "dose",
}
_ROUTES = {
    "oral": "by mouth", "sublingual": "under the tongue", "buccal": "inside the cheek", "inhaled": "by inhalation", "nebulised": "by nebuliser",
    "intranasal": "into the nose", "subcutaneous": "under the skin", "intramuscular": "into a muscle", "intravenous": "into a vein",
    "transdermal": "on the skin as a patch", "topical": "on the skin", "ophthalmic": "into the eye", "rectal": "by rectum", "vaginal": "by vagina",
}  # fmt: skip
_NAMED = {
    "24 h": "once daily",
    "1 d": "once daily",
    "48 h": "every other day",
    "7 d": "once a week",
    "1 wk": "once a week",
    "1 mo": "once a month",
    "1 a": "once a year",
}
_WORDS = {"h": "hours", "d": "days", "wk": "weeks", "mo": "months", "a": "years", "min": "minutes"}


def amount_text(amount: Quantity, form: str = "") -> str:
    """`5 mg`, `2 puffs`, `one 49/51 mg tablet`."""
    number = plain(amount.value)
    if form:
        return {"1": f"one {form}", "0.5": f"half a {form}"}.get(number, f"{number} × {form}")
    if amount.unit in _COUNTED:
        return f"{number} {_COUNTED[amount.unit]}{'' if amount.value == 1 else 's'}"
    if amount.value >= 1000 and amount.unit in {"U", "[IU]"}:
        number = f"{amount.value:,f}".rstrip("0").rstrip(".") if "." in number else f"{int(amount.value):,}"
    return f"{number} {_UNITS.get(amount.unit, amount.unit)}"


def route_text(route: str) -> str:
    """`by mouth`; a route that has no words here by its own name."""
    return _ROUTES.get(route, route)


def per_text(per: str) -> str:
    """`once daily`, `every 12 hours`, `every 2 weeks`; `once` for a single dose."""
    if not per:
        return "once"
    if per in _NAMED:
        return _NAMED[per]
    interval = Quantity.parse(per)
    if interval.unit == "d" and interval.value % 7 == 0:
        interval = Quantity(interval.value / Decimal(7), "wk")
    return f"every {plain(interval.value)} {_WORDS[interval.unit]}"


def dose_text(amount: Quantity, per: str, route: str, *, form: str = "", note: str = "", as_needed: bool = False) -> str:
    """The whole dose as a person would say it."""
    words = [amount_text(amount, form), _ROUTES[route], per_text(per)]
    if as_needed:
        words.append("as needed")
    return " ".join(words) + (f", {note}" if note else "")

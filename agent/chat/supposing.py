"""A what-if in plain words, as the changes that `agent.what_if` knows."""

from __future__ import annotations

import re

from tools.terminology import terminology

_SUBJECT = r"(?:she|he|they|the patient|we|i|you|her|his|their|it|the)\b['’]?s?\s*"
_NUMBER = r"(?P<value>-?\d+(?:\.\d+)?(?: ?[a-z%/\[\]²0-9.^]+)?)"
_RULES: tuple[tuple[str, str], ...] = (
    (r"^(?:were |was |is |be |becomes? |became |got |gets )?(?:not |no longer )pregnant$", "no pregnancy"),
    (r"^(?:were |was |is |be |becomes? |became |got |gets )?pregnant$", "pregnant"),
    (r"^(?:were |was |is |turned )?(?P<value>\d{1,3})(?: years?(?: old)?| y)?$", "age={value}"),
    (r"^age (?:were |was |is )?(?P<value>\d{1,3})(?: years?)?$", "age={value}"),
    (r"^(?:were |was |is |be |becomes? |had an? allerg\w+ to |allergic to )?(?:allergic to |allergy to )?(?P<value>.+) allergy$", "allergic {value}"),
    (r"^(?:were |was |is |be |becomes? )?allergic to (?P<value>.+)$", "allergic {value}"),
    (r"^(?:had |has |have )?an? allergy to (?P<value>.+)$", "allergic {value}"),
    (r"^(?:stop(?:s|ped)?|end(?:s|ed)?|did not take|does not take|did not have|came off|were off|was off|without|quit|no longer (?:takes?|took)) (?:the |her |his |taking )?(?P<value>.+)$", "-{value}"),
    (r"^(?:also )?(?:takes?|took|start(?:s|ed)?|add(?:s|ed)?|gives?|gave|given|used?|uses|were on|was on|is on|got|prescribed?)(?: her| him)? (?:also |on )?(?:the |some |an? )?(?P<value>.+)$", "+{value}"),
    (r"^(?:weigh(?:s|ed)?|weight (?:were|was|is)?)\s*" + _NUMBER + "$", "body-weight={value}"),
    (r"^(?:did not have|does not have|had no|has no|no) (?P<value>.+)$", "no {value}"),
    (r"^(?:had|has|have|got|gets|developed|develops|suffered from) (?:an? |the )?(?P<value>.+)$", "has {value}"),
)  # fmt: skip
_MEASURED = re.compile(
    r"^(?P<name>[a-z][\w \-]*?)(?:\s*(?:=|were|was|is|of|at|rose to|fell to|drops? to|dropped to|goes to|went to|reach(?:es|ed))\s*|\s+(?=\d))"
    + _NUMBER
    + "$"
)


def changes_of(text: str) -> tuple[str, ...]:
    """Each change that a supposition names; what is written in the short form already stays as it is."""
    parts = re.split(r"\s+and\s+|\s*,\s*|\s*;\s*", text.strip().rstrip("?.!"))
    return tuple(_change(part) for part in parts if part)


def _change(part: str) -> str:
    bare = part.strip()
    if re.match(r"^[\w\-]+=|^[+\-]\S|^(?:has|no|allergic) [\w\-]+$|^pregnant$", bare) and not bare.startswith("has no "):
        return _named(bare)
    plain = re.sub(rf"^(?:{_SUBJECT})+", "", bare.casefold())
    if (found := _MEASURED.match(plain)) and terminology().observable_named(found["name"].strip()):
        return _named(f"{found['name'].strip()}={found['value']}")
    for pattern, form in _RULES:
        if found := re.match(pattern, plain):
            return form.format(**{"value": "", **found.groupdict()})
    return bare


def _named(change: str) -> str:
    """A measurement under the name that the terminology has for it; a number gets a blank before its unit."""
    name, equals, value = change.partition("=")
    if not equals or name in {"age", "sex"}:
        return change
    known = terminology().observable_named(name)
    spaced = re.sub(r"^(-?\d+(?:\.\d+)?)\s*(?=[^\d.\s])", r"\1 ", value.strip())
    return f"{known.name if known else name}={spaced}"

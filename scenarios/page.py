"""A report as sections of a sentence, a picture and a table; written as one self-contained page of HTML, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from scenarios.tables import Table, markdown

_STYLE = (
    ":root{color-scheme:light dark;--ink:#1c2430;--paper:#fff;--faint:#5b6776;--rule:#d8dee6;--c0:#2b6cb0;--c1:#b7500f;--c2:#2a7a4f;--c3:#6b46c1}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--paper:#14181f;--faint:#a3aebc;--rule:#37404d;--c0:#6aa9ea;--c1:#f0955a;--c2:#6cc596;--c3:#b49cf5}}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .6rem}h2{font-size:1.2rem;margin:2.4rem 0 .4rem}p{max-width:46rem}.head{color:var(--faint)}"
    "nav ul{columns:18rem;column-gap:2rem;padding-left:1.1rem;margin:.2rem 0 1rem}nav li{break-inside:avoid}nav a{color:var(--c0)}nav p{margin:0;font-weight:600}"
    ".wide{overflow-x:auto;margin:0 0 1.2rem}table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}"
    "td,th{padding:.28rem .9rem .28rem 0;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}"
    "th{color:var(--faint);font-weight:600}td.n,th.n{text-align:right}td.n,td.s{white-space:nowrap}"
    "svg{max-width:100%;height:auto;margin:.3rem 0 .8rem;display:block;fill:var(--ink)}.picture{overflow-x:auto}"
    ".title{font-weight:600}.bar{fill:var(--c0)}.grid{stroke:var(--rule)}.line{fill:none;stroke-width:2.5}"
    ".c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}"
    "@media(max-width:40rem){body{margin:1rem auto}}"
    "@media print{body{max-width:none}nav{display:none}h2{break-after:avoid}tr,svg{break-inside:avoid}}"
)


@dataclass(frozen=True)
class Section:
    """One part of a report; `picture` is SVG, and says nothing that the table or the text does not."""

    title: str
    table: Table | None = None
    text: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Page:
    """A report: its title, what it is and how it was made, its sections, and files that lie beside it, each with what it holds."""

    title: str
    head: str
    sections: Sequence[Section]
    beside: Sequence[tuple[str, str]] = ()


def write_page(page: Page, stem: Path) -> None:
    """Write `STEM.md` and `STEM.html`."""
    stem.with_suffix(".md").write_text(as_markdown(page), "utf-8")
    stem.with_suffix(".html").write_text(as_html(page), "utf-8")


def as_markdown(page: Page) -> str:
    """The page as Markdown, without the pictures."""
    parts = [f"# {page.title}", page.head, "\n".join(f"- [{what}]({path})" for path, what in page.beside)]
    parts = [part for part in parts if part]
    for section in page.sections:
        body = markdown(section.title, section.table) if section.table else f"## {section.title}"
        heading, _, rest = body.partition("\n")
        parts += [part for part in (heading, section.text, rest.strip()) if part]
    return "\n\n".join(parts) + "\n"


def as_html(page: Page) -> str:
    """The page as one file that loads nothing."""
    body = "".join(_section(number, section) for number, section in enumerate(page.sections))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head>"
        f'<body><h1>{escape(page.title)}</h1><p class="head">{_words(page.head)}</p>{_files(page)}{_contents(page)}<main>{body}</main></body></html>\n'
    )


def _section(number: int, section: Section) -> str:
    text = f"<p>{_words(section.text)}</p>" if section.text else ""
    picture = f'<div class="picture">{section.picture}</div>' if section.picture else ""
    return f'<section id="s{number}"><h2>{escape(section.title)}</h2>{text}{picture}{_table(section)}</section>'


def _words(text: str) -> str:
    """A text as HTML; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _files(page: Page) -> str:
    if not page.beside:
        return ""
    links = "".join(f'<li><a href="{escape(path)}">{escape(what)}</a></li>' for path, what in page.beside)
    return f'<nav aria-label="Pages"><p>Pages</p><ul>{links}</ul></nav>'


def _contents(page: Page) -> str:
    """Where everything stands, of a page that is longer than a glance."""
    if len(page.sections) < _FEW:
        return ""
    links = "".join(f'<li><a href="#s{number}">{escape(section.title)}</a></li>' for number, section in enumerate(page.sections))
    return f'<nav aria-label="Contents"><p>On this page</p><ul>{links}</ul></nav>'


def _table(section: Section) -> str:
    """The table under its section's name; columns that hold nothing but numbers stand at the right."""
    if section.table is None:
        return ""
    columns, rows = section.table
    right = [bool(rows) and all(_NUMBER.match(row[n]) for row in rows) for n in range(len(columns))]
    head = "".join(f'<th scope="col"{_kind(right[n])}>{escape(one)}</th>' for n, one in enumerate(columns))
    lines = "".join(
        "<tr>" + "".join(f"<td{_kind(right[n], cell)}>{escape(cell)}</td>" for n, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(section.title)}"><table><tr>{head}</tr>{lines}</table></div>'


def _kind(right: bool, cell: str = "") -> str:
    """A column of numbers stands at the right; a share with its interval is not broken."""
    return ' class="n"' if right else ' class="s"' if _SHARE.match(cell) else ""


_FEW = 4
_CODE = re.compile(r"`([^`]+)`")
_SHARE = re.compile(r"^\d+/\d+ = ")
_NUMBER = re.compile(r"^[-−+]?[\d.,]+( ms| %|%)?$|^–$")

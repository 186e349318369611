"""A report as sections of a sentence, a picture and a table; written as one self-contained page of HTML, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from scenarios.tables import Table, markdown

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}"
    "table{border-collapse:collapse;margin:0 0 1.5rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #d8dee6;"
    "vertical-align:top}svg{max-width:100%;height:auto;margin:.3rem 0 .6rem;display:block}h2{margin:2rem 0 .4rem}"
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
    """A report: its title, what it is and how it was made, and its sections."""

    title: str
    head: str
    sections: Sequence[Section]


def write_page(page: Page, stem: Path) -> None:
    """Write `STEM.md` and `STEM.html`."""
    stem.with_suffix(".md").write_text(as_markdown(page), "utf-8")
    stem.with_suffix(".html").write_text(as_html(page), "utf-8")


def as_markdown(page: Page) -> str:
    """The page as Markdown, without the pictures."""
    parts = [f"# {page.title}", page.head]
    for section in page.sections:
        body = markdown(section.title, section.table) if section.table else f"## {section.title}"
        heading, _, rest = body.partition("\n")
        parts += [part for part in (heading, section.text, rest.strip()) if part]
    return "\n\n".join(parts) + "\n"


def as_html(page: Page) -> str:
    """The page as one file that loads nothing."""
    body = "".join(
        f"<h2>{escape(section.title)}</h2>{f'<p>{escape(section.text)}</p>' if section.text else ''}{section.picture}{_table(section.table)}"
        for section in page.sections
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(page.title)}</h1><p>{escape(page.head)}</p>{body}</body></html>\n"
    )


def _table(table: Table | None) -> str:
    if table is None:
        return ""
    columns, rows = table
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in columns)
    return (
        f"<table><tr>{head}</tr>{''.join('<tr>' + ''.join(f'<td>{escape(cell)}</td>' for cell in row) + '</tr>' for row in rows)}</table>"
    )

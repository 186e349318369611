"""The report of a batch: what was planned, how often it interrupts, what was left open. One page of HTML, and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson

Row = dict[str, Any]
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
_STYLE = "body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}table{border-collapse:collapse;margin:0 0 1.5rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #d8dee6}td.bar{min-width:14rem}i{display:block;height:.8rem;background:#2b6cb0}"


def write_report(folder: Path) -> None:
    """Write `report.md` and `report.html` from the rows and the manifest of a folder."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    rows = [orjson.loads(line) for line in (folder / "rows.ndjson").read_bytes().splitlines()]
    tables = report_tables(rows)
    head = f"{manifest['patients']} patients as of {manifest['as_of']}, carewright {manifest['carewright']}, drafter {manifest['drafter']}"
    (folder / "report.md").write_text(_markdown(head, tables), "utf-8")
    (folder / "report.html").write_text(_html(head, tables), "utf-8")


def report_tables(rows: Sequence[Row]) -> list[Table]:
    """The tables of the report."""
    planned = [row for row in rows if row["outcome"] == "plan"]
    outcomes: Counter[str] = Counter(row["outcome"] for row in rows)
    tables: list[Table] = [("Outcomes", ("outcome", "patients"), _counted(outcomes))]
    if planned:
        tables += [
            (
                "A plan, in numbers",
                ("measure", "median", "mean", "largest"),
                [
                    _spread(name, planned)
                    for name in ("interruptive", "issues", "suppressed", "questions", "medications", "uncertain", "not_checked")
                ],
            ),
            ("Lines, by action", ("action", "lines"), _counted(_summed(planned, "items"))),
            ("Problems covered", ("module", "patients"), _counted(Counter(module for row in planned for module in row["modules"]))),
            ("The ledger against omissions", ("status", "entries"), _counted(_summed(planned, "ledger"))),
            ("Where plans go", ("route", "patients"), _counted(Counter(f"{row['route']}, {row['urgency']}" for row in planned))),
            ("By sex and age", ("group", "patients", "lines a patient", "interruptive a patient"), _groups(planned)),
        ]
    errors: list[tuple[str, ...]] = [(row["patient"], f"{row['error']}: {row['message']}") for row in rows if row["outcome"] == "error"]
    return tables + ([("Not planned", ("patient", "why"), errors)] if errors else [])


def _summed(rows: Sequence[Row], name: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row[name])
    return total


def _counted(counter: Counter[str]) -> list[tuple[str, ...]]:
    return [(str(name), str(count)) for name, count in sorted(counter.items(), key=lambda pair: (-pair[1], str(pair[0])))]


def _spread(name: str, rows: Sequence[Row]) -> tuple[str, ...]:
    values = [row[name] for row in rows]
    return name.replace("_", " "), f"{median(values):g}", f"{mean(values):.2f}", str(max(values))


def _groups(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        age = "age unknown" if row["age"] is None else "0–17" if row["age"] < 18 else "18–64" if row["age"] < 65 else "65 and over"
        groups.setdefault(f"{row['sex'] or 'sex unknown'}, {age}", []).append(row)
    return [
        (
            name,
            str(len(some)),
            f"{mean(sum(row['items'].values()) for row in some):.1f}",
            f"{mean(row['interruptive'] for row in some):.2f}",
        )
        for name, some in sorted(groups.items())
    ]


def _markdown(head: str, tables: Sequence[Table]) -> str:
    parts = ["# Batch report", "", head + ". It tests the behaviour of the program on these records, not medicine.", ""]
    for title, columns, rows in tables:
        parts += [f"## {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
        parts += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows] + [""]
    return "\n".join(parts)


def _html(head: str, tables: Sequence[Table]) -> str:
    body = "".join(
        f"<h2>{escape(title)}</h2><table><tr>{''.join(f'<th>{escape(c)}</th>' for c in columns)}</tr>{_lines(columns, rows)}</table>"
        for title, columns, rows in tables
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Batch report</title><style>{_STYLE}</style>"
        f"<h1>Batch report</h1><p>{escape(head)}. It tests the behaviour of the program on these records, not medicine.</p>{body}</html>\n"
    )


def _lines(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    largest = max((int(row[1]) for row in rows if len(columns) == 2 and row[1].isdigit()), default=0)
    lines = []
    for row in rows:
        bar = f"<td class=bar><i style='width:{int(row[1]) / largest:.1%}'></i></td>" if largest and row[1].isdigit() else ""
        lines.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}{bar}</tr>")
    return "".join(lines)

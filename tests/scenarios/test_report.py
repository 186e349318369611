"""The report of a batch shows what the rows say, loads nothing, and can be held against an earlier one."""

from __future__ import annotations

import re
import tracemalloc
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from agent.errors import RecordError
from scenarios.card import MEASURES, Card, weights
from scenarios.differences import differences
from scenarios.page import Page, Section, as_html, as_markdown
from scenarios.pictures import bars, histogram, intervals, lines, trends
from scenarios.places import Places
from scenarios.population import drawn
from scenarios.release import first_page
from scenarios.report import finished_rows, manifest_of, rows_in, write_report
from scenarios.shares import Share
from scenarios.simulation import Settings, simulate_patients
from scenarios.suites import card_page
from scenarios.summary import summary

DAY = date(2026, 11, 1)
NAME = "adults-in-primary-care"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("batch")
    simulate_patients(drawn(NAME, 12, 4, DAY), out, Settings(DAY, "inline"))
    return out


@pytest.mark.parametrize(
    "svg",
    [
        bars("A & B", [("x < y", 3), ("none", 0)]),
        histogram("few", [0, 0, 1, 3]),
        histogram("many", [n * 1.7 for n in range(60)]),
        histogram("one value", [2.5]),
        trends("values", ["day 0", "day 90"], {"a": [7.1, 8.4], "b": [7.0, 7.0]}),
        lines("shares", ["day 0", "day 90"], {"a": [0.0, 1.0], "b": [0.5, 0.5]}),
        intervals("shares", [("x", 0.2, 0.1, 0.4)]),
    ],
)
def test_a_picture_is_well_formed_and_has_a_title(svg: str) -> None:
    drawn_ = ElementTree.fromstring(svg)
    assert drawn_.tag == "svg"
    assert drawn_[0].tag == "title"
    assert drawn_[0].text


@pytest.mark.parametrize(
    "svg",
    [
        intervals("to 12.5 %", [("x", 0.02, 0.0, 0.124)]),
        intervals("to 100 %", [("x", 1.0, 0.9, 1.0)]),
        histogram("a million", {float(n): 80_000 for n in range(12)}),
        histogram("milliseconds", {float(n): 12 for n in range(95, 190)}),
        bars("a million", [("plans", 1_000_000)]),
    ],
)
def test_no_label_of_a_picture_is_cut_or_written_over_another(svg: str) -> None:
    drawn = ElementTree.fromstring(svg)
    spans: dict[str | None, list[tuple[float, float]]] = {}
    for node in drawn.iter("text"):
        wide, x = 6.7 * len(node.text or ""), float(node.get("x", ""))
        begins = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor", "start")]
        spans.setdefault(node.get("y"), []).append((begins, begins + wide))
    assert all(begins >= 0 and ends <= float(drawn.get("width", "")) for line in spans.values() for begins, ends in line)
    assert all(one[1] <= other[0] for line in spans.values() for one, other in pairwise(sorted(line)))


def test_a_histogram_counts_every_value_once() -> None:
    texts = [node.text or "" for node in ElementTree.fromstring(histogram("few", [0, 0, 1, 3])).iter("text")]
    assert texts == ["few", "0", "2", "1", "1", "2", "0", "3", "1"]


def test_bands_of_whole_numbers_begin_and_end_at_whole_numbers() -> None:
    texts = [node.text or "" for node in ElementTree.fromstring(histogram("many", {1: 3, 14: 2, 30: 1})).iter("text")]
    assert texts[1::2] == ["1–3", "4–6", "7–9", "10–12", "13–15", "16–18", "19–21", "22–24", "25–27", "28–30"]
    assert texts[2::2] == ["3", "0", "0", "0", "2", "0", "0", "0", "0", "1"]


def test_a_picture_fits_a_telephone_and_names_its_lines_above_them() -> None:
    drawn_ = ElementTree.fromstring(lines("shares", ["day 0", "day 90"], {"a": [0.0, 1.0], "b": [0.5, 0.5]}))
    assert int(drawn_.attrib["width"]) <= 460
    heights = {node.text: float(node.attrib["y"]) for node in drawn_.iter("text")}
    assert heights["shares"] < heights["a"] < heights["b"] < heights["100%"]


def test_the_card_says_what_each_measure_counts_and_how_the_headline_is_made(folder: Path) -> None:
    shares = dict.fromkeys(MEASURES, Share(10, 10))
    found = Card(1.0, shares, {"women": shares}, (), {}, (), {}, {"sure": Share(3, 3), "unsure": Share(1, 1)}, {})
    text = as_markdown(card_page(found))
    assert "12 / (3/1.000 + 2/1.000 + 2/1.000 + 2/1.000 + 3/1.000) = 1.000" in text
    assert "with detection at one half and all else as it is, it would be 0.800" in text
    assert "every share is whole and this table says nothing about the word" in text
    assert "(5 points, with intervals that do not touch)" in text


def test_html_and_markdown_hold_the_same_numbers_and_load_nothing(folder: Path) -> None:
    write_report(folder)
    html, text = (folder / "report.html").read_text("utf-8"), (folder / "report.md").read_text("utf-8")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", html)
    assert len(cells) > 50
    assert all(cell in text for cell in cells if "&" not in cell)
    assert not re.search(r"<script|src=|href=\"[^#]|url\(|@import", html)
    assert html.count("<svg") >= 8


def test_what_is_written_is_escaped() -> None:
    page = Page("A <b>", "x & y", [Section("T", (("c",), [("<i>|",)]))])
    assert "<b>" not in as_html(page)
    assert "&lt;i&gt;|" in as_html(page)
    assert "| <i>\\| |" in as_markdown(page)
    assert "see <code>a &lt; b</code>" in as_html(Page("A", "see `a < b`", []))


def of(folder: Path, rows: list[dict[str, Any]] | None = None) -> tuple[dict[str, Any], Path]:
    """A batch to be held against another; with other rows, a copy of it."""
    if rows is None:
        return manifest_of(folder), folder / "rows.ndjson"
    path = folder / "other.ndjson"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return manifest_of(folder), path


def test_a_batch_against_itself_differs_in_nothing(folder: Path) -> None:
    section = differences(of(folder), of(folder))[0]
    assert "12 patients are in both, 0 only here, 0 only there" in section.text
    assert "Plans with another digest: 0 of" in section.text
    assert section.table
    assert all(row[1] == row[2] and row[3:] == ("0", "0") for row in section.table[1])


def test_a_line_more_is_a_difference(folder: Path) -> None:
    changed = list(finished_rows(folder))
    target = next(row for row in changed if row["outcome"] == "plan")
    target["items"]["start"] = target["items"].get("start", 0) + 1
    target["digest"] = "sha256:other"
    section, _, most = differences(of(folder), of(folder, changed))
    assert "Plans with another digest: 1 of" in section.text
    assert most.table
    assert [row[0] for row in most.table[1]] == [target["patient"]]


def test_rows_are_found_by_key_in_any_order_and_counted_once(folder: Path) -> None:
    rows = list(finished_rows(folder))
    here = [*rows[::-1][:10], {**rows[5], "patient": "again"}, {**rows[0], "key": "f" * 24}]
    section = differences(of(folder), of(folder, here))[0]
    assert "10 patients are in both, 1 only here, 2 only there" in section.text
    with Places(of(folder, here)[1]) as places:
        assert (places.row(bytes.fromhex(rows[5]["key"])) or {})["patient"] == "again"
        assert places.row(bytes(12)) is None


def test_holding_batches_against_each_other_takes_no_memory_for_their_rows(folder: Path) -> None:
    rows = list(finished_rows(folder))
    peaks = []
    for many in (500, 4000):
        path = of(folder, [{**rows[n % 12], "key": f"{n:024x}"} for n in range(many)])
        tracemalloc.start()
        differences(path, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / 3500 < 300, "bytes a row; a row itself takes some 2,700"


def test_a_folder_without_a_batch_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds no finished batch"):
        list(finished_rows(tmp_path))


def test_rows_name_no_text_of_the_record(folder: Path) -> None:
    rows = finished_rows(folder)
    known = ("test due: ", "problem: ", "value: ", "medicine", "another value", "problem without", "something else")
    assert {name for row in rows for name in row.get("open", {}) if not name.startswith(known)} == set()


def test_timings_lie_beside_the_rows_and_not_in_them(folder: Path) -> None:
    rows = finished_rows(folder)
    timed = [orjson.loads(line) for line in (folder / "timings.ndjson").read_bytes().splitlines()]
    assert [one["key"] for one in timed] == [row["key"] for row in rows]
    assert all(one["seconds"] > 0 for one in timed)
    assert not any("seconds" in row for row in rows)


def test_the_first_page_has_the_headline_the_sureness_and_links_to_the_others(folder: Path) -> None:
    shares = {
        "omissions": Share(9, 10),
        "grounding": Share(10, 10),
        "detection": Share(4, 4),
        "precision": Share(3, 3),
        "approval": Share(2, 2),
    }
    found = Card(
        headline=0.95,
        measures=shares,
        groups={"women": shares},
        below=(),
        stability={"order": Share(3, 3)},
        failed=("one: two",),
        conditions={"asthma": Share(1, 2), "gout": Share(0, 0)},
        sureness={"sure": Share(8, 9), "unsure": Share(1, 2)},
        led_back={},
    )
    figures = {"headline": "0.950", "tellings": 3, "as_of": "2026-11-01", "knowledge": "sha256:0", "carewright": "0", "injection": "1/1"}
    figures |= {"batch": {"patients": 12}, "course": {"patients": 5, "visits": 2}}
    page = first_page(found, figures, summary(rows_in(folder)))
    assert [section.title for section in page.sections] == [
        "Measures",
        "How sure the knowledge says it is",
        "In short",
        "Interruptions",
        "By sex and age",
    ]
    html = as_html(page)
    assert html.count("<svg") >= 5
    assert 'href="card.html"' in html
    text = as_markdown(card_page(found))
    assert f"| {weights().weight['omissions']:g} | 9/10" in text
    assert "| asthma | 1/2" in text
    assert "| one: two |" in text

"""Settings ▸ Dates: the host is told, sentences follow, data stays as it is, and what people have typed is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qb_plugin.messages import DATE_PATTERNS, load_sentences, write_dates
from qb_plugin.model import Message
from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice

PAIRS = [
    ("2026-11-26", "MM/DD/YYYY", "11/26/2026"),
    ("2026-11-26", "DD/MM/YYYY", "26/11/2026"),
    ("2026-11-26", "DD.MM.YYYY", "26.11.2026"),
    ("2026-11-26", "YYYY-MM-DD", "2026-11-26"),
    ("2026-01-02 14:02:11", "DD.MM.YYYY", "02.01.2026 14:02:11"),
    ("from 2026-11-01 to 2026-11-30.", "MM/DD/YYYY", "from 11/01/2026 to 11/30/2026."),
    ("(2026-11-01)", "DD/MM/YYYY", "(01/11/2026)"),
    ("no date: 2026-11", "MM/DD/YYYY", "no date: 2026-11"),
    ("X2026-11-01", "MM/DD/YYYY", "X2026-11-01"),
    ("2026-11-01-7", "MM/DD/YYYY", "2026-11-01-7"),
    ("12026-11-01", "MM/DD/YYYY", "12026-11-01"),
    ("", "MM/DD/YYYY", ""),
]


@pytest.mark.parametrize(("text", "pattern", "written"), PAIRS)
def test_dates_in_a_text_are_written_by_the_pattern(text: str, pattern: str, written: str) -> None:
    assert write_dates(text, pattern) == written


def test_what_people_gave_is_left_as_it_is() -> None:
    sentences = load_sentences("Park Practice")
    sentences.write_dates_as("DD.MM.YYYY")
    values = {
        "ours": "2026-11-01 here",
        "number": "2026-11-01",
        "id": "7",
        "what": "date 2026-11-01 here, 2026-11-02 in QuickBooks",
    }
    said = sentences.text(Message("changed_since_linked", values))
    assert said.startswith("2026-11-01 is in QuickBooks as 7")
    assert "date 01.11.2026 here, 02.11.2026 in QuickBooks" in said


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """A connected firm with one matched client."""
    with both_sides(tmp_path) as made:
        made.client("Ada")
        made.build(customer("Ada", "ada"), invoice("ada", "1037", "400.00"))
        made.match()
        yield made


@pytest.mark.parametrize("pattern", DATE_PATTERNS)
def test_the_choice_is_the_hosts_and_holds_in_every_sentence(sides: BothSides, pattern: str) -> None:
    field = next(each for each in sides.form("settings").open({})["fields"] if each["name"] == "dates")
    assert [each["label"] for each in field["choices"]][1] == "11/26/2026  (MM/DD/YYYY)"
    saved = sides.choose(dates=pattern)
    assert "rejected" not in saved
    assert sides.host.dates == pattern
    assert sides.opened("settings")["dates"] == pattern
    record = sides.record(sides.ledger.people[0], "5.00")
    [row] = sides.export(record).values()
    assert row["outcome"] == "synchronized"
    drawn = "\n".join(sides.host.show(record.ref))
    run = next(line for line in drawn.splitlines() if line.startswith("Run: "))
    day = run.partition(", ")[2].partition(" ")[0]
    assert len(day) == 10
    assert ("-" in day, "/" in day, "." in day) == ("-" in pattern, "/" in pattern, "." in pattern)
    [shown] = sides.grid(record).values()
    assert shown["cells"]["date"] == record.date.isoformat()  # data is data: the host writes it


@pytest.mark.parametrize("pattern", ["YY-MM-DD", "yyyy-mm-dd", "MM-DD-YYYY", "%Y", "<b>"])
def test_a_pattern_that_there_is_not_is_refused(sides: BothSides, pattern: str) -> None:
    assert "dates" in sides.choose(dates=pattern)["rejected"]
    assert sides.host.dates == "YYYY-MM-DD"

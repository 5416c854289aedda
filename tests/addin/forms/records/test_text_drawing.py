"""Every key of a description is drawn by the text host: those that hold a text by that text, the others by what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from qb_plugin.forms import descriptions
from qb_plugin.forms.descriptions import EmptyGrid, FormDescription, Row
from qb_plugin.forms.records import shapes
from qb_plugin.forms.records.shapes import Section
from tests.support.hosts.text_drawing import draw_form, draw_sections
from tests.support.paths import ROOT

DRAWN: tuple[str, ...] = (
    "FormDescription",
    "Field",
    "Column",
    "Action",
    "Notice",
    "FormWarning",
    "Unavailable",
    "EmptyGrid",
    "RowEdit",
)
DRAWN += (
    "Light",
    "Row",
    "Fix",
    "FormLink",
    "Option",
    "Chart",
    "ChartSeries",
    "Section",
    "Fact",
    "SectionLink",
    "SectionColumn",
    "SectionRow",
    "WindowNote",
)
# Keys whose value a person does not read: what they do is tried below, or is the host's affair (widths, rights, tokens, calls).
SILENT = {
    "FormDescription": {"id", "answer", "token", "select_all", "search", "reopens", "columns"},
    "Field": {"name", "type", "style", "refilters", "required", "label"},
    "Column": {"key", "type", "width", "sortable", "optional", "when", "choices", "search", "act"},
    "Action": {"id", "kind", "needs", "opens", "right", "primary"},
    "Notice": {"level"},
    "RowEdit": {"name", "takes"},
    "Row": {"id", "outcome", "selectable", "title"},
    "Fix": {"form", "request", "act", "run", "edit"},
    "FormLink": {"request", "form", "answer"},
    "Option": {"value"},
    "Chart": {"marked"},
    "Fact": {"type"},
    "WindowNote": {"id", "level"},
    "SectionLink": {"request", "form", "record"},
    "SectionColumn": {"key", "type"},
}


def shapes_by_name() -> dict[str, type]:
    """Every shape that is drawn."""
    found = {**vars(descriptions), **vars(shapes)}
    return {name: found[name] for name in DRAWN if is_typeddict(found[name])}


@dataclass(slots=True)
class Sample:
    """A value of each shape with every key in it; `texts` are what must be read."""

    texts: dict[str, str] = field(default_factory=dict)

    def make(self, shape: str) -> dict[str, Any]:
        """A value of the shape, each text unlike any other."""
        hints = get_type_hints(shapes_by_name()[shape], include_extras=True)
        return {key: self._value(shape, key, hint) for key, hint in hints.items()}

    def _value(self, shape: str, key: str, hint: Any) -> Any:
        kind = get_args(hint)[0] if get_origin(hint) is NotRequired else hint
        for name, other in shapes_by_name().items():
            if kind is other or name in re.findall(r"\b[A-Z]\w+\b", str(kind).replace("~", "")):
                inner = self.make(name)
                return inner if kind is other or "Sequence" not in str(kind) else [inner]
        if key in SILENT.get(shape, set()):
            return "text"
        text = self.texts[f"{shape}.{key}"] = f"<{shape} {key}>"
        return text


def described(sample: Sample) -> tuple[FormDescription, Row]:
    """A form with every key, and a row of it."""
    form, row = sample.make("FormDescription"), sample.make("Row")
    form["answer"] = {"text": "chosen"}
    form["fields"] = [{**sample.make("Field"), "name": "text"}]
    form["columns"] = [{**sample.make("Column"), "key": "shown", "when": {}, "type": "text"}]
    for chart in (form["notice"]["chart"],):
        chart["labels"], chart["marked"] = [chart["labels"]], [True]
        chart["series"] = [{**each, "values": [each["values"]]} for each in chart["series"]]
    row["cells"] = {"shown": sample.make("Option")}
    return form, row  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class OneRow:
    """A list of one row, or of none."""

    row: Row
    empty: EmptyGrid
    count: int = 1
    total: str = "12.00"
    problem: str | None = None
    notice: None = None

    def ids(self, start: int, stop: int) -> list[str]:
        """The row's id."""
        return [self.row["id"]][start:stop]

    def page(self, start: int, stop: int) -> list[Row]:
        """The row."""
        return [self.row][: self.count][start:stop]

    def total_of(self, _ids: object) -> str:
        """The total."""
        return self.total


def everything() -> tuple[Mapping[str, str], str]:
    """What must be read, and all that is drawn."""
    sample = Sample()
    form, row = described(sample)
    empty = form["empty"]
    assert empty
    section: Section = sample.make("Section")  # type: ignore[assignment]
    section["columns"] = [{**sample.make("SectionColumn"), "key": "shown"}]  # type: ignore[typeddict-item]
    section["rows"] = [{"cells": {"shown": "a cell"}, "links": [sample.make("SectionLink")]}]  # type: ignore[list-item]
    bare: Section = {**section, "rows": []}
    lines = [*draw_form(form, OneRow(row, empty)), *draw_form(form, OneRow(row, empty, count=0)), *draw_sections([section, bare])]
    return sample.texts, "\n".join(lines)


def test_every_text_of_a_description_is_read() -> None:
    texts, drawn = everything()
    hidden = {key: text for key, text in texts.items() if text not in drawn}
    assert len(texts) > 40
    assert not {key: text for key, text in hidden.items() if key not in overwritten()}


def overwritten() -> set[str]:
    """Texts that the sample puts another value in the place of."""
    return {"SectionRow.cells"}


@pytest.mark.parametrize("shape", sorted(SILENT))
def test_keys_that_are_not_read_are_keys(shape: str) -> None:
    assert SILENT[shape] <= set(get_type_hints(shapes_by_name()[shape]))


def interfaces() -> Iterator[tuple[str, str]]:
    """The keys of what the pages of the web host draw."""
    text = (ROOT / "hostsim" / "web" / "static" / "types.d.ts").read_text(encoding="utf-8")
    for name, body in re.findall(r"export interface (\w+)(?: extends \w+)? \{\n(.*?)\n\}", text, re.DOTALL):
        yield from ((name, key) for key in re.findall(r"^  (\w+)\??:", body, re.MULTILINE))


ALONE = {  # what the web host adds for itself
    "Description": {"context", "running", "help_url", "record", "sections", "dates"},
    "Column": {"chosen"},
    "Field": {"search"},
}


@pytest.mark.parametrize(("page", "shape"), [("Description", "FormDescription"), *((name, name) for name in DRAWN[1:])])
def test_the_pages_draw_no_key_that_the_text_host_does_not_know(page: str, shape: str) -> None:
    drawn = {key for name, key in interfaces() if name == page} - ALONE.get(page, set())
    assert drawn <= set(get_type_hints(shapes_by_name()[shape]))


def test_what_a_switch_does_is_seen() -> None:
    sample = Sample()
    form, row = described(sample)
    empty = form["empty"]
    assert empty
    plain: FormDescription = {
        **form,
        "select_all": False,
        "row_actions": [],
        "actions": [{**form["actions"][0], "primary": False, "disabled": None}],
    }
    lines = draw_form(plain, OneRow({**row, "selectable": False}, empty))
    with_all = draw_form(form, OneRow(row, empty, problem="It could not be read."))
    assert [line for line in with_all if line.startswith("[x]")]
    assert not [line for line in lines if line.startswith("[x]")]
    assert "It could not be read." in with_all
    assert not [line for line in lines if "not now" in line and "<Action label>!" in line]


def test_a_question_says_how_many_rows_are_meant() -> None:
    form, _ = described(Sample())
    asked: FormDescription = {**form, "actions": [{**form["actions"][0], "confirm": "Create {n}?"}]}
    assert [line for line in draw_form(asked) if "asks: Create 1?" in line]

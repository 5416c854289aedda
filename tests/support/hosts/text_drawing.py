"""How the text host draws what a form describes, and what is told of a record: lines of text, every key of the description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qb_plugin.forms.descriptions import Action, Answer, Chart, Column, Field, Fix, FormDescription, FormLink, Option, Row
from qb_plugin.forms.protocol import Rows
from qb_plugin.forms.records.shapes import Section, SectionLink


def draw_form(form: FormDescription, rows: Rows | None = None) -> list[str]:
    """The form from top to bottom; of a form that cannot work now, why."""
    return [*_head(form), *_fields(form), *(_grid(form, rows) if rows else ()), *_buttons(form)]


def _head(form: FormDescription) -> Iterator[str]:
    light, warning, notice = form.get("light"), form.get("warning"), form.get("notice")
    yield " — ".join(filter(None, (form["title"], form["subtitle"])))
    yield from [f"({light['level']}) {light['label']}: {light['text']}"] if light else []
    yield from [f"! {warning['title']}: {warning['text']}"] if warning else []
    for said in (form.get("unavailable"), notice):
        yield from [f"{said['text']}{_link(said.get('link'))}"] if said else []
    yield from _chart(notice["chart"]) if notice and "chart" in notice else []
    yield from (f"{each['title']}: {each['text']}{''.join(map(_link, each['links']))}" for each in form.get("notes", ()))
    next_form, guide = form.get("leads_to"), form.get("help")
    yield from [f"next:{_link(next_form)}"] if next_form else []
    yield from [f"? {guide}"] if guide else []


def _chart(chart: Chart) -> Iterator[str]:
    yield chart["title"]
    for at, label in enumerate(chart["labels"]):
        bars = (f"{each['label']} {each['values'][at]}" for each in chart["series"])
        yield f"{'*' if chart['marked'][at] else ' '} {label}: {', '.join(bars)}"


def _fields(form: FormDescription) -> Iterator[str]:
    heads = list[str]()
    for field in form["fields"]:
        head = " ".join(filter(None, (field.get("group", ""), field.get("row_head", ""))))
        yield from [f"[{head}]"] if head and head not in heads else []
        heads.append(head)
        yield _field(field, form["answer"])


def _field(field: Field, answer: Answer) -> str:
    chosen, choices = answer.get(field["name"], ""), field.get("choices", ())
    shown = " ".join(f"({each['label']})" if each["value"] == chosen else each["label"] for each in choices) or f"{chosen}"
    name = f"{field['row']}, {field['column']}" if "row" in field and "column" in field else field["label"]
    star = "*" if field.get("required") else ""
    more = [field.get("help", ""), field.get("applies_to", ""), field.get("disabled", "")]
    return " · ".join(filter(None, [f"{name}{star}: {shown}", *more]))


def _grid(form: FormDescription, rows: Rows) -> Iterator[str]:
    answer, columns = form["answer"], form["columns"] or ()
    shown = [each for each in columns if all(answer.get(key) == value for key, value in each.get("when", {}).items())]
    yield " | ".join(column["label"] + ("?" if column.get("optional") else "") for column in shown)
    for row in rows.page(0, rows.count):
        yield f"{'[x]' if form.get('select_all') else '[ ]' if row['selectable'] else '   '} {_row(row, shown)}"
        yield from (f"    {text}" for text in (row["message"], row.get("reason", ""), row.get("details", "")) if text)
        yield from (f"    <{fix['label']}>{_question(fix)}" for fix in row.get("fixes", ()))
    said = rows.problem or (rows.empty["text"] + _link(rows.empty.get("link")) if rows.empty and not rows.count else "")
    yield from [said] if said else []
    yield f"{rows.count} rows {rows.total}"


def _row(row: Row, columns: Sequence[Column]) -> str:
    cells = (row["outcome"] if column["type"] == "outcome" else _cell(row["cells"].get(column["key"], "")) for column in columns)
    return " | ".join(cells)


def _cell(value: str | Option) -> str:
    return value["label"] if isinstance(value, Mapping) else value


def _buttons(form: FormDescription) -> Iterator[str]:
    for action in (*form["actions"], *form["row_actions"]):
        shut = f" (not now: {action['disabled']})" if action.get("disabled") else ""
        label = f"<{action['label']}{'!' if action.get('primary') else ''}>"
        yield " ".join(filter(None, (f"{label}{shut}{_question(action)}", action.get("tooltip", ""))))
    yield from (f"--{edit['option']}: {edit['label']}" for edit in form.get("row_edits", ()))
    yield from ["<Search>"] if form.get("search") else []


def _question(action: Action | Fix, rows: int = 1) -> str:
    return f" asks: {action['confirm'].replace('{n}', str(rows))}" if action.get("confirm") else ""


def _link(link: FormLink | None) -> str:
    return f" <{link['label']}>" if link else ""


def draw_sections(sections: Sequence[Section]) -> Iterator[str]:
    """What is told of a record."""
    for section in sections:
        yield f"== {section['title']}"
        yield from (text for text in (section.get("problem"), section.get("note")) if text)
        yield from (f"{each['label']}: {each['value']}{_ways(each.get('links', ()))}" for each in section["facts"])
        columns, rows = section.get("columns", ()), section.get("rows", ())
        yield from [" | ".join(column["label"] for column in columns)] if rows else []
        yield from (" | ".join(row["cells"].get(c["key"], "") for c in columns) + _ways(row.get("links", ())) for row in rows)
        yield from [section["empty"]] if not rows and section.get("empty") else []


def _ways(links: Sequence[SectionLink]) -> str:
    return "".join(f" <{link['label']}: {link.get('url') or link.get('record') or link.get('form')}>" for link in links)

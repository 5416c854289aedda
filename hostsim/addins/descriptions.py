"""Shapes that cross between this host and a form: plain data, as docs/writing-a-host.md describes them.

Money is text with two decimals, a date `YYYY-MM-DD`. An add-in declares the same shapes for itself, and neither side
imports the other's. The host's own grids and text forms use them, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict

Level: TypeAlias = Literal["info", "warning", "error"]
FieldType: TypeAlias = Literal["date", "boolean", "choice", "text", "secret"]
ColumnType: TypeAlias = Literal["text", "date", "money", "number", "choice", "outcome"]

Answer: TypeAlias = Mapping[str, object]
"""Values of a form's fields by name, as JSON has them, with `token` and, where the form offers it, `search`; `dry_run` for a run
that sends nothing. What a person typed is not yet checked."""

Edit: TypeAlias = Mapping[str, str | bool]
"""What a person chose on one row, by column; `force` from the row's fix."""

Edits: TypeAlias = Mapping[str, Edit]
"""Edits by row id."""


class Option(TypedDict):
    """An entry of a list to choose from; also the value of a choice cell."""

    value: str
    label: str


Cells: TypeAlias = Mapping[str, str | Option]
"""A row's cells by column key."""


class FormRequest(TypedDict, total=False):
    """How a form is opened."""

    selection: Sequence[str] | None  # record ids such as payment:17, from a context menu
    answer: Answer | None  # values that replace the form's own first ones


class FormLink(TypedDict):
    """A link in a sentence: it opens this form again, opens another form, or changes the answer."""

    label: str
    request: NotRequired[FormRequest]
    form: NotRequired[str]
    answer: NotRequired[Answer]


class Field(TypedDict):
    """A field above the grid."""

    name: str
    label: str
    type: FieldType
    help: NotRequired[str]
    choices: NotRequired[Sequence[Option]]
    style: NotRequired[Literal["radio"]]  # how choices are shown, else as a list
    group: NotRequired[str]  # heading above the fields of the same group
    refilters: NotRequired[bool]  # changing it loads the rows again
    required: NotRequired[bool]  # without a value rows and run are refused
    applies_to: NotRequired[str]  # text read out with the field
    disabled: NotRequired[str]  # why the field does not count now; it is shown shut
    row: NotRequired[str]  # fields of a group that name row and column stand in one table
    column: NotRequired[str]
    row_head: NotRequired[str]  # head of the table's first column, which names the rows


class Column(TypedDict):
    """A column of the grid."""

    key: str
    label: str
    type: ColumnType
    width: int  # pixels
    sortable: NotRequired[bool]  # the form itself sorts by it; by other columns a host may
    optional: NotRequired[bool]  # shown only when a person chooses it
    when: NotRequired[Mapping[str, str]]  # shown while the answer has these values
    choices: NotRequired[Sequence[Option]]
    search: NotRequired[str]  # the name that options() is asked by, for lists too long to send
    act: NotRequired[str]  # the action that a choice calls at once


class Action(TypedDict):
    """A button, or an entry of a row's context menu."""

    id: str
    label: str
    kind: Literal["run", "act"]
    needs: NotRequired[Literal["selection", "nothing"]]
    right: NotRequired[str]
    tooltip: NotRequired[str]
    primary: NotRequired[bool]
    confirm: NotRequired[str]  # question asked first; {n} in it stands for the number of selected rows
    opens: NotRequired[bool]  # all it does is to open another form: a host without windows leaves it out
    disabled: NotRequired[str | None]  # why it can do nothing now; it is shown shut


class ChartSeries(TypedDict):
    """One series of a chart: a value for each label, money as text."""

    label: str
    values: Sequence[str]


class Chart(TypedDict):
    """Bars side by side: for each label one of each series; `marked` says which labels to point out."""

    title: str
    labels: Sequence[str]
    series: Sequence[ChartSeries]
    marked: Sequence[bool]


class Notice(TypedDict):
    """A line above the grid."""

    text: str
    level: Level
    link: NotRequired[FormLink | None]
    chart: NotRequired[Chart]


class FormWarning(TypedDict):
    """A dialog with one button, shown before the form."""

    title: str
    text: str


class Unavailable(TypedDict):
    """Why the form cannot work now, and where to go."""

    text: str
    link: FormLink | None


class EmptyGrid(TypedDict):
    """Text of a grid without rows, and the way out of it."""

    text: str
    link: FormLink | None


class RowEdit(TypedDict):
    """A decision about one row that a run takes in its edits, and its option in a terminal."""

    name: str  # key of the edit
    option: str  # send-anyway
    label: str
    takes: Literal["switch", "text"]  # text: --link REF=TEXT


class Light(TypedDict):
    """The state of what a form stands for, in a host's frame: a light with a few words, and the sentence behind them."""

    level: Literal["good", "waiting", "bad", "off"]
    label: str
    text: str


class WindowNote(TypedDict):
    """What something that ran by itself left for people to read, in a host's frame, until somebody puts it away."""

    id: str
    title: str
    text: str
    level: Level
    links: Sequence[FormLink]  # the forms concerned


class FormDescription(TypedDict):
    """A form, as its host draws it."""

    id: str
    title: str
    subtitle: str
    fields: Sequence[Field]
    answer: Answer  # first values of the fields
    columns: Sequence[Column] | None  # None: a form without a grid
    actions: Sequence[Action]
    row_actions: Sequence[Action]
    notice: Notice | None
    token: str  # opaque; comes back as answer["token"]
    row_edits: NotRequired[Sequence[RowEdit]]
    search: NotRequired[bool]  # whether the host offers its search box
    warning: NotRequired[FormWarning | None]
    unavailable: NotRequired[Unavailable | None]
    leads_to: NotRequired[FormLink | None]  # form to open after a sign-in: what is next
    empty: NotRequired[EmptyGrid | None]
    light: NotRequired[Light]
    notes: NotRequired[Sequence[WindowNote]]  # shown in the window; put away by act("put_away_note", {"note": id}, [], {})
    reopens: NotRequired[bool]  # opened anew with its answer when a form that it opened has changed something
    select_all: NotRequired[bool]  # the rows are a person's selection, and begin selected
    help: NotRequired[str]  # the page of the add-in's guide about this form


class Sort(TypedDict):
    """The order a person asked for."""

    key: str
    descending: NotRequired[bool]


class Fix(TypedDict):
    """A button under the grid: it opens a form, calls an action for the row, or runs the row alone with an edit."""

    label: str
    form: NotRequired[str]
    request: NotRequired[FormRequest]
    act: NotRequired[str]
    run: NotRequired[str]
    edit: NotRequired[Edit]
    confirm: NotRequired[str]  # question asked first


class RowMessage(TypedDict):
    """A row's reason, for the panel under the grid."""

    message: str
    details: str
    fixes: Sequence[Fix]
    reason: NotRequired[str]  # the message in a few words that rows of the same cause share


class AppliedAmount(TypedDict):
    """Money applied to one invoice."""

    invoice: str
    amount: str


class Row(TypedDict):
    """A row of a page."""

    id: str
    cells: Cells
    outcome: str
    message: str
    title: str  # the row in a few words, for lists and screen readers
    selectable: bool
    details: NotRequired[str]
    fixes: NotRequired[Sequence[Fix]]
    reason: NotRequired[str]  # the message in a few words that rows of the same cause share


class RowChange(TypedDict):
    """A row's change during a run or after an action; keys that are absent stay as they were."""

    id: str
    outcome: NotRequired[str]
    message: NotRequired[str]
    details: NotRequired[str]
    fixes: NotRequired[Sequence[Fix]]
    reason: NotRequired[str]
    cells: NotRequired[Cells]
    quickbooks_id: NotRequired[str | None]
    applied: NotRequired[Sequence[AppliedAmount]]


class Rejected(TypedDict, total=False):
    """What comes in the place of rows when the answer does not fit."""

    rejected: Mapping[str, str]  # sentence by field name
    notice: str
    level: Level


class AskedText(TypedDict):
    """A value that an action needs: the host asks for it in the place of the row, and calls the action again with it."""

    row: str  # the edits that it calls with are {row: {key: what was entered}}
    key: str
    label: str
    value: str  # to begin with
    type: Literal["text", "lines", "money", "date"]  # lines: a text of several
    text: str  # what it is for
    longest: NotRequired[int]  # characters


class ActResult(TypedDict, total=False):
    """The result of an action that is done at once."""

    notice: str
    level: Level
    rejected: Mapping[str, str]  # sentence by field name
    rows: Sequence[RowChange]
    reload: bool  # whether the rows are to be read again; after a run only fields and buttons, for its rows were told
    done: int  # how many rows were changed, where they are not given one by one
    open_url: str  # address for the browser
    form: str  # form to open next
    request: FormRequest
    question: str  # to be asked; answered yes, the action is called again with these edits
    edits: Edits
    ask: AskedText  # to be entered; nothing was done yet


class RunCounts(TypedDict):
    """How the rows of a run ended: one count an outcome, and how many were tried at all."""

    tried: int
    done: int
    changed: int
    needs_decision: int
    failed: int
    not_confirmed: int
    skipped: int
    not_tried: int
    ready: int  # of a dry run
    not_ready: int  # of a dry run
    not_applied: NotRequired[int]  # of those done: nothing could be applied


class RunSummary(ActResult, total=False):
    """The end of a run; without `counts` it did not start, and says why as an action does."""

    run: str  # the run's id, empty for a dry run
    counts: RunCounts
    text: str

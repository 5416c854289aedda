"""*Open*: one payment, credit memo, invoice or client with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostsim.addins.acting_user import ActingUser, may_not
from hostsim.addins.descriptions import FormDescription, FormRequest
from hostsim.addins.record_sections import Section
from hostsim.builtin.record_pages import read_page
from hostsim.builtin.text_forms import TextForm, text_form
from hostsim.practice.database import Practice


class RecordDescription(FormDescription, total=False):
    """The description of the host's own form that shows a record; the host asks the add-ins for their sections of `record`."""

    record: str  # payment:17
    sections: Sequence[Section]


class RecordForm(TextForm):
    """One record, opened from a selection: the first of it."""

    def __init__(self, practice: Practice, labels: Mapping[str, str]) -> None:
        super().__init__("record", "Record", lambda: "")
        self._practice, self._labels = practice, labels

    def open(self, request: FormRequest, /, *, user: ActingUser | None = None) -> RecordDescription:
        """Describe the first selected record."""
        if user and "view" not in user.rights:
            return described(text_form(self.id, "Record", may_not(user.name, "view")))
        selection = request.get("selection") or []
        if not selection:
            return described(text_form(self.id, "Record", "Nothing is selected."))
        page = read_page(self._practice, self._labels, selection[0])
        return described(text_form(self.id, page.title, ""), selection[0], page.sections)


def described(form: FormDescription, ref: str = "", sections: Sequence[Section] = ()) -> RecordDescription:
    """The description with the record's own sections; without a record, a sentence alone."""
    return {**form, "record": ref, "sections": sections}

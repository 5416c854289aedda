"""The answer of the import form: its two filters."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import fields, validates_schema

from qb_plugin.forms.fields import FormSchema, WholeDate, check_dates


class ImportAnswer(FormSchema):
    """The form's two filters (docs/architecture.md rule P1)."""

    start, end = WholeDate("from", "From"), WholeDate("to", "To")
    hide_synchronized = fields.Boolean(
        load_default=True,
        metadata={
            "label": "Hide Synchronized",
            "refilters": True,
            "help": "Leave out what is here already, or looks the same",
        },
    )

    @validates_schema
    def check_range(self, values: Mapping[str, object], **_: object) -> None:
        """Refuse a range that ends before it begins."""
        check_dates(values, "start", "end")

"""Descriptions of the host's own grids, in the same shape as an add-in's forms, so that the same code draws them."""

from __future__ import annotations

from collections.abc import Sequence

from hostsim.addins.descriptions import Cells, Column, ColumnType, FormDescription, Row


def column(key: str, label: str, type: ColumnType, width: int, sortable: bool = True) -> Column:
    """One column of a grid."""
    return {"key": key, "label": label, "type": type, "width": width, "sortable": sortable}


def grid(id: str, title: str, columns: Sequence[Column]) -> FormDescription:
    """The description of a grid with a search box and nothing else."""
    return {
        "id": id,
        "title": title,
        "subtitle": "",
        "fields": [],
        "answer": {"search": ""},
        "columns": list(columns),
        "search": True,
        "actions": [],
        "row_actions": [],
        "notice": None,
        "token": "",
    }


def plain_row(id: str, cells: Cells, title: str, outcome: str = "ready", message: str = "") -> Row:
    """A row that can be selected and has nothing to mend."""
    return {
        "id": id,
        "cells": cells,
        "outcome": outcome,
        "message": message,
        "title": title,
        "selectable": True,
        "fixes": [],
        "details": "",
    }

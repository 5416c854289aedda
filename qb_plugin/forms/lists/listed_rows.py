"""Rows of items that are all at hand: what every such list has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from qb_plugin.forms.descriptions import EmptyGrid, Notice, Row
from qb_plugin.forms.lists.totals import show_totals

Item = TypeVar("Item")
Amounts = Iterable[tuple[str | None, Decimal]]  # each with its currency


class ListedRows(ABC, Generic[Item]):
    """The items in their order; a list that `counts_money` tells the sum of all and of those selected, by currency."""

    counts_money: ClassVar[bool] = True

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._by_id = {self.id_of(item): item for item in items}

    @abstractmethod
    def id_of(self, item: Item) -> str:
        """The row's id in the grid."""

    @abstractmethod
    def present(self, item: Item) -> Row:
        """The row for the grid."""

    @property
    @abstractmethod
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""

    def amounts_of(self, item: Item) -> Amounts:
        """What the item adds to a sum."""
        return ()

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._items)

    @property
    def total(self) -> str:
        """The sum of all rows."""
        return self._sum(self._items)

    @property
    def notice(self) -> Notice | None:
        """None: the form's own notice is enough."""
        return None

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [self.id_of(item) for item in self._items[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [self.present(item) for item in self._items[start:stop]]

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these rows."""
        return self._sum([self._by_id[identity] for identity in ids if identity in self._by_id])

    def _sum(self, items: Sequence[Item]) -> str:
        if not self.counts_money:
            return ""
        return show_totals(amount for item in items for amount in self.amounts_of(item))

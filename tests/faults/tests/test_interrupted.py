"""Whatever interrupts an export halfway, pressing the button again finishes it: each record in QuickBooks once, each row told so.

Through the real form, the real practice and one payment a call, so that some are there and some are not when it happens.
That a run goes on without its window is in test_web_events.py and browser/test_shell_forms.py, for there it is decided.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from qb_plugin.model import Outcome
from qb_plugin.sync.markers import find_marker
from tests.faults.harness.firm_lifecycle import Firm, begin, company, copy_of
from tests.faults.harness.server import new_server
from tests.faults.harness.shared_time import SharedTime
from tests.faults.processes.kills import on_postgres

BEFORE, AFTER = "before the send", "after the send"
ROOM = 1_000_000  # pages of a disk that is not full


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A firm with twelve payments, eleven of them of clients that QuickBooks knows, which forgets what it was asked before."""
    refs = begin(f"sqlite:///{tmp_path / 'begun.db'}")
    found = copy_of(tmp_path / "begun.db", "firm", refs, "forgets+lag", mode="single")
    yield found
    found.close()


def payments(firm: Firm) -> list[str]:
    """The rows to export."""
    return [ref for ref in firm.refs if ref.startswith("payment")]


def known(firm: Firm) -> set[str]:
    """Those of clients that QuickBooks knows: the others fail for a true reason."""
    return {record.ref for record in firm.practice.ledger.records(payments(firm)) if record.client_id != "3"}


def there(firm: Firm) -> Counter[str]:
    """How often each record stands in QuickBooks."""
    firm.core.settle()
    markers = [find_marker(record.get("PrivateNote")) for record in firm.core.company.all("Payment")]
    return Counter(str(marker.source) for marker in markers if marker)


def interrupted(firm: Firm, ended: Mapping[str, Any]) -> None:
    """Some rows are there, some are not, and no row was told what is not true."""
    told = {outcome: {row["id"] for row in ended["rows"] if row["outcome"] == outcome} for outcome in Outcome}
    assert 0 < len(there(firm)) < len(known(firm))
    assert told[Outcome.SYNCHRONIZED] <= set(there(firm))
    assert not told[Outcome.FAILED] & known(firm)
    assert not told[Outcome.NOT_TRIED] & set(there(firm))


def finished(firm: Firm) -> None:
    """Somebody presses again, and that was the last time it was needed."""
    firm.time.sleep(4000)
    again = {row["id"]: row["outcome"] for row in firm.export(payments(firm))["rows"]}
    assert there(firm) == dict.fromkeys(known(firm), 1)
    assert {row for row, outcome in again.items() if outcome == Outcome.SYNCHRONIZED} == known(firm)
    assert set(firm.runtime.host.marks.marked("synchronized")) == known(firm)


def test_cancelled(firm: Firm) -> None:
    ended = firm.export(payments(firm), patience=5)
    assert ended["text"].startswith("Stopped.")
    interrupted(firm, ended)
    finished(firm)


@pytest.mark.parametrize("name", [BEFORE, AFTER])
def test_killed(firm: Firm, name: str) -> None:

    def press() -> Any:
        firm.points.expect(4, name, lambda: firm.points.turn(kill_at=0))
        return firm.export(payments(firm))

    assert firm.dies_at(None, press) is None
    assert 0 < len(there(firm)) < len(known(firm))
    finished(firm)


def test_network_lost(firm: Firm) -> None:
    standing = list(firm.core.troubles)

    def cut() -> None:
        firm.core.add_trouble(kind="reset_after", times=1, match={"path": "batch"})
        firm.core.add_trouble(kind="reset_before", times=None, match={})

    firm.points.expect(4, AFTER, cut)
    interrupted(firm, firm.export(payments(firm)))
    firm.core.troubles[:] = standing
    finished(firm)


class Hasty:
    """What every connection is told when it is taken out: not to wait long for a lock, and how large its file may be."""

    def __init__(self, firm: Firm) -> None:
        self._engines = (firm.runtime.store.database.engine, firm.practice.database.engine)
        self.pages = ROOM
        for engine in self._engines:
            engine.dispose()
            event.listen(engine, "checkout", self._tell)

    def _tell(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20").fetchall()
        connection.execute(f"PRAGMA max_page_count = {self.pages}").fetchall()


def test_sqlite_locked(firm: Firm) -> None:
    Hasty(firm)
    with closing(sqlite3.connect(firm.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)) as other:

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")
            firm.time.sleep(2)  # marks that wait for company are due

        firm.points.expect(4, AFTER, lock)
        ended = firm.export(payments(firm))
        interrupted(firm, ended)
        assert ended["level"] == "error"
        other.execute("COMMIT")
    finished(firm)


def test_disk_full(firm: Firm) -> None:
    disk = Hasty(firm)

    def fill() -> None:
        with firm.practice.database.reading() as connection:
            disk.pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    firm.points.expect(4, AFTER, fill)
    ended = firm.export(payments(firm))
    interrupted(firm, ended)
    assert any(row["message"].startswith("The disk of the database is full.") for row in ended["rows"])
    disk.pages = ROOM
    finished(firm)


@pytest.mark.postgres
def test_postgresql_restarted() -> None:
    with on_postgres() as (server, address):
        refs = begin(address)
        firm = Firm(address, new_server(company(), time := SharedTime(), "forgets+lag"), time, list(refs), mode="single")
        firm.points.expect(16, "commit", server.restart)
        ended = firm.export(payments(firm))
        interrupted(firm, ended)
        finished(firm)
        firm.close()


def test_an_older_backup_restored(firm: Firm) -> None:
    file = Path(firm.url.removeprefix("sqlite:///"))
    firm.close()
    shutil.copyfile(file, file.with_suffix(".backup"))
    firm.start()
    firm.export(payments(firm))
    assert there(firm) == dict.fromkeys(known(firm), 1)
    firm.close()
    shutil.copyfile(file.with_suffix(".backup"), file)
    firm.start()
    assert set(firm.left("payments")) == set(payments(firm))
    finished(firm)

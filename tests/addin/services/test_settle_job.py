"""The settle job repairs marks once, takes over the saved pace, and leaves failures to its next time."""

from __future__ import annotations

from qb_plugin.model import Connection, ConnectionState, Entity, Link, LinkOrigin, Ref
from qb_plugin.runtime import Runtime
from tests.addin.services.conftest import CONNECTED
from tests.support.addin.cut_short import cut_short
from tests.support.hosts.text_host import TextHost

PAID = Link(realm="9130", source=Ref.parse("payment:1"), entity=Entity.PAYMENT, quickbooks_id="698", origin=LinkOrigin.MATCHED)


def test_the_marks_are_repaired_once_per_process_and_company(runtime: Runtime, host: TextHost) -> None:
    runtime.links.add([PAID])
    runtime.settle_job.run()
    assert host.marks.marked("synchronized") == ["payment:1"]
    host.marks.put([{"ref": "payment:1", "state": ""}])
    runtime.settle_job.run()
    assert host.marks.marked("synchronized") == []


def test_the_marks_are_repaired_once_after_each_run_that_was_cut_short(runtime: Runtime, host: TextHost) -> None:
    runtime.settle_job.run()
    runtime.links.add([PAID])
    for _ in range(2):
        cut_short(runtime)
        assert host.marks.marked("synchronized") == []
        runtime.settle_job.run()
        assert host.marks.marked("synchronized") == ["payment:1"]
        host.marks.put([{"ref": "payment:1", "state": ""}])
        runtime.settle_job.run()
        assert host.marks.marked("synchronized") == []


def test_the_marks_are_repaired_while_quickbooks_has_signed_the_firm_out(runtime: Runtime, host: TextHost) -> None:
    runtime.store.tokens.save_connection(Connection(ConnectionState.RECONNECT, CONNECTED.realm))
    runtime.links.add([PAID])
    runtime.settle_job.run()
    assert host.marks.marked("synchronized") == ["payment:1"]


def test_without_a_company_nothing_happens(runtime: Runtime, host: TextHost) -> None:
    runtime.store.tokens.save_connection(Connection(ConnectionState.NONE))
    runtime.links.add([PAID])
    runtime.settle_job.run()
    assert host.marks.marked("synchronized") == []


def test_the_pace_that_another_workstation_saved_is_taken_over(runtime: Runtime) -> None:
    quickbooks = runtime.company.open_quickbooks()
    runtime.store.settings.put("9130", {"pace": "gentle"})
    runtime.settle_job.run()
    assert quickbooks.pace == 0.5

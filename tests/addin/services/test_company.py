"""The connected company: when its ports can be had, and when the pace of its settings is taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qb_plugin.errors import NotConnected, ReconnectNeeded
from qb_plugin.model import Connection, ConnectionState
from qb_plugin.runtime import Runtime
from tests.addin.services.conftest import CONNECTED

SIGNED_OUT = replace(CONNECTED, state=ConnectionState.RECONNECT)


def test_the_ports_are_those_of_the_connection_given(runtime: Runtime) -> None:
    context = runtime.context(CONNECTED)
    assert (context.realm, context.firm_id) == ("9130", "pd7")


@pytest.mark.parametrize(
    ("connection", "failure"), [(Connection(ConnectionState.NONE), NotConnected), (SIGNED_OUT, ReconnectNeeded)]
)
def test_there_are_no_ports_without_a_sign_in(runtime: Runtime, connection: Connection, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        runtime.context(connection)


def test_after_a_sign_out_the_ports_can_be_had_on_request(runtime: Runtime) -> None:
    assert runtime.context(SIGNED_OUT, signed_in=False).realm == "9130"


def test_a_company_of_another_environment_is_not_opened(runtime: Runtime) -> None:
    with pytest.raises(NotConnected):
        runtime.context(replace(CONNECTED, environment="production"))


def test_quickbooks_is_opened_once_for_the_same_keys(runtime: Runtime) -> None:
    first = runtime.company.open_quickbooks()
    assert runtime.company.open_quickbooks() is first
    runtime.app_keys.save("another", "", "")
    assert runtime.company.open_quickbooks() is not first


def test_quickbooks_is_opened_at_the_saved_pace(runtime: Runtime) -> None:
    runtime.store.settings.put("9130", {"pace": "gentle"})
    assert runtime.company.open_quickbooks().pace == 0.5


def test_settings_that_are_saved_set_the_pace(runtime: Runtime) -> None:
    quickbooks = runtime.company.open_quickbooks()
    assert quickbooks.pace == 1.0
    runtime.save_settings("9130", {"pace": "gentle"})
    assert quickbooks.pace == 0.5


def test_asking_for_the_ports_leaves_the_pace_alone(runtime: Runtime) -> None:
    quickbooks = runtime.company.open_quickbooks()
    runtime.store.settings.put("9130", {"pace": "gentle"})
    runtime.context(CONNECTED)
    assert quickbooks.pace == 1.0


def test_the_pace_that_another_workstation_saved_is_taken_over_on_request(runtime: Runtime) -> None:
    quickbooks = runtime.company.open_quickbooks()
    runtime.store.settings.put("9130", {"pace": "gentle"})
    runtime.use_saved_pace("9130")
    assert quickbooks.pace == 0.5


def test_without_a_company_there_are_no_settings(runtime: Runtime) -> None:
    runtime.app_keys.save("entered", "", "")  # saved under the company "", which no company's settings may show
    assert runtime.settings("") == {}


def test_a_run_is_the_acting_users_and_starts_now(runtime: Runtime) -> None:
    run = runtime.new_run("export-payments", 3)
    assert (run.realm, run.user, run.total, run.started) == ("9130", "Lee Park", 3, runtime.parts.clock.now())
    assert run.id != runtime.new_run("export-payments", 3).id

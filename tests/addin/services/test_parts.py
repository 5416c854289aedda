"""The parts' own choice of waits: as long as this system may keep bytes on their way."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.http import connections
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.sync.context import Waits


@pytest.mark.parametrize(("bounded", "between"), [(18, 120 + 30 + 30), (None, 120 + 30 + 155)], ids=["bounded", "unbounded"])
def test_the_wait_between_two_sends_covers_bytes_that_are_still_on_their_way(
    bounded: int | None, between: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_USER_TIMEOUT", bounded)
    assert Parts().waits_in_doubt.between_sends == between


def test_the_way_is_that_of_the_limits_and_waits_that_are_given_stay() -> None:
    assert Parts(limits=Limits(way=40.0, way_unbounded=40.0)).waits_in_doubt == Waits(margin=40.0)
    assert Parts(waits=Waits(call_limit=0, lag=0, margin=0)).waits_in_doubt.between_sends == 0

"""Notices reach the runs that are subscribed when they are published, and no other."""

from __future__ import annotations

from qb_plugin.model import Message
from qb_plugin.services.notices import Notices

WAIT = Message("quickbooks_slow_down", {"seconds": 60})


def test_every_subscribed_listener_gets_the_notice() -> None:
    notices, first, second = Notices(), list[Message](), list[Message]()
    with notices.subscribed(first.append), notices.subscribed(second.append):
        notices.publish(WAIT)
    assert (first, second) == ([WAIT], [WAIT])


def test_a_listener_gets_nothing_before_and_after() -> None:
    notices, heard = Notices(), list[Message]()
    notices.publish(WAIT)
    with notices.subscribed(heard.append):
        pass
    notices.publish(WAIT)
    assert heard == []


def test_a_listener_may_publish_itself() -> None:
    notices, heard = Notices(), list[Message]()

    def listen(message: Message) -> None:
        heard.append(message)
        if len(heard) == 1:
            notices.publish(message)

    with notices.subscribed(listen):
        notices.publish(WAIT)
    assert heard == [WAIT, WAIT]

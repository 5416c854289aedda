"""The light of the connection: connected, ending soon, waiting, out of reach, signed out, or never connected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from qb_plugin.forms.descriptions import Light
from qb_plugin.forms.presentation import present_title
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, ConnectionState, Message, Reach

SOON = timedelta(days=14)
LEVELS: Mapping[str, Literal["good", "waiting", "bad", "off"]] = {
    "connection_connected": "good",
    "light_ends": "waiting",
    "light_waits": "waiting",
    "light_away": "waiting",
    "connection_reconnect": "bad",
    "connection_none": "off",
}
WORDS: Mapping[str, str] = {
    "connection_connected": "",
    "light_ends": "sign-in ends soon",
    "light_waits": "waiting",
    "light_away": "not reachable",
    "connection_reconnect": "signed out",
    "connection_none": "not connected",
}


def present_light(sentences: Sentences, connection: Connection, reach: Reach, now: datetime) -> Light:
    """The light for this state; it names the company, not the firm."""
    key = choose_key(connection, reach, now)
    day = connection.ends.date() if connection.ends else ""
    values = {"company": connection.company, "environment": connection.environment, "day": day}
    label = " · ".join(filter(None, (present_title(None, connection), WORDS[key])))
    return {"level": LEVELS[key], "label": label, "text": sentences.text(Message(key, values))}


def choose_key(connection: Connection, reach: Reach, now: datetime) -> str:
    """The sentence that is true: what a person must do comes before what passes by itself."""
    if connection.state is ConnectionState.NONE:
        return "connection_none"
    if connection.state is ConnectionState.RECONNECT:
        return "connection_reconnect"
    if reach is Reach.AWAY:
        return "light_away"
    if reach is Reach.WAITS:
        return "light_waits"
    return "light_ends" if connection.ends and connection.ends - now < SOON else "connection_connected"

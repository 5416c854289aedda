"""QuickBooks' limits and our patience, in one place, so that a firm can go gentler and tests need not wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls per window, seconds of waiting, items per call. Sources: Intuit's limits page and batch reference (2025).

    `guard` widens every window, because QuickBooks counts at arrival and calls do not all travel equally long. `..._for_forms`
    is what a run leaves of the calls at once, in a second and in a minute to people's forms while they are used beside it, more of
    a second to those that wait; `..._for_runs` is what forms leave to a run that waits. `ledger_wait`: for how long a call waits
    for a database that does not give the firm's count of calls. `read_waits` is the patience of a form with somebody looking at
    it, `send_waits` that of a run. The timeouts bound each wait for a byte, the deadlines a whole call: `call_deadline` outlasts
    QuickBooks' own limit of 120 s, and three of `sign_in_deadline` (discovery, refresh, once more) end before another process
    takes over the refresh. `refused_grant_wait`: after how long a refused refresh token is tried once more. `unsent_bytes`: for
    how long bytes may go without an acknowledgement before their connection is dropped; `way` is how long a call may be on its
    way where the system can do that, `way_unbounded` where it cannot (docs/architecture.md rule 3).
    """

    per_minute: int = 500
    per_second: int = 10
    at_once: int = 10
    batches_per_minute: int = 40
    guard: float = 0.5
    places_for_forms: int = 2
    second_for_forms: int = 2
    second_for_waiting_forms: float = 0.7
    minute_for_forms: float = 0.2
    places_for_runs: int = 8
    second_for_runs: int = 2
    minute_for_runs: float = 0.2
    ledger_wait: float = 60.0
    silence: float = 60.0
    recovery: float = 300.0
    throttled_at_most: int = 15
    connect_timeout: float = 10.0
    read_timeout: float = 125.0
    call_deadline: float = 125.0
    sign_in_timeout: float = 10.0
    sign_in_deadline: float = 15.0
    refused_grant_wait: float = 5.0
    unsent_bytes: float = 20.0
    way: float = 30.0
    way_unbounded: float = 155.0
    read_waits: tuple[float, ...] = (0.5, 1.5)
    send_waits: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 20.0, 20.0)
    in_flight: int = 10
    batch_items: int = 30
    slow_item: float = 1.0
    page_rows: int = 1000
    ids_per_query: int = 200
    largest_reply: int = 64 * 1024 * 1024

"""Switches: what a tester may want otherwise, and what nobody could find out about the real QuickBooks."""

from dataclasses import dataclass, fields, replace
from typing import Any

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """Every switch with its default; docs/simulator.md says why each default was chosen."""

    over_application: str = "6000"
    void_keeps_lines: bool = False
    batch_items_count: bool = False
    requestid_retention: float = DAY
    remember_faults: bool = False
    idempotency_key: str = "item"
    replay_other_body: str = "replay"
    duplicate_in_flight: str = "replay"
    single_currency: str = "ignore"
    auto_apply_delay: float = 0.0
    closing_password: bool = False
    subscription_lapsed: bool = False
    disconnected: bool = False
    sales_tax_percent: float = 0.0
    other_user: str = "Sandbox User"
    throttle_json: bool = False
    throttle_penalty: float = 0.0
    limits: bool = False
    per_minute: int = 500
    per_second: int = 10
    concurrent: int = 10
    batches_per_minute: int = 40
    batches_per_minute_realm: int = 120
    emails_per_day: int = 40
    service_seconds: float = 0.0
    batch_item_seconds: float = 0.0
    batch_seconds: float = 0.0
    access_token_seconds: int = 3600
    refresh_token_seconds: int = 8_726_400
    hard_expiry_seconds: int = 157_680_000
    rotate_after: float = DAY
    rotation_grace: float = DAY
    batch_items: int = 30
    any_redirect: bool = False


CHOICES = {
    "over_application": ("6000", "620", "accept", "overpay"),
    "single_currency": ("ignore", "refuse", "keep"),
    "idempotency_key": ("item", "request"),
    "replay_other_body": ("replay", "600"),
    "duplicate_in_flight": ("replay", "600"),
}


SERVICE_TIMES = {"service_seconds": 0.25, "batch_item_seconds": 0.25, "batch_seconds": 1.5}
"""What calls take while limits are on: with these a client that waits for each answer never meets a 429."""


def paced(limits: bool, **times: float | None) -> Settings:
    """The default switches, with limits and their service times if wanted; `times` that are not None replace them."""
    given = {name: seconds for name, seconds in times.items() if seconds is not None}
    return changed(Settings(), {**(SERVICE_TIMES if limits else {}), "limits": limits, **given})


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """`settings` with some switches set; ValueError for an unknown switch or an unfit value.

    Turning limits on or off sets the service times, too, unless one of them is among the changes.
    """
    limits = changes.get("limits", settings.limits)
    if limits is not settings.limits and not SERVICE_TIMES.keys() & changes.keys():
        changes = {**(SERVICE_TIMES if limits else dict.fromkeys(SERVICE_TIMES, 0.0)), **changes}
    known = {field.name: field for field in fields(Settings)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"no switch is called {name}")
        _check(name, value, getattr(settings, name))
    return replace(settings, **changes)


def _check(name: str, value: object, present: object) -> None:
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}")
    number = isinstance(present, int | float) and not isinstance(present, bool)
    fits = isinstance(value, int | float) and not isinstance(value, bool) if number else type(value) is type(present)
    if not fits:
        raise ValueError(f"{name} takes values like {present!r}")

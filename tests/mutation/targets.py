"""The modules that are mutated, each with the tests that are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A module that is mutated, and the tests that are its own."""

    module: str
    tests: tuple[str, ...]


def target(module: str, *tests: str) -> Target:
    """A module of the add-in, and its tests below `tests/addin`."""
    paths = (test.rpartition("/") for test in tests)
    return Target(f"qb_plugin/{module}.py", tuple(f"tests/addin/{folder}{slash}test_{name}.py" for folder, slash, name in paths))


EXPORTING, HTTP, AUTH = "sync/exporting", "quickbooks/http", "quickbooks/auth"
PACE = ("rate_limiter_turns", "rate_limiter_waits", "rate_limiter", "pace/seconds_until_sent", "pace/shared_pace")
DOUBT = ("recovery", "recovery_resend", "recovery_unreadable", "adoption", "doubt")
RUN_TASK = ("", "_summary", "_watching", "_giving_way", "_traces")

TARGETS: Mapping[str, Target] = {
    # what money rests on
    "money": target("money", "money"),
    "allocation": target(f"{EXPORTING}/allocation", f"{EXPORTING}/allocation", f"{EXPORTING}/drafting/allocation_tiers"),
    "journal": target(
        "store/journal",
        "store/journal",
        "store/journal_doubt",
        "store/journal_renewed",
        "store/sql/journal_applied",
        "store/pair_answers",
        "store/undone",
        "store/sql/links_noted",
    ),
    "recovery": target(
        f"{EXPORTING}/recovery", *(f"{EXPORTING}/{name}" for name in DOUBT), "sync/unreadable", "sync/doubt_renewed"
    ),
    # calls to QuickBooks
    "client": target(f"{HTTP}/client", f"{HTTP}/client_calls", f"{HTTP}/client"),
    "call_deadline": target(f"{HTTP}/call_deadline", f"{HTTP}/call_deadline_carrier", f"{HTTP}/call_deadline"),
    "watchdog": target(f"{HTTP}/watchdog", f"{HTTP}/watchdog"),
    "pace_rules": target(
        f"{HTTP}/pace_rules", *(f"{HTTP}/pace/{name}" for name in ("pace_rules", "queue_of_forms", "seconds_until_sent"))
    ),
    "slot_pool": target(f"{HTTP}/slot_pool", f"{HTTP}/slot_pool"),
    "rate_limiter": target(f"{HTTP}/rate_limiter", *(f"{HTTP}/{name}" for name in PACE)),
    # signing in
    "sign_in": target(f"{AUTH}/sign_in", f"{AUTH}/sign_in_pairs", f"{AUTH}/sign_in"),
    "oauth": target(f"{AUTH}/oauth", f"{AUTH}/oauth", f"{AUTH}/sign_in"),
    "oauth_state": target(f"{AUTH}/oauth_state", f"{AUTH}/oauth_state"),
    "sealing": target(f"{AUTH}/sealing", f"{AUTH}/sealing"),
    "browser_sign_in": target("services/browser_sign_in", "services/browser_sign_in"),
    # the run of forms
    "run_task": target("forms/run_task", *(f"forms/running/run_task{part}" for part in RUN_TASK)),
    "marks_repair": target("services/marks_repair", "services/marks_repair"),
    "settle_job": target("services/settle_job", "services/settle_job", "services/settle_job_doubt", "services/settle_job_late"),
    "runtime": target("runtime", "runtime", "runtime_services"),
}

"""The modules that are mutated, each with the tests that are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A module that is mutated, and the tests that are its own."""

    module: str
    tests: tuple[str, ...]


EXPORTING, HTTP, AUTH = "tests/addin/sync/exporting", "tests/addin/quickbooks/http", "tests/addin/quickbooks/auth"
FORMS, SERVICES = "tests/addin/forms", "tests/addin/services"
RUN_TASK = (f"{FORMS}/test_run_task.py", f"{FORMS}/test_run_task_summary.py", f"{FORMS}/test_run_task_watching.py")
PACE = (f"{HTTP}/test_rate_limiter.py", f"{HTTP}/test_shared_pace.py")
CLIENT = (f"{HTTP}/test_client_calls.py", f"{HTTP}/test_client.py")
DEADLINE = (f"{HTTP}/test_call_deadline_carrier.py", f"{HTTP}/test_call_deadline.py")

TARGETS: Mapping[str, Target] = {
    # what money rests on
    "money": Target("qb_plugin/money.py", ("tests/addin/test_money.py",)),
    "allocation": Target("qb_plugin/sync/exporting/allocation.py", (f"{EXPORTING}/test_allocation.py",)),
    "journal": Target("qb_plugin/store/journal.py", ("tests/addin/store/test_journal.py",)),
    "recovery": Target(
        "qb_plugin/sync/exporting/recovery.py",
        (
            f"{EXPORTING}/test_recovery.py",
            f"{EXPORTING}/test_recovery_resend.py",
            f"{EXPORTING}/test_adoption.py",
            f"{EXPORTING}/test_doubt.py",
            "tests/addin/sync/test_unreadable.py",
        ),
    ),
    # calls to QuickBooks
    "client": Target("qb_plugin/quickbooks/http/client.py", CLIENT),
    "call_deadline": Target(
        "qb_plugin/quickbooks/http/call_deadline.py", (f"{HTTP}/test_call_deadline_carrier.py", f"{HTTP}/test_call_deadline.py")
    ),
    "pace_rules": Target("qb_plugin/quickbooks/http/pace_rules.py", PACE),
    "rate_limiter": Target("qb_plugin/quickbooks/http/rate_limiter.py", PACE),
    # signing in
    "sign_in": Target("qb_plugin/quickbooks/auth/sign_in.py", (f"{AUTH}/test_sign_in.py",)),
    "oauth": Target("qb_plugin/quickbooks/auth/oauth.py", (f"{AUTH}/test_oauth.py", f"{AUTH}/test_sign_in.py")),
    "oauth_state": Target("qb_plugin/quickbooks/auth/oauth_state.py", (f"{AUTH}/test_oauth_state.py",)),
    "sealing": Target("qb_plugin/quickbooks/auth/sealing.py", (f"{AUTH}/test_sealing.py",)),
    "browser_sign_in": Target("qb_plugin/services/browser_sign_in.py", (f"{SERVICES}/test_browser_sign_in.py",)),
    # the run of forms
    "run_task": Target("qb_plugin/forms/run_task.py", RUN_TASK),
    "marks_repair": Target("qb_plugin/services/marks_repair.py", (f"{SERVICES}/test_marks_repair.py",)),
    "settle_job": Target("qb_plugin/services/settle_job.py", (f"{SERVICES}/test_settle_job.py",)),
    "runtime": Target("qb_plugin/runtime.py", ("tests/addin/test_runtime.py", RUN_TASK[1])),
}

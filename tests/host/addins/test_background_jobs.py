"""Background jobs: called at start and again, whatever an earlier call did, and stopped at once."""

from __future__ import annotations

import threading

import pytest

from hostsim.addins.background_jobs import JobRunner, call
from hostsim.addins.registrars import Job, Jobs, RegistrationError


def test_a_job_is_called_at_start_and_again() -> None:
    enough, calls = threading.Event(), []

    def work() -> None:
        calls.append(1)
        if len(calls) == 3:
            enough.set()

    runner = JobRunner([Job("count", 0.001, work)])
    runner.start()
    assert enough.wait(10)
    runner.stop()


def test_a_job_that_raises_is_called_again_and_its_text_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    again, calls = threading.Event(), []

    def work() -> None:
        calls.append(1)
        if len(calls) > 1:
            again.set()
        raise ValueError("Amy's secret")

    runner = JobRunner([Job("settle", 0.001, work)])
    runner.start()
    assert again.wait(10)
    runner.stop()
    assert "settle stopped with ValueError" in caplog.text
    assert "Amy" not in caplog.text


def test_stopping_does_not_wait_for_the_pause() -> None:
    called = threading.Event()
    runner = JobRunner([Job("rare", 3600.0, called.set)])
    runner.start()
    assert called.wait(10)
    runner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "job-rare"]


def test_one_call_is_just_a_call() -> None:
    calls: list[int] = []
    call(Job("once", 1.0, lambda: calls.append(1)))
    assert calls == [1]


def test_a_job_without_a_pause_is_refused() -> None:
    with pytest.raises(RegistrationError, match="must pause"):
        Jobs().add(id="busy", every=0.0, call=lambda: None)

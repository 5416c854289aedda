"""Unexpected exceptions: a SystemFault for the client, the traceback for the log."""

import logging
import traceback

from hostsim.qbo_simulator.base.faults import RefusedError, system

_LOGGER = logging.getLogger(__name__)


def failure(error: Exception, tracebacks: list[str]) -> RefusedError:
    """`error` itself if it is a refusal, else a SystemFault (HTTP 500, code 10000); its traceback is logged and collected."""
    if isinstance(error, RefusedError):
        return error
    _LOGGER.error("unexpected exception", exc_info=error)
    tracebacks.append("".join(traceback.format_exception(error)))
    return system(type(error).__name__, 500)

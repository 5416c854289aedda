"""Batches in flight: up to thirty items under one requestid, the same bytes again where nothing was done, one answer each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from math import ceil
from queue import Empty, SimpleQueue
from threading import Lock
from types import TracebackType
from urllib.parse import quote

from qb_plugin.errors import AddInError, CallCancelled, UnknownOutcome
from qb_plugin.model import Answer, Batch, Fault, Intent, Message, Operation, Verdict
from qb_plugin.quickbooks.batch_sizing import BatchSizer
from qb_plugin.quickbooks.http.call_deadline import OpenCalls
from qb_plugin.quickbooks.http.call_scope import CallPurpose, CallScope, always, calls_in, current_scope, never
from qb_plugin.quickbooks.http.client import ApiClient, ApiRequest, ApiResponse
from qb_plugin.quickbooks.http.faults import NO_ANSWER, NOT_SENT, failure_of, understand
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.quickbooks.verdicts import judge_batch, judge_single, judge_whole_call, repeat_verdict
from qb_plugin.schemas.envelopes import write_batch

_TELL_EVERY = 1.0
_LONGEST_REQUESTID = 36
_LONGEST_BID = 6
_WORDS = {
    Operation.CREATE: "create",
    Operation.APPLY: "create",
    Operation.UPDATE: "update",
    Operation.DELETE: "delete",
}


class BatchSender:
    """Sends batches at the same time and hands out what became of them in the order they finish. One thread submits and
    takes; the calls go on in threads of their own. A context manager: leaving it waits for what is in flight."""

    def __init__(
        self, client: ApiClient, limits: Limits, stop: Callable[[], bool] = never, may_leave: Callable[[], bool] = always
    ) -> None:
        self._client = client
        self._stopped, self._may_leave = stop, may_leave
        self._open_calls = OpenCalls()
        self._abandoned = False
        self._limits = limits
        self._batch_sizer = BatchSizer(limits.in_flight, limits.batch_items, limits.slow_item)
        self._pool = ThreadPoolExecutor(max_workers=limits.in_flight, thread_name_prefix="quickbooks")
        self._done: SimpleQueue[tuple[Batch, Sequence[Answer]] | BaseException] = SimpleQueue()
        # A sender that nobody can stop waits in one piece.
        self._scope = CallScope(CallPurpose.RUN, never if stop is never else self._is_stopped)
        self._hasty = current_scope().hasty
        self._in_flight = self._awaited = 0
        self._lock = Lock()
        self._fatal: Exception | None = None

    def __enter__(self) -> BatchSender:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=True)
        self._scope.finish()

    @property
    def room(self) -> int:
        """How many batches more may be submitted now."""
        return max(0, min(self._batch_sizer.batches, self._client.at_once) - self._in_flight)

    @property
    def ready(self) -> bool:
        """Whether a batch has finished, so that `next` would not wait."""
        return not self._done.empty()

    @property
    def in_flight(self) -> int:
        """Batches submitted whose answers were not taken yet."""
        return self._in_flight

    @property
    def size(self) -> int:
        """How many items the next batch should hold."""
        return self._batch_sizer.items

    @property
    def fatal(self) -> Exception | None:
        """The failure after which nothing more can be sent in this run."""
        return self._fatal

    def submit(self, batch: Batch) -> None:
        """Send it; ValueError for one that QuickBooks would take for something else."""
        _check(batch, self._limits.batch_items)
        self._in_flight += 1
        self._awaited += len(batch.intents)
        self._pool.submit(self._carry_out, batch)

    def abandon(self) -> None:
        """Wait no longer: what is under way ends in doubt at once, what has not left is called back. From any thread."""
        self._abandoned = True
        self._open_calls.give_up()

    def next(self) -> tuple[Batch, Sequence[Answer]]:
        """Wait for the first batch to finish: exactly one answer for each intent, in the batch's order."""
        if not self._in_flight:
            raise ValueError("no batch is in flight")
        found = self._wait()
        self._in_flight -= 1
        if isinstance(found, BaseException):
            raise found
        self._awaited -= len(found[0].intents)
        return found

    def _wait(self) -> tuple[Batch, Sequence[Answer]] | BaseException:
        """What comes first. A person who has cancelled is told how long that may take, and need not wait for it."""
        while True:
            with suppress(Empty):
                return self._done.get(timeout=_TELL_EVERY)
            if self._is_stopped() and self._hasty():
                self.abandon()
            elif self._is_stopped():
                self._client.publish(Message("stopping", {"seconds": ceil(self._open_calls.left), "n": self._awaited}))

    def _carry_out(self, batch: Batch) -> None:
        try:
            with calls_in(self._scope):
                answers = self._answers(batch)
            self._done.put((batch, answers))
        except BaseException as problem:  # a defect of ours must reach whoever waits, not die in a thread
            self._done.put(problem)

    def _answers(self, batch: Batch) -> Sequence[Answer]:
        together = tuple(intent for intent in batch.intents if intent.operation in _WORDS)
        alone = tuple(intent for intent in batch.intents if intent.operation not in _WORDS)
        found = {answer.intent_id: answer for answer in self._send_together(batch, together)} if together else {}
        found |= {intent.id: self._send_alone(batch, intent) for intent in alone}
        return tuple(found[intent.id] for intent in batch.intents)

    def _send_together(self, batch: Batch, intents: tuple[Intent, ...]) -> Sequence[Answer]:
        items = tuple((intent.bid, _WORDS[intent.operation], intent.entity, intent.payload) for intent in intents)
        request = ApiRequest(method="POST", path="batch", query=f"requestid={quote(batch.requestid)}", body=write_batch(items))
        part = Batch(batch.requestid, intents, batch.resend)
        return self._sent(part, request, self._judge_together)

    def _send_alone(self, batch: Batch, intent: Intent) -> Answer:
        """A void: QuickBooks documents none inside a batch. Its own requestid keeps it apart from its neighbours."""
        query = f"operation=update&include=void&requestid={quote(batch.requestid)}-{intent.bid}"
        request = ApiRequest(method="POST", path=intent.entity.lower(), query=query, body=intent.payload.encode())
        part = Batch(batch.requestid, (intent,), batch.resend)
        return self._sent(part, request, self._judge_alone)[0]

    def _sent(self, batch: Batch, request: ApiRequest, judge: Callable[[Batch, ApiResponse], Sequence[Answer]]) -> Sequence[Answer]:
        """Send it, and judge what came; a lost answer is doubt, a call that never left was not acted upon."""
        try:
            held = replace(request, may_leave=self._is_allowed, open_calls=self._open_calls)
            reply = self._client.exchange(held, self._limits.send_waits, batch=request.path == "batch")
        except UnknownOutcome as problem:
            self._batch_sizer.lost()
            return repeat_verdict(
                batch, Verdict.DOUBT, Fault(code=NO_ANSWER, text="no answer came", detail=problem.message.details or "")
            )
        except CallCancelled as problem:
            told = Fault(code=problem.message.key, text="called back before it left", type=NOT_SENT)
            return repeat_verdict(batch, Verdict.NOT_ACTED_UPON, told)
        except AddInError as problem:
            self._stop(problem)
            told = Fault(code=problem.message.key, text="not sent", detail=problem.message.details or "", type=NOT_SENT)
            return repeat_verdict(batch, Verdict.NOT_ACTED_UPON, told)
        self._batch_sizer.answered(len(batch.intents), reply.seconds)
        answers = judge(batch, reply)
        self._stop_if_told(answers)
        return answers

    def _is_stopped(self) -> bool:
        return self._abandoned or self._stopped()

    def _is_allowed(self) -> bool:
        return not self._abandoned and self._may_leave()

    def _judge_together(self, batch: Batch, reply: ApiResponse) -> Sequence[Answer]:
        envelope, fault = understand(reply)
        if fault:
            return repeat_verdict(batch, judge_whole_call(fault), fault)
        self._client.note_time(envelope)
        return judge_batch(batch, envelope, reply)

    def _judge_alone(self, batch: Batch, reply: ApiResponse) -> Sequence[Answer]:
        envelope, fault = understand(reply)
        return (judge_single(batch, batch.intents[0], envelope, fault, reply),)

    def _stop_if_told(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            if answer.verdict is Verdict.NOT_ACTED_UPON and answer.fault:
                self._stop(failure_of(answer.fault))

    def _stop(self, failure: AddInError) -> None:
        with self._lock:
            self._fatal = self._fatal or failure


def _check(batch: Batch, most: int) -> None:
    bids = [intent.bid for intent in batch.intents]
    if not 0 < len(bids) <= most or len(set(bids)) != len(bids):
        raise ValueError(f"a batch has 1 to {most} items, each with a bId of its own")
    fits = all(bid.isdigit() and len(bid) <= _LONGEST_BID for bid in bids)
    if not fits or not 0 < len(batch.requestid) <= _LONGEST_REQUESTID:
        raise ValueError("a requestid has at most 36 characters, a bId at most 6 digits")

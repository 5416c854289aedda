"""The sender: bytes, verdicts and patience, against scripted answers and against the simulator."""

from __future__ import annotations

import pytest
import requests

from hostsim.qbo_simulator.server.server import running_simulator
from qb_plugin.errors import Fatal, ReconnectNeeded, Unreachable
from qb_plugin.model import Answer, Batch, Entity, Operation, Verdict
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.text import read_json, write_json
from tests.addin.quickbooks.http.test_client import EXPIRED, THROTTLED, never_taken
from tests.support.addin.quickbooks_fakes import (
    ADDRESS,
    REALM,
    REQUEST_ID,
    TODAY,
    Scripted,
    Side,
    batch_of,
    connect,
    intent,
    line,
    one_after_another,
    payment_intent,
    scripted,
    simulated,
    stub_body,
)

SAVED = {"CustomerRef": {"value": "1"}, "TotalAmt": 10, "Id": "88", "SyncToken": "0", "TxnDate": "2026-11-22"}


def saved(*numbers: int) -> Scripted:
    items = [{"Payment": {**SAVED, "Id": str(80 + number)}, "bId": str(number)} for number in numbers]
    return Scripted(write_json({"BatchItemResponse": items, "time": "2026-11-22T12:00:00.000-08:00"}).encode())


def send(side: Side, *batches: Batch) -> list[Answer]:
    with side.quickbooks.adapter().sender() as sender:
        for batch in batches:
            sender.submit(batch)
        return [answer for _ in batches for answer in sender.next()[1]]


def verdicts(answers: list[Answer]) -> list[Verdict]:
    return [answer.verdict for answer in answers]


def fatal_of(side: Side, batch: Batch) -> tuple[list[Verdict], Exception | None]:
    with side.quickbooks.adapter().sender() as sender:
        sender.submit(batch)
        _, answers = sender.next()
        return verdicts(list(answers)), sender.fatal


def test_a_batch_is_one_call_with_its_requestid_and_the_payloads_as_they_are() -> None:
    side, adapter = scripted(one_after_another(saved(1, 2)))
    first, second = payment_intent(1), payment_intent(2, operation=Operation.APPLY)
    assert verdicts(send(side, batch_of(first, second))) == [Verdict.CONFIRMED] * 2
    asked = adapter.asked[-1]
    assert str(asked.url).endswith(f"/v3/company/{REALM}/batch?requestid={REQUEST_ID}&minorversion=75")
    expected = (
        f'{{"BatchItemRequest":[{{"bId":"1","operation":"create","Payment":{first.payload}}},'
        f'{{"bId":"2","operation":"create","Payment":{second.payload}}}]}}'
    )
    assert asked.body == expected.encode()


def test_the_same_intents_are_the_same_bytes_whatever_went_wrong_before() -> None:
    lost = Scripted(problem=requests.ReadTimeout("slow"))
    side, adapter = scripted(one_after_another(THROTTLED, EXPIRED, lost, saved(1)))
    send(side, batch_of(payment_intent(1, reference="Ünïcode 'n “quotes”")))
    send(side, batch_of(payment_intent(1, reference="Ünïcode 'n “quotes”"), resend=True))
    bodies = adapter.bodies("/batch")
    assert len(bodies) == 4
    assert len(set(bodies)) == 1


def test_updates_and_deletes_keep_their_operation() -> None:
    side, adapter = scripted(one_after_another(saved()))
    update = intent(1, "Payment", '{"Id":"5","SyncToken":"0","sparse":true}', Operation.UPDATE)
    delete = intent(2, "Payment", stub_body("6", "0", sparse=False), Operation.DELETE)
    send(side, batch_of(update, delete))
    sent = read_json(adapter.bodies("/batch")[0])
    assert isinstance(sent, dict)
    assert [item["operation"] for item in sent["BatchItemRequest"]] == ["update", "delete"]


def test_a_void_goes_alone_under_a_requestid_of_its_own() -> None:
    single = Scripted(write_json({"Payment": SAVED}).encode())
    side, adapter = scripted(lambda asked: saved(1) if "/batch" in str(asked.url) else single)
    void = intent(2, "Payment", stub_body("88", "0", sparse=True), Operation.VOID)
    answers = send(side, batch_of(payment_intent(1), void))
    assert verdicts(answers) == [Verdict.CONFIRMED] * 2
    assert [answer.intent_id for answer in answers] == ["intent-1", "intent-2"]
    url = next(str(asked.url) for asked in adapter.asked if "/payment?" in str(asked.url))
    assert f"operation=update&include=void&requestid={REQUEST_ID}-2&" in url


@pytest.mark.parametrize(
    "trouble",
    [
        Scripted(problem=requests.ReadTimeout("slow")),
        Scripted(problem=requests.ConnectionError("reset by peer")),
        Scripted(problem=requests.exceptions.ChunkedEncodingError("cut")),
        Scripted(b"", 500),
        Scripted(b"<html><script>alert(1)</script></html>", 502, {"Content-Type": "text/html"}),
        Scripted(b"<html>welcome</html>", 200),
        Scripted(b'{"BatchItemResponse":[{"Payment":{"Id":"8', 200),
        Scripted(b"\xff\xfe", 200),
        Scripted(b"", 200),
        Scripted(b"[" * 100_000, 200),
        Scripted(b"{}", 200),
        Scripted(b"null", 200),
        Scripted(b'{"Fault":{"Error":[{"code":"1040","Message":"too many"}],"type":"ValidationFault"}}', 400),
        Scripted(b'{"Fault":{"Error":[{"code":"10000"}],"type":"SystemFault"}}', 500),
        Scripted(b'{"Fault":null}', 400),
        Scripted(b"", 302, {"Location": f"{ADDRESS}/elsewhere"}),
    ],
    ids=lambda trouble: f"{trouble.status}-{len(trouble.body)}-{type(trouble.problem).__name__}",
)
def test_whatever_else_comes_is_doubt_for_every_item_and_stops_nothing(trouble: Scripted) -> None:
    side, adapter = scripted(one_after_another(trouble))
    found, fatal = fatal_of(side, batch_of(payment_intent(1), payment_intent(2)))
    assert found == [Verdict.DOUBT] * 2
    assert fatal is None
    assert len(adapter.bodies("/batch")) == 1


def test_throttling_is_waited_out_inside_and_is_not_a_verdict() -> None:
    side, _ = scripted(one_after_another(THROTTLED, saved(1)))
    assert verdicts(send(side, batch_of(payment_intent(1)))) == [Verdict.CONFIRMED]
    assert sum(side.clock.slept) == 60


def test_a_call_that_was_throttled_first_can_still_be_refused() -> None:
    fault = {"Error": [{"code": "6200", "Message": "closed"}], "type": "ValidationFault"}
    refused = Scripted(write_json({"BatchItemResponse": [{"Fault": fault, "bId": "1"}]}).encode())
    side, _ = scripted(one_after_another(THROTTLED, EXPIRED, refused))
    assert verdicts(send(side, batch_of(payment_intent(1)))) == [Verdict.REFUSED]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (EXPIRED, ReconnectNeeded),
        (Scripted(b'{"fault":{"error":[{"code":"3100"}],"type":"SERVICE"}}', 403), ReconnectNeeded),
        (Scripted(b'{"Fault":{"Error":[{"code":"6190"}],"type":"ValidationFault"}}', 400), Fatal),
        (THROTTLED, Unreachable),
        (Scripted(problem=never_taken()), Unreachable),
    ],
)
def test_what_ends_the_run_was_not_acted_upon(answer: Scripted, failure: type[Exception]) -> None:
    side, _ = scripted(one_after_another(answer), Limits(throttled_at_most=2))
    found, fatal = fatal_of(side, batch_of(payment_intent(1), payment_intent(2)))
    assert found == [Verdict.NOT_ACTED_UPON] * 2
    assert isinstance(fatal, failure)


def test_a_lapsed_subscription_told_item_by_item_ends_the_run_too() -> None:
    fault = {"Error": [{"code": "6190", "Message": "lapsed"}], "type": "ValidationFault"}
    lapsed = Scripted(write_json({"BatchItemResponse": [{"Fault": fault, "bId": "1"}]}).encode())
    side, _ = scripted(one_after_another(lapsed))
    found, fatal = fatal_of(side, batch_of(payment_intent(1)))
    assert found == [Verdict.NOT_ACTED_UPON]
    assert isinstance(fatal, Fatal)


def test_a_network_that_comes_back_within_the_waits_costs_nothing() -> None:
    gone = Scripted(problem=never_taken())
    side, _ = scripted(one_after_another(gone, gone, gone, saved(1)))
    assert verdicts(send(side, batch_of(payment_intent(1)))) == [Verdict.CONFIRMED]
    assert side.clock.slept == [1.0, 2.0, 5.0]


def test_the_batch_is_halved_after_a_lost_answer_and_grows_again() -> None:
    lost = Scripted(problem=requests.ReadTimeout("slow"))
    side, _ = scripted(one_after_another(lost, saved(1)))
    with side.quickbooks.adapter().sender() as sender:
        assert sender.size == 30
        sender.submit(batch_of(payment_intent(1)))
        sender.next()
        assert sender.size == 15
        for _ in range(8):
            sender.submit(batch_of(payment_intent(1)))
            sender.next()
        assert sender.size == 30


def test_room_ends_with_the_last_place_in_flight() -> None:
    side, _ = scripted(one_after_another(saved(1)), Limits(in_flight=2))
    with side.quickbooks.adapter().sender() as sender:
        assert sender.room
        sender.submit(batch_of(payment_intent(1)))
        assert sender.room
        sender.submit(batch_of(payment_intent(1)))
        assert (sender.room, sender.in_flight) == (False, 2)
        sender.next()
        assert (sender.room, sender.in_flight) == (True, 1)
        sender.next()
        with pytest.raises(ValueError, match="in flight"):
            sender.next()


def test_to_wait_for_its_turn_does_not_make_an_answer_slow() -> None:
    """The forty-first batch waits a minute; taken for QuickBooks' slowness, that narrowed the next minutes to two at once."""
    side, _ = scripted(one_after_another(saved(1)))
    with side.quickbooks.adapter().sender() as sender:
        for _ in range(41):
            sender.submit(batch_of(payment_intent(1)))
            sender.next()
        assert side.clock.monotonic() >= 60
        assert sender.room == 10


def test_an_answer_that_takes_long_makes_room_smaller() -> None:
    def answer(_: requests.PreparedRequest) -> Scripted:
        side.clock.sleep(40.0)
        return saved(1)

    side, _ = scripted(answer)
    with side.quickbooks.adapter().sender() as sender:
        sender.submit(batch_of(payment_intent(1)))
        sender.next()
        assert sender.room == 9


def test_room_is_a_share_of_it_at_a_gentler_pace() -> None:
    side, _ = scripted(one_after_another(saved(1)))
    side.quickbooks.pace = 0.5
    with side.quickbooks.adapter().sender() as sender:
        assert sender.room == 5


@pytest.mark.parametrize(
    "batch",
    [
        Batch(REQUEST_ID, ()),
        Batch("x" * 37, (payment_intent(1),)),
        Batch("", (payment_intent(1),)),
        batch_of(payment_intent(1), payment_intent(1)),
        batch_of(payment_intent(1_234_567)),
        batch_of(*[payment_intent(number) for number in range(31)]),
    ],
)
def test_a_batch_that_quickbooks_would_take_for_something_else_is_not_sent(batch: Batch) -> None:
    side, adapter = scripted(one_after_another(saved(1)))
    with side.quickbooks.adapter().sender() as sender, pytest.raises(ValueError, match=r"a batch has|a requestid has"):
        sender.submit(batch)
    assert adapter.bodies("/batch") == []


# --- against the simulator -----------------------------------------------------------------------------


def test_the_simulator_saves_what_was_sent_once_for_a_replay() -> None:
    side, _ = simulated()
    books = side.quickbooks.adapter()
    invoice = next(found for found in books.open_invoices([customer.id for customer in books.customers()[:3]]))
    sent = payment_intent(1, invoice.customer_id, "10.00", lines=(line(invoice.id, "10.00"),), reference="10432")
    before = len(books.payments(None, None))
    (first,) = send(side, batch_of(sent))
    (again,) = send(side, batch_of(sent, resend=True))
    assert first.verdict is again.verdict is Verdict.CONFIRMED
    assert first.record == again.record
    assert len(books.payments(None, None)) == before + 1


@pytest.mark.parametrize("kind", ["answer_lost_after", "reset_after", "status_500_after", "status_503_after", "html", "truncated"])
def test_an_answer_lost_after_the_commit_is_doubt_and_the_same_bytes_find_it(kind: str) -> None:
    side, core = simulated()
    books = side.quickbooks.adapter()
    before = len(books.payments(TODAY, TODAY))
    core.add_trouble(kind=kind, match={"path": "batch"})
    (lost,) = send(side, batch_of(payment_intent(1)))
    assert lost.verdict is Verdict.DOUBT
    (found,) = send(side, batch_of(payment_intent(1), resend=True))
    assert found.verdict is Verdict.CONFIRMED
    assert len(books.payments(TODAY, TODAY)) == before + 1


@pytest.mark.parametrize("kind", ["batch_item_missing", "batch_item_repeated", "batch_half"])
def test_a_mangled_batch_is_doubt_only_where_it_is_mangled(kind: str) -> None:
    side, core = simulated()
    core.add_trouble(kind=kind)
    answers = send(side, batch_of(*[payment_intent(number) for number in range(1, 5)]))
    assert len(answers) == 4
    assert Verdict.DOUBT in verdicts(answers)
    assert Verdict.REFUSED not in verdicts(answers)


def test_a_shuffled_batch_is_read_by_bid() -> None:
    side, core = simulated()
    core.add_trouble(kind="batch_shuffled")
    amounts = [f"{number}.00" for number in range(1, 11)]
    intents = [payment_intent(number, amount=amount) for number, amount in enumerate(amounts, 1)]
    answers = send(side, batch_of(*intents))
    assert [f"{answer.record.total}" for answer in answers if answer.record and hasattr(answer.record, "total")] == amounts


def test_a_replay_answered_6000_refuses_nothing() -> None:
    side, core = simulated()
    send(side, batch_of(payment_intent(1)))
    core.add_trouble(kind="replay_6000")
    (answer,) = send(side, batch_of(payment_intent(1), resend=True))
    assert answer.verdict is Verdict.DOUBT


def test_an_expired_token_and_a_throttle_are_invisible_to_the_rows() -> None:
    side, core = simulated()
    core.add_trouble(kind="token_expired", match={"path": "batch"})
    core.add_trouble(kind="throttled", match={"path": "batch"})
    assert verdicts(send(side, batch_of(payment_intent(1)))) == [Verdict.CONFIRMED]


def test_a_void_keeps_the_payment_with_nothing_in_it() -> None:
    side, _ = simulated()
    (saved_answer,) = send(side, batch_of(payment_intent(1)))
    assert saved_answer.record is not None
    body = stub_body(saved_answer.record.id, saved_answer.record.sync_token, sparse=True)
    (voided,) = send(side, Batch("ff" * 16, (intent(2, "Payment", body, Operation.VOID),)))
    assert voided.verdict is Verdict.CONFIRMED
    found = side.quickbooks.adapter().read(Entity.PAYMENT, [saved_answer.record.id])[saved_answer.record.id]
    assert getattr(found, "voided", False)


def test_a_delete_is_confirmed_and_the_record_is_gone() -> None:
    side, _ = simulated()
    (saved_answer,) = send(side, batch_of(payment_intent(1)))
    assert saved_answer.record is not None
    body = stub_body(saved_answer.record.id, saved_answer.record.sync_token, sparse=False)
    (gone,) = send(side, Batch("ff" * 16, (intent(2, "Payment", body, Operation.DELETE),)))
    assert (gone.verdict, gone.record) == (Verdict.CONFIRMED, None)
    assert side.quickbooks.adapter().read(Entity.PAYMENT, [saved_answer.record.id]) == {}


def test_batches_go_out_together_over_real_connections() -> None:
    with running_simulator("sample", today=TODAY) as simulator:
        given = simulator.credentials()
        side = connect(simulator.base_url, None, app=App(given["client_id"], given["client_secret"]))
        side.quickbooks.accept_refresh_token(given["realm"], given["refresh_token"])
        batches = [
            Batch(f"{number:032x}", tuple(payment_intent(number * 10 + position) for position in range(10))) for number in range(9)
        ]
        answers = send(side, *batches)
        assert verdicts(answers) == [Verdict.CONFIRMED] * 90
        simulator.trouble("answer_lost_after", match={"path": "batch"})
        (lost,) = send(side, batch_of(payment_intent(999)))
        assert lost.verdict is Verdict.DOUBT
        simulator.trouble("reset_before", match={"path": "batch"})
        (reset,) = send(side, batch_of(payment_intent(998)))
        assert reset.verdict is Verdict.DOUBT


def test_a_defect_of_ours_reaches_whoever_waits() -> None:
    side, adapter = scripted(one_after_another(saved(1)))
    with side.quickbooks.adapter().sender() as sender:
        sender.submit(batch_of(intent(1, "Payment", '{"PrivateNote":"\ud83d"}', Operation.CREATE)))
        with pytest.raises(UnicodeEncodeError):
            sender.next()
        assert sender.in_flight == 0
    assert adapter.bodies("/batch") == []


def test_a_batch_that_waits_for_its_turn_is_called_back_and_never_leaves() -> None:
    side, adapter = scripted(one_after_another(THROTTLED, saved(1)))
    with side.quickbooks.adapter().sender(lambda: len(adapter.bodies("batch")) == 1) as sender:
        sender.submit(batch_of(payment_intent(1)))
        _, answers = sender.next()
        assert sender.fatal is None
    assert verdicts(list(answers)) == [Verdict.NOT_ACTED_UPON]
    assert [answer.fault.code for answer in answers if answer.fault] == ["cancelled_row"]
    assert len(adapter.bodies("batch")) == 1


def test_a_batch_that_nobody_calls_back_waits_out_the_silence() -> None:
    side, adapter = scripted(one_after_another(THROTTLED, saved(1)))
    with side.quickbooks.adapter().sender(lambda: False) as sender:
        sender.submit(batch_of(payment_intent(1)))
        assert verdicts(list(sender.next()[1])) == [Verdict.CONFIRMED]
    assert len(adapter.bodies("batch")) == 2

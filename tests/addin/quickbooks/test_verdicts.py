"""What an answer proves about each item: refusal is narrow, everything else is doubt."""

from __future__ import annotations

import pytest

from qb_plugin.model import Answer, Batch, Fault, Operation, Verdict
from qb_plugin.quickbooks.http.client import ApiResponse
from qb_plugin.quickbooks.http.faults import ITEM_MISSING, ITEM_REPEATED, UNREADABLE, understand
from qb_plugin.quickbooks.verdicts import judge_batch, judge_fault, judge_single, judge_whole_call
from qb_plugin.schemas.text import write_json
from tests.support.addin.quickbooks_fakes import batch_of, intent, payment_intent, stub_body

SAVED = {
    "CustomerRef": {"value": "1", "name": "Amy"},
    "TotalAmt": 10,
    "UnappliedAmt": 10,
    "Id": "88",
    "SyncToken": "0",
    "TxnDate": "2026-11-22",
}


def item(number: int, **content: object) -> dict[str, object]:
    return {**content, "bId": str(number)}


def refused(code: str, kind: str = "ValidationFault", detail: str = "why") -> dict[str, object]:
    return {"Error": [{"Message": "no", "Detail": detail, "code": code}], "type": kind}


def judge(batch: Batch, *items: object) -> tuple[Answer, ...]:
    envelope = {"BatchItemResponse": list(items), "time": "2026-11-22T12:00:00.000-08:00"}
    return judge_batch(batch, envelope, ApiResponse(200, b""))


def test_a_saved_record_confirms_its_item() -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, Payment=SAVED))
    assert answer.verdict is Verdict.CONFIRMED
    assert answer.record is not None
    assert answer.record.id == "88"


def test_items_are_matched_by_bid_and_not_by_place() -> None:
    first, second = judge(batch_of(payment_intent(1), payment_intent(2)), item(2, Fault=refused("610")), item(1, Payment=SAVED))
    assert (first.intent_id, first.verdict) == ("intent-1", Verdict.CONFIRMED)
    assert (second.intent_id, second.verdict) == ("intent-2", Verdict.REFUSED)


def test_a_validation_fault_of_the_very_item_on_its_first_send_refuses_it() -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, Fault=refused("6210")))
    assert answer.verdict is Verdict.REFUSED
    assert answer.fault == Fault(code="6210", text="no", detail="why", type="ValidationFault", status=200)


@pytest.mark.parametrize("code", ["610", "620", "5010", "6000", "6140", "6200", "600", "10000"])
def test_no_fault_in_answer_to_a_resend_refuses_anything(code: str) -> None:
    (answer,) = judge(batch_of(payment_intent(1), resend=True), item(1, Fault=refused(code)))
    assert answer.verdict is Verdict.DOUBT


@pytest.mark.parametrize("code", ["600", "5000", "5030", "10000", "500", ""])
def test_codes_after_which_something_may_have_been_done_are_doubt(code: str) -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, Fault=refused(code)))
    assert answer.verdict is Verdict.DOUBT


@pytest.mark.parametrize("kind", ["SystemFault", "SERVICE", "AuthenticationFault", ""])
def test_only_a_validation_fault_refuses(kind: str) -> None:
    assert judge_fault(Fault(code="6000", text="no", type=kind), resend=False) is Verdict.DOUBT


@pytest.mark.parametrize(
    "detail",
    [
        "Business Validation Error: An unexpected error occurred while accessing or saving your data. Please wait and try again.",
        "Business Validation Error: Unexpected Internal Error. (-30000)",
    ],
)
def test_a_business_fault_that_tells_of_an_accident_is_doubt(detail: str) -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, Fault=refused("6000", detail=detail)))
    assert answer.verdict is Verdict.DOUBT


@pytest.mark.parametrize("code", ["6190", "120", "3100", "3200"])
def test_a_fault_that_ends_the_run_means_not_acted_upon(code: str) -> None:
    assert judge_fault(Fault(code=code, text="no", type="ValidationFault"), resend=False) is Verdict.NOT_ACTED_UPON
    assert judge_fault(Fault(code=code, text="no", type="ValidationFault"), resend=True) is Verdict.DOUBT


def test_a_missing_item_is_doubt_and_its_neighbours_stand() -> None:
    first, second = judge(batch_of(payment_intent(1), payment_intent(2)), item(2, Payment=SAVED))
    assert (first.verdict, first.fault and first.fault.code) == (Verdict.DOUBT, ITEM_MISSING)
    assert second.verdict is Verdict.CONFIRMED


def test_an_item_told_twice_is_doubt() -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, Payment=SAVED), item(1, Fault=refused("610")))
    assert (answer.verdict, answer.fault and answer.fault.code) == (Verdict.DOUBT, ITEM_REPEATED)


def test_an_item_told_three_times_is_still_doubt() -> None:
    (answer,) = judge(batch_of(payment_intent(1)), *[item(1, Payment=SAVED)] * 3)
    assert answer.verdict is Verdict.DOUBT


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"Payment": None},
        {"Payment": {**SAVED, "Id": None}},
        {"Payment": {**SAVED, "TotalAmt": "10"}},
        {"CreditMemo": SAVED},
        {"Fault": "no"},
        {"Fault": {"Error": "no", "type": "ValidationFault"}},
        {"Fault": {"type": "ValidationFault"}},
    ],
)
def test_an_item_that_cannot_be_read_is_doubt(content: dict[str, object]) -> None:
    (answer,) = judge(batch_of(payment_intent(1)), item(1, **content))
    assert answer.verdict is Verdict.DOUBT
    assert answer.record is None


@pytest.mark.parametrize("envelope", [None, [], {}, {"BatchItemResponse": None}, {"BatchItemResponse": {}}, "text"])
def test_an_envelope_that_is_no_batch_is_doubt_for_all(envelope: object) -> None:
    answers = judge_batch(batch_of(payment_intent(1), payment_intent(2)), envelope, ApiResponse(200, b""))
    assert [(answer.verdict, answer.fault and answer.fault.code) for answer in answers] == [(Verdict.DOUBT, UNREADABLE)] * 2


def test_items_that_are_no_objects_are_passed_over() -> None:
    (answer,) = judge(batch_of(payment_intent(1)), None, "x", {"bId": 1, "Payment": SAVED}, item(1, Payment=SAVED))
    assert answer.verdict is Verdict.CONFIRMED


def test_a_deletion_is_confirmed_by_its_stub_alone() -> None:
    gone = {"domain": "QBO", "status": "Deleted", "Id": "88"}
    deletion = intent(1, "Payment", stub_body("88", "0", sparse=False), Operation.DELETE)
    (answer,) = judge(batch_of(deletion), item(1, Payment=gone))
    assert (answer.verdict, answer.record) == (Verdict.CONFIRMED, None)
    (wrong,) = judge(batch_of(payment_intent(1)), item(1, Payment=gone))
    assert wrong.verdict is Verdict.DOUBT


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (Fault(code="3200", text="", status=401), Verdict.NOT_ACTED_UPON),
        (Fault(code="", text="HTTP 429", status=429), Verdict.NOT_ACTED_UPON),
        (Fault(code="3100", text="", type="SERVICE", status=403), Verdict.NOT_ACTED_UPON),
        (Fault(code="6190", text="", type="ValidationFault", status=400), Verdict.NOT_ACTED_UPON),
        (Fault(code="3001", text="", status=500), Verdict.DOUBT),
        (Fault(code="", text="HTTP 403", status=403), Verdict.DOUBT),
        (Fault(code="1040", text="", type="ValidationFault", status=400), Verdict.DOUBT),
        (Fault(code="", text="HTTP 503", status=503), Verdict.DOUBT),
        (Fault(code="10000", text="", type="SystemFault", status=500), Verdict.DOUBT),
        (Fault(code=UNREADABLE, text="", status=200), Verdict.DOUBT),
    ],
)
def test_a_fault_of_the_whole_call_is_doubt_unless_a_gateway_refused_it(fault: Fault, verdict: Verdict) -> None:
    assert judge_whole_call(fault) is verdict


@pytest.mark.parametrize(
    ("status", "body", "resend", "verdict"),
    [
        (200, {"Payment": SAVED}, False, Verdict.CONFIRMED),
        (400, {"Fault": refused("6540")}, False, Verdict.REFUSED),
        (400, {"Fault": refused("6540")}, True, Verdict.DOUBT),
        (500, {"Fault": refused("6540")}, False, Verdict.DOUBT),
        (500, {"Fault": refused("10000", "SystemFault")}, False, Verdict.DOUBT),
        (200, {"Payment": {"Id": "88"}}, False, Verdict.DOUBT),
        (200, [], False, Verdict.DOUBT),
        (403, {"fault": {"error": [{"code": "3100"}], "type": "SERVICE"}}, False, Verdict.NOT_ACTED_UPON),
    ],
)
def test_a_record_sent_alone_is_judged_by_the_same_rules(status: int, body: object, resend: bool, verdict: Verdict) -> None:
    reply = ApiResponse(status, write_json(body).encode())
    envelope, fault = understand(reply)
    void = intent(1, "Payment", stub_body("88", "0", sparse=True), Operation.VOID)
    assert judge_single(batch_of(void, resend=resend), void, envelope, fault, reply).verdict is verdict

"""Faults in every dress, and what each makes of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qb_plugin.errors import AddInError, Fatal, ReconnectNeeded, Unreachable
from qb_plugin.model import Fault
from qb_plugin.quickbooks.http.client import ApiResponse
from qb_plugin.quickbooks.http.faults import UNREADABLE, describe, failure_of, is_trouble, numbers_of, understand
from tests.support.paths import SHARED

RECORDED = SHARED / "recorded"
GATEWAY = (
    b'{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; '
    b'statusCode=401","detail":"Token expired: AB0SECRET","code":"3200","element":null}],"type":"AUTHENTICATION"},'
    b'"time":1601391072830}'
)


def fault_in(status: int, body: bytes) -> Fault:
    _, fault = understand(ApiResponse(status, body, "1-5f734f0e-58baa045003ab251111c54e6"))
    assert fault is not None
    return fault


def test_the_services_own_spelling() -> None:
    error = b'{"Message":"Invalid ID","Detail":"Id should be","code":"2030","element":"Id"}'
    body = b'{"Fault":{"Error":[' + error + b'],"type":"ValidationFault"}}'
    found = fault_in(400, body)
    assert found == Fault(
        code="2030",
        text="Invalid ID",
        detail="Id should be",
        element="Id",
        type="ValidationFault",
        status=400,
        tid="1-5f734f0e-58baa045003ab251111c54e6",
    )


def test_the_gateways_spelling_without_the_token_it_repeats() -> None:
    found = fault_in(401, GATEWAY)
    assert (found.code, found.type, found.detail, found.element) == ("3200", "AUTHENTICATION", "", "")
    assert "AB0SECRET" not in repr(found)


def test_a_throttle_in_xml() -> None:
    body = (
        b'<?xml version="1.0" encoding="UTF-8"?><IntuitResponse time="2015" xmlns="http://schema.intuit.com/finance/v3">'
        b'<Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded &amp; more</Message>'
        b"<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
    )
    found = fault_in(429, body)
    assert (found.code, found.type, found.text) == ("3001", "SERVICE", "message=ThrottleExceeded & more")


def test_an_xml_bomb_is_only_text() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    bomb = entities + b'<Fault type="&b;"><Error code="1"><Message>&b;</Message></Error></Fault>'
    assert fault_in(500, bomb).text == "&b;"


@pytest.mark.parametrize(("status", "code"), [(502, ""), (403, ""), (302, ""), (200, UNREADABLE)])
def test_a_page_or_nothing_is_a_fault_without_a_code(status: int, code: str) -> None:
    for body in (b"<html><b>Bad gateway</b></html>", b""):
        found = fault_in(status, body)
        assert (found.code, found.status) == (code, status)
        assert "html" not in found.text


def test_a_fault_within_a_good_status_is_a_fault() -> None:
    assert fault_in(200, b'{"Fault":{"Error":[{"code":"4000"}],"type":"ValidationFault"}}').code == "4000"


def test_a_good_answer_is_none() -> None:
    envelope, fault = understand(ApiResponse(200, b'{"QueryResponse":{}}'))
    assert (envelope, fault) == ({"QueryResponse": {}}, None)


def test_a_bad_status_with_a_good_body_is_still_a_fault() -> None:
    assert fault_in(500, b'{"QueryResponse":{}}').status == 500


@pytest.mark.parametrize(
    ("fault", "failure", "key"),
    [
        (Fault(code="3200", text="", status=401), ReconnectNeeded, "quickbooks_signed_out"),
        (Fault(code="100", text="", type="AuthenticationFault", status=500), Unreachable, "quickbooks_trouble"),
        (Fault(code="", text="", status=401), ReconnectNeeded, "quickbooks_signed_out"),
        (Fault(code="120", text="", status=400), ReconnectNeeded, "quickbooks_no_rights"),
        (Fault(code="3100", text="", status=403), ReconnectNeeded, "quickbooks_no_access"),
        (Fault(code="3001", text="", status=403), Unreachable, "quickbooks_still_slow"),
        (Fault(code="6190", text="", status=400), Fatal, "quickbooks_company_status"),
        (Fault(code="10000", text="", type="SystemFault", status=500), Unreachable, "quickbooks_trouble"),
        (Fault(code="", text="HTTP 502", status=502), Unreachable, "quickbooks_trouble"),
        (Fault(code="4000", text="", type="ValidationFault", status=400), Fatal, "quickbooks_question_refused"),
    ],
)
def test_what_a_fault_of_a_whole_call_makes_of_a_run(fault: Fault, failure: type[AddInError], key: str) -> None:
    found = failure_of(fault)
    assert type(found) is failure
    assert found.message.key == key


def test_details_are_one_line_with_the_trace_id() -> None:
    fault = Fault(
        code="6000", text="A rule", detail="two\nlines\tand a tab", element="", type="ValidationFault", status=400, tid="1-abc"
    )
    assert describe(fault) == "400 6000 · A rule · two lines and a tab · intuit_tid 1-abc"


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        (
            Fault(code="6000", text="A rule", detail="Zoë", element="", type="ValidationFault", status=400, tid="1-abc"),
            {"status": "400", "code": "6000", "intuit_tid": "1-abc"},
        ),
        (Fault(code="5010", text="Stale"), {"code": "5010"}),
        (Fault(code="", text="Zoë", status=503), {"status": "503"}),
        (Fault(code="no_answer", text="no answer came", detail="Zoë"), {"code": "no_answer"}),
        (Fault(code="", text="Zoë 300.00 intuit_tid"), {}),
        (Fault(code="", text="300.00", detail="intuit_tid Zoë"), {}),
        (Fault(code="", text="6000 Elm Street"), {}),
    ],
)
def test_numbers_of_details_name_nobody(fault: Fault, numbers: dict[str, str]) -> None:
    assert numbers_of(describe(fault)) == numbers


@pytest.mark.parametrize(
    ("details", "numbers"),
    [
        ("HTTP 400 invalid_grant 1-6b06-ff0a", {"status": "400", "code": "invalid_grant", "intuit_tid": "1-6b06-ff0a"}),
        ("HTTP 503", {"status": "503"}),
        ("HTTP 400 Zoë Quellwasser", {}),
        ("no such table: quickbooks_intents", {}),
    ],
)
def test_numbers_of_other_details_name_nobody_either(details: str, numbers: dict[str, str]) -> None:
    assert numbers_of(details) == numbers


def test_a_refusal_is_no_trouble() -> None:
    assert not is_trouble(Fault(code="610", text="", type="ValidationFault", status=400))


def is_one_fault(path: Path) -> bool:
    """Whether the whole answer is one fault (in a batch or an upload each item has its own)."""
    text = path.read_text(encoding="utf-8")
    return '"fault"' in text[:3000] and not any(word in text for word in ("BatchItemResponse", "AttachableResponse", "DOCTYPE"))


def test_recorded_faults_are_read_where_the_recordings_are_at_hand() -> None:
    for path in filter(is_one_fault, sorted(RECORDED.rglob("*.json"))):
        answer = json.loads(path.read_text(encoding="utf-8"))["response"]
        text = answer["body"] if isinstance(answer["body"], str) else answer.get("body_text") or json.dumps(answer["body"])
        found = fault_in(answer.get("status") or 400, text.encode())
        assert found.code.isdigit(), path.name
        assert found.text, path.name

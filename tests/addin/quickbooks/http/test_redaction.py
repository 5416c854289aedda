"""No text that looks like a token gets through."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.http.redaction import redact

TOKEN = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..zYcpGYQt7j9xZ8rY2mT3nQ.pDxX9"
REFRESH = "RT1-I0vPebowFBzavAbsO63BBh6XNaBNbeOONcRBzinL91HUss"


@pytest.mark.parametrize("secret", [TOKEN, REFRESH, "AB01234567890123456789012345678901234567890123456789"])
@pytest.mark.parametrize("frame", ["{}", "Token expired: {}", "Authorization: Bearer {}", "x{}", '"access_token":"{}"', "<{}>"])
def test_a_token_is_removed_wherever_it_stands(secret: str, frame: str) -> None:
    assert secret[5:30] not in redact(frame.format(secret))


def test_a_short_token_is_removed_after_the_words_that_announce_it() -> None:
    assert redact("Token expired: AB0short1") == "Token expired: [removed]"
    assert redact("Bearer AB0short1, then") == "Bearer [removed], then"


@pytest.mark.parametrize(
    "text",
    [
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "TxnID Cannot Be Linked : 145",
        "String length specified does not match the supported length. Min:0 Max:21 supported. Supplied length:33",
        "DocNumber=1038 is assigned to TxnType=Invoice with TxnId=145",
        "1-5f734f0e-58baa045003ab251111c54e6",
    ],
)
def test_what_support_needs_stays(text: str) -> None:
    assert redact(text) == text

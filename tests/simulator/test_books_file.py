"""Cases written down whole: built by the ordinary rules, all of it or nothing, by a control call or by `--books`."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from hostsim.qbo_simulator.base.http import load
from hostsim.qbo_simulator.server.command import command
from hostsim.qbo_simulator.server.control_books import add_books
from hostsim.qbo_simulator.server.server import begin, open_state, running_simulator
from hostsim.qbo_simulator.simulator import QuickBooks
from tests.simulator.fault_injection.test_failures import contents
from tests.support.simulator.simulator_calls import TODAY, Books, new_books, sale

ADA = {"create": "Customer", "as": "ada", "body": {"DisplayName": "Ada"}}
BOB = {"create": "Customer", "as": "bob", "body": {"DisplayName": "Bob"}}
BILL = {"create": "Invoice", "as": "bill", "body": {"CustomerRef": "$ada", "Line": [sale(100)]}, "at": "2026-11-02"}
LINE = {"Amount": 60, "LinkedTxn": [{"TxnId": "$bill", "TxnType": "Invoice"}]}
PAYMENT = {"create": "Payment", "as": "paid", "body": {"CustomerRef": "$ada", "TotalAmt": 60, "Line": [LINE]}}
CASE = [ADA, BOB, BILL, PAYMENT]


@pytest.fixture
def books() -> Books:
    return new_books()


def _read(books: Books, kind: str, identity: str) -> Any:
    status, told = books.call("GET", f"{kind.lower()}/{identity}")
    assert status == 200, told
    return told[kind]


def test_a_case_is_built_by_the_ordinary_rules(books: Books) -> None:
    ids = add_books(books.core, CASE)
    assert set(ids) == {"ada", "bob", "bill", "paid"}
    assert _read(books, "Invoice", ids["bill"])["Balance"] == 40
    assert _read(books, "Invoice", ids["bill"])["MetaData"]["CreateTime"].startswith("2026-11-02")
    assert _read(books, "Payment", ids["paid"])["Line"][0]["LinkedTxn"] == [{"TxnId": ids["bill"], "TxnType": "Invoice"}]
    assert _read(books, "Customer", ids["ada"])["Balance"] == 40


def test_records_of_the_company_are_named_by_kind_and_name(books: Books) -> None:
    step = {
        "create": "Payment",
        "as": "x",
        "body": {"CustomerRef": "$ada", "TotalAmt": 5, "PaymentMethodRef": "$PaymentMethod:visa"},
    }
    ids = add_books(books.core, [ADA, step, {"create": "Customer", "as": "dollar", "body": {"DisplayName": "$$ada"}}])
    assert _read(books, "Payment", ids["x"])["PaymentMethodRef"]["value"] == "3"
    assert _read(books, "Customer", ids["dollar"])["DisplayName"] == "$ada"


def test_records_are_changed_voided_and_deleted(books: Books) -> None:
    steps = [
        *CASE,
        {"update": "$ada", "body": {"Notes": "new"}},
        {"void": "$paid"},
        {"create": "Payment", "as": "gone", "body": {"CustomerRef": "$ada", "TotalAmt": 1}},
        {"delete": "$gone"},
    ]
    ids = add_books(books.core, steps)
    assert _read(books, "Customer", ids["ada"])["Notes"] == "new"
    assert _read(books, "Payment", ids["paid"])["TotalAmt"] == 0
    assert books.call("GET", f"payment/{ids['gone']}")[0] == 400


def test_customers_are_merged(books: Books) -> None:
    ids = add_books(books.core, [*CASE, {"merge": "$ada", "into": "$bob"}])
    assert _read(books, "Payment", ids["paid"])["CustomerRef"]["value"] == ids["bob"]
    assert _read(books, "Customer", ids["ada"])["Active"] is False
    assert _read(books, "Customer", ids["bob"])["Balance"] == 40


def test_settings_and_preferences_are_part_of_a_case(books: Books) -> None:
    preferences = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}, "SalesFormsPrefs": {"CustomTxnNumbers": True}}
    euro = {"create": "CompanyCurrency", "body": {"Code": "EUR"}}
    eve = {"create": "Customer", "as": "eve", "body": {"DisplayName": "Eve", "CurrencyRef": {"value": "EUR"}}}
    add_books(books.core, {"settings": {"over_application": "620"}, "preferences": preferences, "steps": [euro, eve]})
    assert books.core.settings.over_application == "620"
    assert books.company.preference("SalesFormsPrefs", "CustomTxnNumbers") is True
    assert books.company.preference("SalesFormsPrefs", "AllowDiscount") is True


def test_refunds_deposits_and_taxes_are_created_like_anything_else(books: Books) -> None:
    steps = [
        *CASE,
        {
            "create": "Deposit",
            "as": "bank",
            "body": {
                "DepositToAccountRef": "$Account:checking",
                "Line": [{"Amount": 60, "LinkedTxn": [{"TxnId": "$paid", "TxnType": "Payment", "TxnLineId": "0"}]}],
            },
        },
        {
            "create": "RefundReceipt",
            "as": "refund",
            "body": {"CustomerRef": "$ada", "DepositToAccountRef": "$Account:checking", "Line": [sale(5)]},
        },
        {"create": "TaxAgency", "as": "agency", "body": {"DisplayName": "Board of Taxes"}},
        {"create": "TaxRate", "as": "rate", "body": {"Name": "Eight", "RateValue": 8, "AgencyRef": "$agency"}},
    ]
    ids = add_books(books.core, steps)
    assert _read(books, "Deposit", ids["bank"])["TotalAmt"] == 60
    assert _read(books, "Payment", ids["paid"])["LinkedTxn"] == [{"TxnId": ids["bank"], "TxnType": "Deposit"}]
    assert _read(books, "RefundReceipt", ids["refund"])["TotalAmt"] == 5
    assert _read(books, "TaxRate", ids["rate"])["RateValue"] == 8


WRONG: dict[str, tuple[Any, str]] = {
    "no object": ("x", "a list of steps"),
    "unknown part": ({"step": []}, "a list of steps"),
    "steps are no list": ({"steps": {}}, "steps is a list"),
    "no step": ([*CASE, 5], "step 5: needs one of"),
    "no action": ([*CASE, {"body": {}}], "step 5: needs one of"),
    "two actions": ([*CASE, {"create": "Customer", "void": "$paid"}], "step 5: needs one of"),
    "unknown key": ([*CASE, {"create": "Customer", "bodi": {}}], "step 5: needs one of"),
    "unknown entity": ([*CASE, {"create": "Bill", "body": {}}], "step 5: no entity is called Bill"),
    "unknown name": ([*CASE, {"void": "$nobody"}], "step 5: nothing is called $nobody"),
    "unknown record": ([*CASE, {"void": "$Payment:nobody"}], "step 5: nothing is called"),
    "a fault": ([*CASE, {"create": "Customer", "body": {"DisplayName": "Ada"}}], "step 5: 6240"),
    "a body that is none": ([*CASE, {"create": "Customer", "body": 5}], "step 5: 2010"),
    "a change that is none": ([*CASE, {"update": "$ada", "body": []}], "step 5: body is an object"),
    "no day": ([*CASE, {**PAYMENT, "at": "yesterday"}], "step 5: at is a date"),
    "a merge of payments": ([*CASE, {"merge": "$paid", "into": "$ada"}], "step 5: two customers"),
    "a merge with itself": ([*CASE, {"merge": "$ada", "into": "$ada"}], "step 5: 6000"),
    "unknown switch": ({"settings": {"nonsense": 1}, "steps": CASE}, "no switch is called nonsense"),
    "unknown preference": ({"preferences": {"Nonsense": {}}, "steps": CASE}, "step 0: 2010"),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_a_case_that_is_wrong_changes_nothing(books: Books, case: str) -> None:
    content, text = WRONG[case]
    books.customer("Zed")
    books.invoice("1", 5)
    before, settings = contents(books), books.core.settings
    with pytest.raises(ValueError, match=text.replace("$", r"\$")):
        add_books(books.core, content)
    assert contents(books) == before
    assert books.core.settings == settings


def test_a_record_may_be_read_otherwise_than_it_is_kept(books: Books) -> None:
    alter = {"alter": "$paid", "remove": ["CustomerRef", "TotalAmt"], "set": {"UnappliedAmt": load(b"1e400")}}
    ids = add_books(books.core, [*CASE, alter])
    read = _read(books, "Payment", ids["paid"])
    assert not {"CustomerRef", "TotalAmt"} & set(read)
    assert str(read["UnappliedAmt"]) == "1E+400"
    (queried,) = books.query("select * from Payment where CustomerRef = '1'")["Payment"]
    assert queried == read
    assert books.changes("2026-11-01", "Payment")[0]["Payment"] == [read]
    assert books.call("POST", "payment", {"Id": ids["paid"], "SyncToken": "0"}, operation="delete")[0] == 200
    assert _read(books, "Invoice", ids["bill"])["Balance"] == 100


def test_the_control_endpoint_builds_merges_and_alters() -> None:
    with running_simulator("empty", today=TODAY) as simulator:
        address = f"{simulator.base_url}/_control"
        ids = requests.post(f"{address}/books", json=CASE, timeout=10).json()["ids"]
        merged = requests.post(f"{address}/merge", json={"from": ids["ada"], "into": ids["bob"]}, timeout=10)
        assert merged.json() == {"merged": ids["ada"], "into": ids["bob"]}
        key = f"Payment:{ids['paid']}"
        altered = requests.post(f"{address}/record", json={"record": key, "remove": ["CustomerRef"]}, timeout=10)
        assert altered.json()["altered"] == {key: {"remove": ["CustomerRef"], "set": {}}}
        assert "CustomerRef" not in (simulator.company.get("Payment", ids["paid"]) or {})
        requests.post(f"{address}/record", json={"record": key}, timeout=10)
        assert (simulator.company.get("Payment", ids["paid"]) or {})["CustomerRef"]["value"] == ids["bob"]
        for path, body in (("books", [{"create": "Bill"}]), ("merge", {"from": ids["bob"], "into": ids["bob"]})):
            assert requests.post(f"{address}/{path}", json=body, timeout=10).status_code == 400
        assert requests.post(f"{address}/record", json={"record": "Payment:77"}, timeout=10).status_code == 404
        assert requests.post(f"{address}/books", data=b"{", timeout=10).status_code == 400


def test_the_state_file_keeps_alterations_and_a_case_is_built_once(tmp_path: Path) -> None:
    path, clock = tmp_path / "books.sqlite", new_books().core.clock
    core = QuickBooks(clock)
    assert open_state(core, path)
    begin(core, "empty", [*CASE, {"alter": "$paid", "remove": ["CustomerRef"]}])
    assert core.state is not None
    core.state.close()
    again = QuickBooks(clock)
    assert not open_state(again, path)
    company = next(iter(again.realms.values()))
    assert [("CustomerRef" in each, each["TotalAmt"]) for each in company.all("Payment")] == [(False, 60)]
    assert again.state is not None
    again.state.close()


def test_the_command_refuses_a_file_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    for text in ("{", json.dumps([{"create": "Bill"}])):
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(command, ["--port", "0", "--company", "empty", "--books", str(file)])
        assert (result.exit_code, str(file) in result.output) == (2, True)
    missing = CliRunner().invoke(command, ["--books", str(tmp_path / "none.json")])
    assert missing.exit_code == 2


def test_the_case_in_the_documentation_can_be_built(books: Books) -> None:
    text = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    (case,) = [block.partition("\n```")[0] for block in text.split("```json\n")[1:]]
    assert add_books(books.core, load(case.encode()))["paid"] == "2"
    read = books.get("Payment", "2")
    assert ("CustomerRef" in read, float(read["TotalAmt"])) == (False, 1e30)

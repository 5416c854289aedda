"""The query language, as recorded traffic and real clients use it."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from hostsim.qbo_simulator.base.http import Request, Response, load
from tests.support.simulator.simulator_calls import Books, new_books


@pytest.fixture(scope="module")
def books() -> Books:
    books = new_books()
    ada, amy = books.customer("Ada", PrimaryEmailAddr={"Address": "ada@example.com"}), books.customer("Amy's Birds")
    books.customer("Back\\slash & Söhne")
    for day in range(1, 6):
        books.core.clock.advance(60)
        books.invoice(ada, day * 10, TxnDate=f"2026-11-0{day}")
    books.core.clock.advance(60)
    books.pay(amy, 7, PaymentRefNum="CK 1", PaymentMethodRef={"value": "2"})
    gone = books.customer("Zed")
    books.post("Customer", {"Id": gone, "SyncToken": "0", "sparse": True, "Active": False})
    return books


FOUND = [
    ("SELECT * FROM Invoice", 5),
    ("select * from invoice where Balance > '20'", 3),
    ("select * from Invoice where balance >= 20 AND Balance < '50.00'", 3),
    ("select * from Invoice where TxnDate = '2026-11-02'", 1),
    ("select * from Invoice where TxnDate <= 'CURRENT_DATE' and TxnDate >= '2026-11-04'", 2),
    ("select * from Invoice where CustomerRef = '1' maxresults 2", 2),
    ("select * from Invoice where CustomerRef IN ('1','2') MAXRESULTS 2 STARTPOSITION 5", 1),
    ("select * from Invoice STARTPOSITION 6 MAXRESULTS 100", 0),
    ("select * from Invoice where DocNumber = '1003'", 1),
    ("select * from Invoice where DocNumber like '10%3'", 1),
    ("select * from Invoice where DocNumber LIKE '%'", 5),
    ("select * from Invoice where Id = '1'", 1),
    ("select * from Invoice where id in ('1', '2', '99')", 2),
    ("select * from Invoice Where Metadata.LastUpdatedTime>'2019-01-13T14:50:22-08:00' Order By Metadata.LastUpdatedTime", 5),
    ("select * from Invoice where MetaData.CreateTime > '2030-01-01T00:00:00Z'", 0),
    ("select * from Customer", 3),
    ("select * from Customer where Active IN ( true, false )", 4),
    ("select * from Customer where Active = false", 1),
    ("SELECT * FROM Customer WHERE DisplayName = 'Amy\\'s Birds'", 1),
    ("SELECT * FROM Customer WHERE DisplayName = 'amy\\'s birds'", 1),
    ("SELECT * FROM Customer WHERE DisplayName = 'Back\\\\slash & söhne'", 1),
    ("SELECT * FROM Customer WHERE DisplayName = ''", 0),
    ("select * from Customer where PrimaryEmailAddr = 'ada@example.com'", 1),
    ("select * from Customer where BalanceWithJobs > '100'", 1),
    ("select * from Payment where PaymentRefNum = 'ck 1' and TotalAmt = '7.00'", 1),
    ("select * from Payment where PaymentMethodRef = '2'", 1),
    ("select * from PaymentMethod where Name = 'Visa'", 1),
    ("select *, Sku from Item", 2),
    ("select * from Customer where DisplayName != 'Ada'", 2),
    ("select * from Customer where DisplayName != 'ada' and Active in (true, false)", 3),
    ("select * from Customer where PrimaryEmailAddr != 'x@example.com'", 1),
    ("select * from Customer where PrimaryEmailAddr != ' '", 1),
    ("select * from Customer where PrimaryEmailAddr > ' '", 0),
    ("select * from Invoice where Balance != '0' and DocNumber < ' '", 0),
    ("select * from Account where FullyQualifiedName = 'Undeposited Funds'", 1),
    ("select * from Customer where DisplayName like 'A%' and Active != false", 2),
    ("select * from Preferences", 1),
]


@pytest.mark.parametrize(("text", "count"), FOUND)
def test_statement_finds_what_it_should(books: Books, text: str, count: int) -> None:
    told = books.query(text)
    assert told.get("maxResults", 0) == count
    if count == 0:
        assert told == {}


def test_count_has_nothing_but_the_count(books: Books) -> None:
    assert books.query("SELECT COUNT(*) FROM Invoice WHERE Balance > '20'") == {"totalCount": 3}
    assert books.query("SELECT COUNT(*) FROM Invoice WHERE Balance > '2000'") == {"totalCount": 0}


def test_only_invoices_tell_the_total(books: Books) -> None:
    assert books.query("select * from Invoice maxresults 2")["totalCount"] == 5
    assert "totalCount" not in books.query("select * from Customer")


def test_transactions_come_newest_change_first(books: Books) -> None:
    assert [each["Id"] for each in books.query("select * from Invoice")["Invoice"]] == ["5", "4", "3", "2", "1"]


def test_names_come_in_order_of_the_alphabet(books: Books) -> None:
    names = [each["DisplayName"] for each in books.query("select * from Customer")["Customer"]]
    assert names == ["Ada", "Amy's Birds", "Back\\slash & Söhne"]


@pytest.mark.parametrize("words", ["ORDERBY Balance DESC", "order by Balance desc", "ORDER BY Balance DESC, Id ASC"])
def test_order_may_be_asked_for(books: Books, words: str) -> None:
    found = books.query(f"select * from Invoice {words} maxresults 2")["Invoice"]
    assert [each["Balance"] for each in found] == [Decimal("50.00"), Decimal("40.00")]


def test_columns_may_be_picked(books: Books) -> None:
    (found,) = books.query("select DisplayName, MetaData.CreateTime from Customer where Id = '1'")["Customer"]
    assert set(found) == {"domain", "sparse", "Id", "MetaData", "DisplayName"}


def test_statement_may_be_posted(books: Books) -> None:
    status, told = books.call("POST", "query", b"select * from Customer where Id = '1'", minorversion="75")
    assert (status, told["QueryResponse"]["maxResults"]) == (200, 1)


def test_every_account_but_one_may_be_asked_for(books: Books) -> None:
    everything = books.query("select * from Account maxresults 1000")["maxResults"]
    found = books.query("select * from Account where FullyQualifiedName != 'Undeposited Funds' maxresults 1000")
    assert found["maxResults"] == everything - 1


@pytest.mark.parametrize("field", ["query", "Query"])
def test_statement_may_be_posted_as_a_form(books: Books, field: str) -> None:
    form = urlencode({field: "select * from Customer where DisplayName = 'Back\\\\slash & söhne'", "x": "1"}).encode()
    headers = {"authorization": f"Bearer {books.token}", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = books.core.handle(Request("POST", f"/v3/company/{books.realm}/query", (), headers, form))
    assert isinstance(answer, Response)
    assert (answer.status, load(answer.body)["QueryResponse"]["maxResults"]) == (200, 1)


def test_tax_codes_that_every_company_has_come_first_and_are_not_counted(books: Books) -> None:
    found = books.query("select * from TaxCode maxresults 1")
    codes = [(each["Id"], each["Name"], each["Taxable"]) for each in found["TaxCode"]]
    assert codes[:3] == [("TAX", "TAX", True), ("NON", "NON", False), ("CustomSalesTax", "CustomSalesTax", True)]
    assert found["maxResults"] == len(codes) <= 4
    assert "TaxCode" not in books.query("select * from TaxCode where Name = 'TAX'")
    assert books.query("select count(*) from TaxCode")["totalCount"] == len(books.company.tables["TaxCode"])


PARSER = "QueryParserError: "
VALIDATION = "QueryValidationError: "
REFUSED = [
    ("SELECT & FROM Customer", "4000", 'Invalid content.  Lexical error at line 1, column 9.  Encountered: " " (32), after : "&"'),
    (
        "SELECT * FROM Vendor WHERE Active IN '(true, false)'",
        "4000",
        'Encountered " <STRING> "\\\'(true, false)\\\' "" at line 1, column 38.\nWas expecting:\n    "(" ...\n    ',
    ),
    (
        'SELECT * FROM Customer WHERE DisplayName = "Amy\'s Bird Sanctuary"',
        "4000",
        'Invalid content.  Lexical error at line 1, column 44.  Encountered: "\\"" (34), after : ""',
    ),
    ("SELECT * FROM Custmoer", "4001", "invalid context declaration: Custmoer"),
    ("select * from Customer where Email = 'x'", "4001", "Property Email not found for Entity Customer"),
    ("SELECT * FROM Payment WHERE UnappliedAmt!='0.0'", "4001", "property 'UnappliedAmt' is not queryable"),
    ("SELECT * FROM Payment WHERE PrivateNote = 'x'", "4001", "property 'PrivateNote' is not queryable"),
    ("SELECT * FROM CreditMemo WHERE RemainingCredit > '0'", "4001", "property 'RemainingCredit' is not queryable"),
    ("select * from Payment startposition 0", "4001", "value 0 is too small. Min allowed value is 1"),
]


@pytest.mark.parametrize(("text", "code", "detail"), REFUSED)
def test_refused_statement_has_the_recorded_words(books: Books, text: str, code: str, detail: str) -> None:
    error = books.query_error(text)
    assert error["code"] == code
    assert error["Detail"] == (PARSER if code == "4000" else VALIDATION) + detail


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select",
        "select * from",
        "select * from Invoice where",
        "select * from Invoice where Id > '3'",
        "select * from Invoice where Id != '3'",
        "select * from Invoice where Balance > 'much'",
        "select * from Invoice where TxnDate > 'yesterday'",
        "select * from Invoice where Id = 'x'",
        "select * from Invoice where Id = '1' or Id = '2'",
        "select * from Invoice maxresults 1001",
        "select * from Invoice limit 5",
        "select * from Invoice orderby PrivateNote",
        "delete from Invoice",
    ],
)
def test_nonsense_is_refused_politely(books: Books, text: str) -> None:
    assert books.query_error(text)["code"] in ("4000", "4001")

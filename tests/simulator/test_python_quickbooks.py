"""python-quickbooks, as it comes, against the simulator over HTTP: what a user of it would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException, ValidationException
from quickbooks.objects import (
    Account,
    CreditMemo,
    Customer,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PaymentMethod,
    Preferences,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.base import LinkedTxn

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator


@dataclass
class Session:
    sim: RunningSimulator
    auth: AuthClient
    client: Any


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with pytest.MonkeyPatch.context() as patch, running_simulator("demo", clock=Clock()) as sim:
        patch.setattr(QuickBooks, "api_url_v3", f"{sim.base_url}/v3")
        patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # oauthlib's own switch for plain HTTP
        told = sim.credentials()
        auth = AuthClient(told["client_id"], told["client_secret"], "http://localhost/back", sim.discovery_url)
        client = QuickBooks(
            auth_client=auth,
            refresh_token=told["refresh_token"],
            company_id=told["realm"],
            minorversion=75,
            use_decimal=True,
        )
        yield Session(sim, auth, client)
        client.session.close()
        auth.close()


def _customer(session: Session, name: str) -> Any:
    customer = Customer()
    customer.DisplayName = name
    return customer.save(qb=session.client)


def _line(amount: Decimal) -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    item = Ref()
    item.value = "1"
    line.SalesItemLineDetail.ItemRef = item
    return line


def _invoice(session: Session, customer: Any, amount: str) -> Any:
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.Line.append(_line(Decimal(amount)))
    return invoice.save(qb=session.client)


def _payment(customer: Any, amount: str, *invoices: Any) -> Any:
    payment = Payment()
    payment.CustomerRef = customer.to_ref()
    payment.TotalAmt = Decimal(amount)
    for invoice in invoices:
        linked = LinkedTxn()
        linked.TxnId, linked.TxnType = invoice.Id, "Invoice"
        line = PaymentLine()
        line.Amount, line.LinkedTxn = invoice.Balance, [linked]
        payment.Line.append(line)
    return payment


def test_create_read_update_void_delete(session: Session) -> None:
    customer = _customer(session, "Quill & Sons' Pens")
    invoice = _invoice(session, customer, "120.50")
    paid = _payment(customer, "150", invoice).save(qb=session.client)
    assert (paid.UnappliedAmt, paid.TotalAmt) == (Decimal("29.50"), Decimal("150.00"))
    read = Payment.get(paid.Id, qb=session.client)
    read.PrivateNote = "seen"
    changed = read.save(qb=session.client)
    assert (changed.PrivateNote, changed.SyncToken, changed.UnappliedAmt) == ("seen", "1", Decimal("29.50"))
    voided = changed.void(qb=session.client)
    assert voided["Payment"]["TotalAmt"] == 0
    again = Payment.get(paid.Id, qb=session.client)
    assert again.delete(qb=session.client)["Payment"]["status"] == "Deleted"
    with pytest.raises(ObjectNotFoundException):
        Payment.get(paid.Id, qb=session.client)


def test_void_an_invoice(session: Session) -> None:
    invoice = _invoice(session, _customer(session, "Voider"), "10")
    assert invoice.void(qb=session.client)["Invoice"]["PrivateNote"] == "Voided"


def test_credit_memo_and_its_application(session: Session) -> None:
    customer = _customer(session, "Credited")
    invoice = _invoice(session, customer, "80")
    memo = CreditMemo()
    memo.CustomerRef = customer.to_ref()
    memo.Line.append(_line(Decimal("30")))
    memo.GlobalTaxCalculation = "NotApplicable"
    memo = memo.save(qb=session.client)
    assert memo.RemainingCredit == Decimal("30.00")
    payment = _payment(customer, "0", invoice)
    payment.Line[0].Amount = Decimal("30")
    linked = LinkedTxn()
    linked.TxnId, linked.TxnType = memo.Id, "CreditMemo"
    line = PaymentLine()
    line.Amount, line.LinkedTxn = Decimal("30"), [linked]
    payment.Line.append(line)
    payment.save(qb=session.client)
    assert CreditMemo.get(memo.Id, qb=session.client).RemainingCredit == 0
    assert Invoice.get(invoice.Id, qb=session.client).Balance == Decimal("50.00")


def test_query_and_count(session: Session) -> None:
    client = session.client
    assert Customer.count(qb=client) == len(Customer.all(max_results=1000, qb=client))
    assert [each.DisplayName for each in Customer.filter(DisplayName="O'Connor Plumbing", qb=client)] == ["O'Connor Plumbing"]
    assert {each.Id for each in Customer.choose(["1", "2"], qb=client)} == {"1", "2"}
    assert len(Invoice.where("Balance > '0'", order_by="TxnDate", start_position=1, max_results=7, qb=client)) == 7
    assert {each.Name for each in PaymentMethod.all(qb=client)} >= {"Visa", "Check"}
    assert any(each.AccountSubType == "UndepositedFunds" for each in Account.all(qb=client))
    assert len(Item.all(order_by="Name", qb=client)) == 7
    assert Preferences.get(qb=client).CurrencyPrefs.HomeCurrency.value == "USD"
    with pytest.raises(ValidationException, match="Invalid query"):
        Payment.where("UnappliedAmt > '0'", qb=client)


def test_batches(session: Session) -> None:
    customer = _customer(session, "Batch")
    made = batch_create([_payment(customer, str(n + 1)) for n in range(35)], qb=session.client)
    assert (len(made.successes), len(made.faults)) == (35, 0)
    for payment in made.successes:
        payment.PrivateNote = "changed"
    assert len(batch_update(made.successes[:5], qb=session.client).successes) == 5
    assert len(batch_delete(made.successes[5:10], qb=session.client).successes) == 5
    assert len(batch_update(made.successes[:1], qb=session.client).faults) == 1


def test_change_feed(session: Session) -> None:
    since = session.sim.clock.now().isoformat()
    customer = _customer(session, "Feed")
    _payment(customer, "3").save(qb=session.client)
    told = change_data_capture([Payment, Customer], since, qb=session.client)
    assert "3.00" in {str(each.TotalAmt) for each in told.Payment._object_list}
    assert "Feed" in {each.DisplayName for each in told.Customer._object_list}


def test_request_id_makes_one_payment(session: Session) -> None:
    customer = _customer(session, "Twice")
    first = _payment(customer, "4").save(qb=session.client, request_id="one-and-only")
    second = _payment(customer, "4").save(qb=session.client, request_id="one-and-only")
    assert first.Id == second.Id


def test_send_and_print(session: Session) -> None:
    customer = _customer(session, "Mail")
    invoice = _invoice(session, customer, "10")
    sent = invoice.send(qb=session.client, send_to="x@example.com")
    assert sent["Invoice"]["EmailStatus"] == "EmailSent"
    assert invoice.download_pdf(qb=session.client).startswith(b"%PDF")


def test_throttled_call_cannot_be_read_by_it(session: Session) -> None:
    session.sim.trouble("throttled")
    with pytest.raises(QuickbooksException, match="Error reading json response"):
        Customer.get(1, qb=session.client)


def test_refresh_and_revoke_come_last(session: Session) -> None:
    session.auth.refresh()
    session.client.session.access_token = session.auth.access_token
    assert Customer.get(1, qb=session.client).DisplayName == "Amy's Bird Sanctuary"
    session.auth.revoke()
    with pytest.raises(AuthorizationException):
        Customer.get(1, qb=session.client)

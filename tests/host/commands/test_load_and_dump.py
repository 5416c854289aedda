"""`hostsim load` and `hostsim dump` speak one JSON: what is loaded is dumped, and one mistake leaves everything as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result

from hostsim.cli import main
from hostsim.practice.database import open_practice
from hostsim.practice.model import PaymentToRecord
from tests.support.hosts.firm_files import FIRM, MISTAKES, one_payment
from tests.support.hosts.practice_samples import ADDIN

Json = dict[str, Any]
NOVA: Json = {"clients": [{"name": "Nova"}], "payments": [{"client": "Nova", "date": "2026-11-01", "amount": "5.00"}]}
IDS = {
    "clients": ["client:1", "client:2", "client:3"],
    "invoices": ["invoice:1", "invoice:2"],
    "payments": ["payment:1", "payment:2", "payment:3"],
    "credit_memos": ["credit_memo:4"],
}


@dataclass(frozen=True, slots=True)
class Firm:
    """A practice's database, and the commands on it."""

    url: str

    def call(self, *arguments: str, given: str | None = None) -> Result:
        """Run a command."""
        return CliRunner().invoke(main, [*arguments], input=given, env={"HOSTSIM_DATABASE": self.url})

    def load(self, content: object, *options: str) -> Any:
        """Load what must be good; the ids."""
        result = self.call("load", *options, "-", given=json.dumps(content))
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, content: object) -> str:
        """Load what must be refused, with nothing changed; what was said."""
        before = self.dump()
        result = self.call("load", "-", given=content if isinstance(content, str) else json.dumps(content))
        assert (result.exit_code, result.stdout) == (2, "")
        assert self.dump() == before
        assert result.stderr.endswith(" Nothing was loaded.\n")
        return result.stderr.removesuffix(" Nothing was loaded.\n")

    def dump(self, *options: str) -> Json:
        """What is dumped."""
        result = self.call("dump", *options)
        assert result.exit_code == 0, result.output
        found: Json = json.loads(result.stdout)
        return found

    def one(self, name: str, number: str) -> Json:
        """One entry of the dump, by number or name."""
        found: Json
        (found,) = [each for each in self.dump()[name] if number in {each.get("number"), each.get("name")}]
        return found


@pytest.fixture
def firm(database_url: str) -> Firm:
    """An empty practice."""
    opened = open_practice(database_url)
    opened.marks(ADDIN)
    opened.close()
    return Firm(database_url)


@pytest.fixture
def loaded(firm: Firm) -> Firm:
    """A practice with the firm above."""
    assert firm.load(FIRM) == IDS
    return firm


def numbers(dumped: Json, name: str) -> list[str]:
    """The numbers or names of a list."""
    return [each.get("number") or each["name"] for each in dumped[name]]


def test_what_is_loaded_is_dumped_with_what_is_known_beside_it(loaded: Firm) -> None:
    dumped = loaded.dump()
    assert list(dumped) == ["clients", "invoices", "payments", "credit_memos"]
    assert dumped["clients"][0] == {
        **FIRM["clients"][0],
        **{"id": "client:1", "active": True, "currency": "USD", "balance": "40.00", "unapplied": "10.00"},
    }
    assert [(each["active"], each["currency"]) for each in dumped["clients"]] == [(True, "USD"), (False, "USD"), (True, "JPY")]
    assert dumped["invoices"][1] == {**FIRM["invoices"][1], "id": "invoice:2", "balance": "50.00"}
    assert dumped["payments"][0] == {
        **FIRM["payments"][0],
        **{"id": "payment:1", "number": "P-2001", "unapplied": "10.00", "external_key": "", "mark": "", "quickbooks_id": ""},
    }
    assert [each["amount"] for each in dumped["payments"]] == ["70.00", "5000.00", "10.005"]
    assert numbers(dumped, "payments") == ["P-2001", "P-2000", "P-2002"]
    assert (dumped["credit_memos"][0]["number"], dumped["credit_memos"][0]["unapplied"]) == ("CM-0001", "0.00")


def test_a_dump_can_be_loaded_and_changes_nothing(loaded: Firm) -> None:
    before = loaded.dump()
    assert loaded.load(before)["payments"] == IDS["payments"]
    assert loaded.dump() == before
    practice = open_practice(loaded.url)
    assert {record.version for record in practice.ledger.records(IDS["payments"])} == {0}
    practice.close()


def test_a_file_begins_with_an_empty_firm_when_asked(loaded: Firm) -> None:
    ids = loaded.load(
        {"clients": [{"name": "Nova"}], "payments": [{"client": "Nova", "date": "2026-11-01", "amount": "5.00"}]}, "--empty"
    )
    dumped = loaded.dump()
    assert (numbers(dumped, "clients"), numbers(dumped, "payments"), dumped["invoices"]) == (["Nova"], ["P-1001"], [])
    assert not set(ids["payments"]) & set(IDS["payments"])  # links of the firm before must not fit


def test_what_has_a_number_is_updated_and_what_is_not_said_stays(loaded: Firm) -> None:
    change = {
        "clients": [{"name": "Cool Cars", "active": True, "email": "pay@cool.example"}],
        "invoices": [{"number": "INV-1", "client": "Amy's Bird Sanctuary", "total": "120.00"}],
        "payments": [
            {"number": "P-2001", "reference": "4412", "amount": "90.00"},
            {"number": "P-2002", "amount": "20.00", "applications": [{"invoice": "INV-1", "amount": "20.00"}]},
        ],
        "credit_memos": [{"number": "CM-0001", "applications": []}],
    }
    assert loaded.load(change) == {
        "clients": ["client:2"],
        "invoices": ["invoice:1"],
        "payments": ["payment:1", "payment:3"],
        "credit_memos": ["credit_memo:4"],
    }
    first, third = loaded.one("payments", "P-2001"), loaded.one("payments", "P-2002")
    assert (first["reference"], first["amount"], first["unapplied"], first["memo"]) == ("4412", "90.00", "30.00", "thanks")
    assert (third["amount"], third["unapplied"], third["date"]) == ("20.00", "0.00", "2026-11-20")
    assert [each["balance"] for each in loaded.dump()["invoices"]] == ["60.00", "60.00"]
    assert loaded.one("credit_memos", "CM-0001")["unapplied"] == "30.00"
    assert (loaded.one("clients", "Cool Cars")["active"], loaded.one("clients", "Cool Cars")["email"]) == (True, "pay@cool.example")


def test_deleted_removes_and_leaves_the_rest(loaded: Firm) -> None:
    gone = [{"number": "P-2001", "deleted": True}, {"number": "P-2002", "deleted": True}]
    amy = {"number": "INV-1", "client": "Amy's Bird Sanctuary", "deleted": True}
    loaded.load({"payments": gone, "invoices": [amy], "clients": [{"name": "Amy's Bird Sanctuary", "deleted": True}]})
    dumped = loaded.dump()
    assert (numbers(dumped, "payments"), numbers(dumped, "clients")) == (["P-2000"], ["Cool Cars", "Kioto KK"])
    again = loaded.load(NOVA)
    assert (again["payments"], again["clients"]) == (["payment:5"], ["client:4"])


def test_room_that_a_file_makes_is_used_by_the_same_file(loaded: Firm) -> None:
    """The payment that takes the whole invoice stands before the one that leaves it."""
    new = {
        "client": "Amy's Bird Sanctuary",
        "date": "2026-11-21",
        "amount": "100.00",
        "applications": [{"invoice": "INV-1", "amount": "100.00"}],
    }
    loaded.load({"payments": [new, {"number": "P-2001", "applications": []}]})
    assert loaded.one("payments", "P-2001")["unapplied"] == "70.00"
    assert loaded.dump()["invoices"][0]["balance"] == "0.00"


def test_births_keys_and_marks_are_not_touched(loaded: Firm) -> None:
    practice = open_practice(loaded.url)
    key = "quickbooks:123:Payment:698"
    given = {"external_key": key, "client_id": "1", "date": practice.ledger.records(["payment:1"])[0].date, "amount": "5.00"}
    practice.ledger.record_payments([cast(PaymentToRecord, given)])
    practice.marks(ADDIN).put([{"ref": "payment:1", "state": "synchronized", "external_id": "731"}])
    births = [record.birth for record in practice.ledger.records(["payment:1", "payment:5"])]
    loaded.load({"payments": [{"number": "P-2001", "amount": "75.00"}, {"number": "P-2003", "memo": "x"}]})
    first, brought = loaded.one("payments", "P-2001"), loaded.one("payments", "P-2003")
    assert (first["mark"], first["quickbooks_id"], first["external_key"]) == ("synchronized", "731", "")
    assert (brought["mark"], brought["quickbooks_id"], brought["external_key"]) == ("", "698", key)
    assert [record.birth for record in practice.ledger.records(["payment:1", "payment:5"])] == births
    assert practice.ledger.records(["payment:1"])[0].version == 1
    practice.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("content", "said"), MISTAKES, ids=[said[:60] for _, said in MISTAKES])
def test_one_mistake_refuses_the_whole_file_with_place_and_reason(loaded: Firm, content: object, said: str) -> None:
    assert loaded.refused(content).startswith(said)


def test_a_mistake_after_an_emptied_firm_leaves_the_firm(loaded: Firm) -> None:
    before = loaded.dump()
    result = loaded.call(
        "load", "--empty", "-", given=json.dumps({"payments": [{"client": "Nobody", "date": "2026-11-01", "amount": "1"}]})
    )
    assert (result.exit_code, loaded.dump()) == (2, before)


def test_a_client_or_invoice_that_several_are_is_no_name(loaded: Firm) -> None:
    practice = open_practice(loaded.url)
    with practice.database.writing() as connection:
        connection.exec_driver_sql("UPDATE practice_clients SET name = 'Cool Cars' WHERE id = 3")
    practice.close()
    assert loaded.refused(one_payment(client="Cool Cars")) == "payments[1].client: Several clients are called 'Cool Cars'."


def test_the_firms_currency_is_what_a_file_says(firm: Firm) -> None:
    firm.load({"currency": "EUR", "clients": [{"name": "A"}, {"name": "B", "currency": "USD"}]})
    assert [each["currency"] for each in firm.dump()["clients"]] == ["EUR", "USD"]


def test_a_dump_is_filtered_by_dates(loaded: Firm) -> None:
    dumped = loaded.dump("--from", "2026-11-18", "--to", "2026-11-19")
    assert (numbers(dumped, "payments"), dumped["credit_memos"]) == (["P-2001", "P-2000"], [])
    assert [each["id"] for each in dumped["invoices"]] == ["invoice:1"]
    assert numbers(dumped, "clients") == ["Amy's Bird Sanctuary", "Kioto KK"]
    assert [each["id"] for each in loaded.dump("--from", "2026-10-02", "--to", "2026-10-02")["invoices"]] == ["invoice:2"]


@pytest.mark.parametrize("name", ["P-2001", "p-2001", "payment:1", "1"])
def test_a_dump_holds_the_records_selected(loaded: Firm, name: str) -> None:
    dumped = loaded.dump("--select", name, "--select", "CM-0001")
    assert (numbers(dumped, "payments"), numbers(dumped, "credit_memos")) == (["P-2001"], ["CM-0001"])
    assert (len(dumped["invoices"]), numbers(dumped, "clients")) == (2, ["Amy's Bird Sanctuary", "Cool Cars"])


def test_a_selection_that_is_not_there_is_said(loaded: Firm) -> None:
    result = loaded.call("dump", "--select", "P-20")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "There is no record P-20. Nothing was written.\n"


def test_a_file_is_read_by_name_and_must_be_text(loaded: Firm, tmp_path: Path) -> None:
    file = tmp_path / "firm.json"
    file.write_text("\ufeff" + json.dumps({"clients": [{"name": "Zoë"}]}, ensure_ascii=False), "utf-8")
    assert loaded.call("load", str(file)).exit_code == 0
    assert loaded.one("clients", "Zoë")["id"] == "client:4"
    file.write_bytes(b'{"clients": [{"name": "Zo\xeb"}]}')
    result = loaded.call("load", str(file))
    assert (result.exit_code, result.stderr) == (2, "The file is not text in UTF-8. Nothing was loaded.\n")
    assert loaded.call("load", str(tmp_path / "none.json")).exit_code == 2

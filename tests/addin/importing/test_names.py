"""Invoice numbers and names that people write differently: the same invoice, and a suggestion that is never a link by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qb_plugin.model import Entity
from tests.support.addin.import_scene import ImportScene

# How the number stands here, and how in QuickBooks.
SAME_NUMBER = [
    ("inv-{}", "INV-{}"),
    ("INV-{}", "inv-{}"),
    ("Inv-{}a", "iNV-{}A"),
    (" INV-{}", "INV-{}"),
    ("INV-{} ", "INV-{}"),
    ("INV-{}", "  INV-{}  "),
    ("  inv {}", "INV {}"),
    ("RÉF-{}", "réf-{}"),
    ("Straße-{}", "STRASSE-{}"),
    ("ÅÄÖ{}", "åäö{}"),
    ("{}x", "{}X"),
]
OTHER_NUMBER = [("INV-{}", "INV{}"), ("INV-{}", "INV- {}"), ("REF-{}", "RÉF-{}"), ("{}", "0{}"), ("INV-{}-1", "INV-{}-2")]


def paid_there(scene: ImportScene, here: str, there: str) -> tuple[str, dict[str, Decimal]]:
    """A client with an invoice of the one number, whose customer pays that of the other: what is said, and what it pays here."""
    turn = scene.number()
    name = f"Nora {turn}"
    customer = scene.client(name)
    bill = scene.bill(name, here.format(turn), "25.00")
    owed = scene.quickbooks.invoice(customer, 25, DocNumber=there.format(turn))
    paid = scene.quickbooks.pay(customer, 25, (owed["Id"], 25, "Invoice"))
    row = scene.take_one(paid)
    return row["message"].replace(str(turn), "#"), {
        each.replace(bill.number, "it"): part for each, part in scene.applied(paid).items()
    }


@pytest.mark.parametrize(("here", "there"), SAME_NUMBER)
def test_case_and_outer_blanks_make_no_other_invoice(scene: ImportScene, here: str, there: str) -> None:
    assert paid_there(scene, here, there) == ("", {"it": Decimal(25)})


@pytest.mark.parametrize(("here", "there"), OTHER_NUMBER)
def test_any_other_difference_makes_one(scene: ImportScene, here: str, there: str) -> None:
    said, applied = paid_there(scene, here, there)
    assert applied == {}
    assert said.endswith("is not here, so 25.00 is unapplied.")


def test_of_two_numbers_that_differ_in_case_the_exact_one_is_meant(scene: ImportScene) -> None:
    customer = scene.client("Olga")
    scene.bill("Olga", "ab-1", "25.00")
    scene.bill("Olga", "AB-1", "25.00")
    owed = scene.quickbooks.invoice(customer, 25, DocNumber="AB-1")
    paid = scene.quickbooks.pay(customer, 25, (owed["Id"], 25, "Invoice"))
    scene.take_one(paid)
    assert scene.applied(paid) == {"AB-1": Decimal(25)}
    scene.bill("Olga", "ac-2", "25.00")
    scene.bill("Olga", "AC-2", "25.00")
    mixed = scene.quickbooks.invoice(customer, 25, DocNumber="Ac-2")
    row = scene.take_one(scene.quickbooks.pay(customer, 25, (mixed["Id"], 25, "Invoice"), TxnDate="2026-11-03"))
    assert row["message"] == "The number Ac-2 is on more than one invoice of Olga here, so 25.00 is unapplied."


# The name here, and in QuickBooks.
SAME_NAME = [
    ("Amy's Birds {}", "Amy’s Birds {}"),
    ("O‘Brien {}", "O'Brien {}"),
    ("Café {}", "Cafe\u0301 {}"),
    ("Bjo\u0308rn {}", "Björn {}"),
    ("Smith - Jones {}", "Smith – Jones {}"),
    ("Smith—Jones {}", "Smith-Jones {}"),
    ("No\u00a0Break {}", "No Break {}"),
    ("Zero\u200bWidth {}", "ZeroWidth {}"),
    ("Soft\u00adHyphen {}", "SoftHyphen {}"),
    ("“Quoted” {}", '"Quoted" {}'),
    ("ＷＩＤＥ {}", "wide {}"),
    ("Thin\u2009Space {}", "thin  space {}"),
]


@pytest.mark.parametrize(("here", "there"), SAME_NAME)
def test_names_that_look_the_same_are_suggested_and_not_linked(scene: ImportScene, here: str, there: str) -> None:
    turn = scene.number()
    customer = scene.client(here.format(turn), customer=scene.quickbooks.customer(there.format(turn)), matched=False)
    form = scene.host.forms["match-clients"]
    form.open({})
    rows = form.rows({}, None)
    (row,) = (each for each in rows.page(0, rows.count) if each["cells"]["client"] == here.format(turn))
    assert (row["outcome"], row["cells"]["customer"]["value"], row["cells"]["why"]) == ("ready", customer, "Same name")
    links = scene.addin.runtime().links.by_quickbooks(scene.quickbooks.realm, Entity.CUSTOMER, [customer])
    assert links == {}

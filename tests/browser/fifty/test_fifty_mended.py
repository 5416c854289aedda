"""Fifty rows with something wrong, each mended by its own button in the form and then exported; with the mouse, and with the
keyboard alone. The kinds are those of `cases.CASES`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, row_of
from tests.browser.fifty.desk import Desk
from tests.browser.fifty.firm import control
from tests.browser.fifty.hands import Hands, Keyboard, Mouse, count_pointers, pointers_of
from tests.browser.fifty.reading import KINDS, QuickBooksSide, facts_here, facts_there, ledger_records, numbers_of_invoices
from tests.browser.fifty.wrong.cases import CASES, EARLIER, client_of, customer_of
from tests.browser.fifty.wrong.refusals import refuse_memos
from tests.browser.fifty.wrong.wrong_firm import running_wrong_firm, transactions_by_hand

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The firm in the morning."""
    with running_wrong_firm(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a fresh profile, which counts what a mouse does."""
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    count_pointers(context)
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def work(desk: Desk, places: list[int], numbers: Mapping[int, str]) -> None:
    """What can be seen before a run is mended first; then what QuickBooks asks or refuses; then all is there."""
    for place in places:
        if not CASES[place].late:
            desk.mend(numbers[place], CASES[place].steps)
    desk.export_all()
    for place in places:
        if CASES[place].late:
            desk.mend(numbers[place], CASES[place].steps)
    desk.export_all()
    for place in places:
        desk.hands.row(desk.form, numbers[place])
        expect(row_of(desk.form, numbers[place])).to_have_attribute("data-outcome", "synchronized")


def numbers_of_cases(demo: Demo) -> dict[int, str]:
    """What people call the cases' records; each is its client's only one, but for what was sent earlier."""
    records = [each for kind in KINDS for each in ledger_records(demo, kind) if each.reference not in EARLIER]
    by_client = {each.client_name: each.number for each in records}
    return {place: by_client[client_of(place)] for place, _ in enumerate(CASES)}


def places_of(kind: str, numbers: Mapping[int, str]) -> list[int]:
    """The cases of a kind of record, as the list has them."""
    return sorted((place for place, case in enumerate(CASES) if case.kind == kind), key=numbers.__getitem__)


def differences(demo: Demo) -> list[object]:
    """The cases whose customer has anything in QuickBooks but the record, once, as the ledger has it; what was by hand aside."""
    side, by_hand, found = QuickBooksSide(demo), transactions_by_hand(demo), list[object]()
    customers = {client_of(place): customer_of(place) for place, _ in enumerate(CASES)}
    for kind in KINDS:
        there, numbers = side.all(KINDS[kind][0]), numbers_of_invoices(side)
        made = [each for each in there if each["Id"] not in by_hand[kind]]
        for record in (each for each in ledger_records(demo, kind) if each.reference not in EARLIER):
            here, name = facts_here(record, customers), customers[record.client_name]
            own = [facts_there(each, kind, numbers) for each in made if each.get("CustomerRef", {}).get("name") == name]
            own = [each for each in own if each["reference"] not in EARLIER]
            found += [(here, own)] if own != [here] else []
    return found


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_fifty_rows_are_mended_where_they_stand_and_exported(page: Page, demo: Demo, kind: type[Mouse | Keyboard]) -> None:
    hands: Hands = kind(page)
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    form = page.get_by_role("dialog", name="Export Payments")
    desk, numbers = Desk(hands, page, form, demo), numbers_of_cases(demo)
    hands.tick(form.get_by_label("Auto Apply"))
    hands.untick(form.get_by_label("Hide Synchronized"))
    hands.press(form.get_by_role("button", name="Number"))
    expect(form.get_by_role("columnheader", name="Number")).to_have_attribute("aria-sort", "ascending")
    work(desk, places_of("payment", numbers), numbers)
    hands.tick(form.get_by_label("Credit Memos"))
    memos = places_of("credit_memo", numbers)
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", str(1 + len(memos)))
    for rule in refuse_memos(demo):
        control(demo.simulator, "trouble", rule)
    work(desk, memos, numbers)
    assert differences(demo) == []
    if kind is Keyboard:
        assert pointers_of(page.context.pages) == 0

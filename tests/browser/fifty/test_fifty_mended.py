"""Fifty rows with something wrong, each mended by its own button in the form and then exported; with the mouse, and with the
keyboard alone. The kinds are those of `kinds.CASES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import Demo, row_of
from tests.browser.fifty.hands import Hands, Keyboard, Mouse, count_pointers, pointers_of
from tests.browser.fifty.kinds import CASES, Case, How, Step, client_of, customer_of
from tests.browser.fifty.reading import KINDS, QuickBooksSide, facts_here, facts_there, ledger_records, numbers_of_invoices
from tests.browser.fifty.wrong_firm import SENT_EARLIER, running_wrong_firm, transactions_by_hand

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


@dataclass(frozen=True, slots=True)
class Desk:
    """The export form and whoever sits before it; `numbers` are those of the cases' records, by case."""

    hands: Hands
    page: Page
    form: Locator
    demo: Demo
    numbers: Mapping[int, str]

    def mend(self, place: int) -> None:
        """Go to the row, read why, and press what it offers, until nothing is wrong with it."""
        for step in CASES[place].steps:
            self.hands.row(self.form, self.numbers[place])
            message = self.form.get_by_role("status", name="Message")
            expect(message).to_contain_text(step.says)
            if step.key == "doubt_settled":
                self.end_trouble()
            self.hands.press(message.get_by_role("button", name=step.button))
            FOLLOWS[step.how](self, step)
            expect(row_of(self.form, self.numbers[place])).to_have_attribute("data-outcome", step.ends)

    def end_trouble(self) -> None:
        """QuickBooks' trouble is over."""
        assert requests.delete(f"{self.demo.simulator.base_url}/_control/trouble", timeout=10).status_code == 200

    def correct(self, step: Step) -> None:
        """Enter the value that is asked for."""
        label = step.button.split()[1].rstrip("…").capitalize()
        asked = self.page.get_by_role("dialog", name=label, exact=True)
        self.hands.fill(asked.get_by_label(label, exact=True), step.entered)
        self.hands.press(asked.get_by_role("button", name="Save"))

    def set_up(self, step: Step) -> None:
        """Make another choice in Settings, and come back."""
        settings = self.page.get_by_role("dialog", name="QuickBooks Settings")
        self.hands.choose(settings.get_by_label(step.field, exact=True), step.entered)
        self.hands.press(settings.get_by_role("button", name="Save", exact=True))
        expect(settings.get_by_text("Settings saved. Changed:")).to_be_visible()
        self.hands.press(settings.get_by_role("button", name="Close"))

    def match(self, step: Step) -> None:
        """Match the client to another customer, and come back."""
        matching = self.page.get_by_role("dialog", name="Match Clients")
        expect(matching.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")  # the row's client was looked for
        self.hands.pick(matching, "", "QuickBooks customer", step.entered)
        expect(matching.get_by_text("1 client linked.")).to_be_visible()
        self.hands.press(matching.get_by_role("button", name="Close"))

    def agree(self, step: Step) -> None:
        """Answer the question that comes first."""
        self.hands.press(self.page.get_by_role("alertdialog").get_by_role("button", name=step.button))

    def export_all(self) -> None:
        """Select all, and press Export Selected."""
        self.hands.press(self.form.get_by_role("button", name="Select All"))
        with self.page.expect_response("**/api/forms/export-payments/run"):
            self.hands.press(self.form.get_by_role("button", name="Export Selected"))
        expect(self.form.get_by_role("button", name="Export Selected")).to_be_enabled()

    def work(self, places: list[int]) -> None:
        """What can be seen before a run is mended first; then what QuickBooks asks or refuses; then all is there."""
        for place in places:
            if not CASES[place].late:
                self.mend(place)
        self.export_all()
        for place in places:
            if CASES[place].late:
                self.mend(place)
        self.export_all()
        for place in places:
            self.hands.row(self.form, self.numbers[place])
            expect(row_of(self.form, self.numbers[place])).to_have_attribute("data-outcome", "synchronized")


FOLLOWS: Mapping[How, Callable[[Desk, Step], None]] = {
    How.CORRECT: Desk.correct,
    How.SETTINGS: Desk.set_up,
    How.MATCH: Desk.match,
    How.PRESS: lambda _, __: None,
    How.ASK: Desk.agree,
}


def numbers_of_cases(demo: Demo) -> dict[int, str]:
    """What people call the cases' records; each is its client's only one, but for what was sent earlier."""
    records = [each for kind in KINDS for each in ledger_records(demo, kind) if each.reference != "EARLIER"]
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
        for record in (each for each in ledger_records(demo, kind) if each.reference != "EARLIER"):
            here, name = facts_here(record, customers), customers[record.client_name]
            own = [facts_there(each, kind, numbers) for each in made if each.get("CustomerRef", {}).get("name") == name]
            own = [each for each in own if each["reference"] != "EARLIER"]
            found += [(here, own)] if own != [here] else []
    return found


def names_of(cases: tuple[Case, ...]) -> set[str]:
    """The sentences that the cases meet."""
    return {step.key for case in cases for step in case.steps}


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_fifty_rows_are_mended_where_they_stand_and_exported(page: Page, demo: Demo, kind: type[Mouse | Keyboard]) -> None:
    hands: Hands = kind(page)
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    form = page.get_by_role("dialog", name="Export Payments")
    desk = Desk(hands, page, form, demo, numbers_of_cases(demo))
    hands.tick(form.get_by_label("Auto Apply"))
    hands.untick(form.get_by_label("Hide Synchronized"))
    hands.press(form.get_by_role("button", name="Number"))
    expect(form.get_by_role("columnheader", name="Number")).to_have_attribute("aria-sort", "ascending")
    desk.work(places_of("payment", desk.numbers))
    hands.tick(form.get_by_label("Credit Memos"))
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "6")
    desk.work(places_of("credit_memo", desk.numbers))
    assert differences(demo) == []
    if kind is Keyboard:
        assert pointers_of(page.context.pages) == 0


def test_the_cases_are_fifty_and_of_many_kinds() -> None:
    assert len(CASES) == 50
    assert len(names_of(CASES)) >= 35
    assert {case.reference for case in CASES} >= {*SENT_EARLIER} - {"EARLIER"}

"""Whoever sits before the export form and mends its rows, each by its own button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import Demo, row_of
from tests.browser.fifty.hands import Hands
from tests.browser.fifty.wrong.kinds import How, Step


@dataclass(frozen=True, slots=True)
class Desk:
    """The export form and whoever sits before it."""

    hands: Hands
    page: Page
    form: Locator
    demo: Demo

    def mend(self, number: str, steps: Sequence[Step]) -> None:
        """Go to the record's row, read why, and press what it offers, until nothing is wrong with it."""
        for step in steps:
            self.hands.row(self.form, number)
            message = self.form.get_by_role("status", name="Message")
            expect(message).to_contain_text(step.says)
            if step.button == "Look again":
                self.end_trouble()
            self.hands.press(message.get_by_role("button", name=step.button))
            FOLLOWS[step.how](self, number, step)
            expect(row_of(self.form, number)).to_have_attribute("data-outcome", step.ends)

    def end_trouble(self) -> None:
        """QuickBooks' trouble is over."""
        assert requests.delete(f"{self.demo.simulator.base_url}/_control/trouble", timeout=10).status_code == 200

    def correct(self, _: str, step: Step) -> None:
        """Enter the value that is asked for."""
        label = step.button.split()[1].rstrip("…").capitalize()
        asked = self.page.get_by_role("dialog", name=label, exact=True)
        self.hands.fill(asked.get_by_label(label, exact=True), step.entered)
        self.hands.press(asked.get_by_role("button", name="Save"))

    def set_up(self, _: str, step: Step) -> None:
        """Make another choice in Settings, and come back."""
        settings = self.page.get_by_role("dialog", name="QuickBooks Settings")
        self.hands.choose(settings.get_by_label(step.field, exact=True), step.entered)
        self.hands.press(settings.get_by_role("button", name="Save", exact=True))
        expect(settings.get_by_text("Settings saved. Changed:")).to_be_visible()
        self.hands.press(settings.get_by_role("button", name="Close"))

    def match(self, _: str, step: Step) -> None:
        """Match the client to another customer, and come back."""
        matching = self.page.get_by_role("dialog", name="Match Clients")
        expect(matching.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")  # the row's client was looked for
        self.hands.pick(matching, "", "QuickBooks customer", step.entered)
        expect(matching.get_by_text("1 client linked.")).to_be_visible()
        self.hands.press(matching.get_by_role("button", name="Close"))

    def compare(self, number: str, step: Step) -> None:
        """Look at both sides, make one what the other is, and come back."""
        changes = self.page.get_by_role("dialog", name="Changes Since Linking")
        expect(changes.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")  # the row's pair was looked for
        self.hands.row(changes, number)
        self.hands.press(changes.get_by_role("status", name="Message").get_by_role("button", name=step.entered))
        expect(row_of(changes, number)).to_have_attribute("data-outcome", "synchronized")
        self.hands.press(changes.get_by_role("button", name="Close"))

    def agree(self, _: str, step: Step) -> None:
        """Answer the question that comes first."""
        self.hands.press(self.page.get_by_role("alertdialog").get_by_role("button", name=step.button))

    def export_all(self) -> None:
        """Select all, and press Export Selected."""
        self.hands.press(self.form.get_by_role("button", name="Select All"))
        with self.page.expect_response("**/api/forms/export-payments/run"):
            self.hands.press(self.form.get_by_role("button", name="Export Selected"))
        expect(self.form.get_by_role("button", name="Export Selected")).to_be_enabled()


FOLLOWS: Mapping[How, Callable[[Desk, str, Step], None]] = {
    How.CORRECT: Desk.correct,
    How.SETTINGS: Desk.set_up,
    How.MATCH: Desk.match,
    How.COMPARE: Desk.compare,
    How.PRESS: lambda _, __, ___: None,
    How.ASK: Desk.agree,
}

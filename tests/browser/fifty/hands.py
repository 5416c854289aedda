"""A person at the screen, once with the mouse and once with the keyboard alone; both know a control by its role and label only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from playwright.sync_api import BrowserContext, Locator, Page, expect

MOST_STEPS = 150  # presses of Tab or of an arrow: further away than that nobody looks for a control
# How many presses of Tab the control is away from the one that has the focus, about: 0 here, below 0 before it.
FROM_FOCUS = """control => {
  const focused = document.activeElement;
  if (focused === control) return 0;
  const all = [...document.querySelectorAll("button, input, select, textarea, a[href], [tabindex='0']")];
  const stops = all.filter((each) => !each.disabled && each.checkVisibility() && !(each.type === "radio" && !each.checked));
  const way = focused.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_PRECEDING ? -1 : 1;
  const known = stops.includes(focused) && stops.includes(control);
  return way * (known ? Math.max(1, Math.abs(stops.indexOf(control) - stops.indexOf(focused))) : 1);
}"""
FOCUSED_ROW = (
    "grid => document.getElementById(grid.getAttribute('aria-activedescendant'))?.closest('[role=row]')?.textContent ?? ''"
)
CHOSEN = "control => control.selectedOptions[0]?.label ?? ''"
TALL, SOME_ROWS = 100_000, 200  # pixels of a grid and of some of its rows
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
COUNT_POINTERS = """for (const kind of ['pointerdown', 'pointermove', 'wheel'])
  addEventListener(kind, () => { window.pointers = (window.pointers ?? 0) + 1; }, true);"""


class Hands(Protocol):
    """What a person does on a page."""

    def on(self, page: Page) -> Hands: ...
    def menu(self, *labels: str) -> None: ...
    def press(self, control: Locator) -> None: ...
    def tick(self, control: Locator) -> None: ...
    def untick(self, control: Locator) -> None: ...
    def fill(self, field: Locator, text: str) -> None: ...
    def choose(self, field: Locator, label: str) -> None: ...
    def row(self, form: Locator, text: str) -> None: ...
    def pick(self, form: Locator, row: str, column: str, label: str) -> None: ...


class Mouse:
    """Clicks; only text is typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def on(self, page: Page) -> Mouse:
        """The same person in another window."""
        return Mouse(page)

    def menu(self, *labels: str) -> None:
        """Walk through the menus."""
        for label in labels:
            self.page.get_by_role("menuitem", name=label, exact=True).click()

    def press(self, control: Locator) -> None:
        """Press a button or a link."""
        control.click()

    def tick(self, control: Locator) -> None:
        """Tick a box, or choose one of several."""
        control.check()

    def untick(self, control: Locator) -> None:
        """Take the tick out of a box."""
        control.uncheck()

    def fill(self, field: Locator, text: str) -> None:
        """Put the text into a field, in the place of what it holds; a date is YYYY-MM-DD."""
        field.fill(text)

    def choose(self, field: Locator, label: str) -> None:
        """Choose from a list."""
        field.select_option(label=label)

    def row(self, form: Locator, text: str) -> None:
        """Go to the row that shows the text."""
        row, grid = form.locator("[role=row][data-outcome]").filter(has_text=text).first, form.get_by_role("grid")
        if not row.is_visible():
            grid.hover()
            self.page.mouse.wheel(0, -TALL)
        for _ in range(MOST_STEPS):
            self.page.evaluate(DRAWN)
            if row.is_visible():
                break
            self.page.mouse.wheel(0, SOME_ROWS)
        row.click()

    def pick(self, form: Locator, row: str, column: str, label: str) -> None:
        """Open the choices in a row's first cell that has some, and pick one."""
        form.locator("[role=row][data-outcome]").filter(has_text=row).locator(".choice").first.dblclick()
        form.get_by_role("combobox", name=column).fill(label)
        form.get_by_role("option", name=label, exact=True).click()


class Keyboard:
    """Keys only: a control is reached from the one that has the focus, and pressed when it has it itself."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, page.keyboard

    def on(self, page: Page) -> Keyboard:
        """The same person in another window."""
        return Keyboard(page)

    def menu(self, *labels: str) -> None:
        """F10, and through the menus by arrows."""
        self.keys.press("F10")
        for place, label in enumerate(labels):
            self._step_to(label, "ArrowRight" if place == 0 else "ArrowDown")
            self.keys.press("Enter")

    def press(self, control: Locator) -> None:
        """Reach the button and press Enter."""
        self.reach(control)
        self.keys.press("Enter")

    def tick(self, control: Locator) -> None:
        """Reach the box and press the space bar; of several to choose from, by arrows from the chosen one."""
        if control.get_attribute("type") != "radio":
            self.reach(control)
            self.keys.press("Space")
        else:
            group = control.locator("xpath=ancestor::fieldset[1]").get_by_role("radio", checked=True)
            self.reach(group)
            for _ in range(MOST_STEPS):
                if control.is_checked():
                    break
                self.keys.press("ArrowRight")
        expect(control).to_be_checked()

    def untick(self, control: Locator) -> None:
        """Reach the box and press the space bar."""
        self.reach(control)
        self.keys.press("Space")
        expect(control).not_to_be_checked()

    def fill(self, field: Locator, text: str) -> None:
        """Reach the field and type; a date by its parts, as the browser asks for them."""
        self.reach(field)
        if field.get_attribute("type") == "date":
            year, month, day = text.split("-")
            self.keys.type(month + day + year)
        else:
            self.keys.press("Control+A")
            self.keys.type(text)
        expect(field).to_have_value(text)

    def choose(self, field: Locator, label: str) -> None:
        """Reach the list and type the label."""
        self.reach(field)
        self.keys.type(label)
        assert field.evaluate(CHOSEN) == label

    def row(self, form: Locator, text: str) -> None:
        """Reach the grid and go down to the row, from the first again where it is not below."""
        grid = form.get_by_role("grid")
        self.reach(grid)
        if text in grid.evaluate(FOCUSED_ROW):
            return
        for step in ("ArrowDown", "Home"):
            self.keys.press(step)
            before = ""
            while (here := grid.evaluate(FOCUSED_ROW)) != before:
                if text in here:
                    return
                before = here
                self.keys.press("ArrowDown")
        raise AssertionError(f"no row shows {text}")

    def pick(self, form: Locator, row: str, column: str, label: str) -> None:
        """Open the choices in a row's first cell that has some, type the label, and take what is found."""
        self.row(form, row)
        self.keys.press("Enter")
        expect(form.get_by_role("combobox", name=column)).to_be_focused()
        self.keys.type(label)
        expect(form.get_by_role("option", name=label, exact=True)).to_have_attribute("aria-selected", "true")
        expect(form.get_by_role("option")).to_have_count(1)
        self.keys.press("Enter")

    def reach(self, control: Locator) -> None:
        """Tab there, or back."""
        expect(control).to_be_visible()
        expect(control).to_be_enabled()
        for _ in range(MOST_STEPS):
            away = control.evaluate(FROM_FOCUS)
            if away == 0:
                return
            for _ in range(abs(away)):
                self.keys.press("Tab" if away > 0 else "Shift+Tab")
        raise AssertionError(f"no key leads to {control}")

    def _step_to(self, label: str, key: str) -> None:
        for _ in range(MOST_STEPS):
            if self.page.evaluate("document.activeElement.textContent") == label:
                return
            self.keys.press(key)
        raise AssertionError(f"no key leads to {label}")


def count_pointers(context: BrowserContext) -> None:
    """Let every page of this browser count what a mouse does."""
    context.add_init_script(COUNT_POINTERS)


def pointers_of(pages: Iterable[Page]) -> int:
    """How often a mouse was moved, pressed or turned in these pages."""
    return sum(page.evaluate("window.pointers ?? 0") for page in pages)

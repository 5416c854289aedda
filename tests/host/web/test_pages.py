"""The pages: menus as registered, tabs and sections, what is shown of an add-in that failed, and nothing inline."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pluggy
import pytest

from hostsim.practice.database import open_practice
from hostsim.testing import RunningHost, Session, demo_practice, running_host
from tests.support.hosts.fake_addin import MANIFEST, ParcelAddIn, parcel_source

hookimpl = pluggy.HookimplMarker("workspace")


class Raises(ParcelAddIn):
    """Raises while it registers, with a text that looks like markup."""

    @hookimpl
    def workspace_forms(self, forms: Any) -> None:
        """Fail."""
        raise RuntimeError("<script>alert(1)</script>")


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), date(2026, 11, 22))
    practice.close()
    return url


@pytest.fixture
def host(firm: str, tmp_path: Path) -> Iterator[RunningHost]:
    """A host with a good add-in and one that raises."""
    (tmp_path / "bad").mkdir()
    bad = MANIFEST.replace('"parcel"', '"bad"').replace("Parcel post", "Broken post")
    sources = [parcel_source(tmp_path, ParcelAddIn), parcel_source(tmp_path / "bad", Raises, bad)]
    with running_host(open_practice(firm), sources, database=firm) as running:
        yield running


@pytest.fixture
def session(host: RunningHost) -> Session:
    """The person's own browser."""
    return host.session()


def menus(page: str) -> dict[str, Any]:
    """Each menu's entries, as the page carries them."""
    buttons = re.findall(r'data-items="([^"]*)">([^<]+)</button>', page)
    return {label: json.loads(html.unescape(items)) for items, label in buttons}


def test_the_menu_bar_holds_the_hosts_and_the_addins_entries(session: Session) -> None:
    found = menus(session.get("/billing/payments").text)
    assert list(found) == ["File", "View", "Setup", "Help"]
    setup = {item["label"]: item for item in found["Setup"]}
    assert list(setup) == ["Parcel", "Firm settings…", "Users…"]
    assert [item["label"] for item in setup["Parcel"]["items"]] == ["Connection…", "Post"]
    assert setup["Parcel"]["items"][1]["items"] == [{"label": "Send Parcels", "form": "send"}]


def test_an_addin_that_raised_is_shown_with_its_reason_and_the_rest_works(session: Session) -> None:
    page = session.get("/billing/payments").text
    assert "The add-in <strong>Broken post</strong> was not loaded" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "File" in menus(page)


@pytest.mark.parametrize("path", ["/clients", "/billing/invoices", "/billing/payments"])
def test_no_page_holds_script_or_style_of_its_own(session: Session, path: str) -> None:
    page = session.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    (script,) = re.findall(r"<script([^>]*)>", page)
    assert re.fullmatch(r' type="module" src="/static/[0-9a-f]{12}/main\.js"', script)


def test_the_first_address_leads_to_the_payments(session: Session) -> None:
    assert session.get("/").url.endswith("/billing/payments")


@pytest.mark.parametrize(
    ("form", "said"), [("add-ins", "Broken post"), ("firm-settings", "Alder & Finch, CPAs"), ("about", "WorkSpace")]
)
def test_the_hosts_own_forms_open(session: Session, form: str, said: str) -> None:
    assert said in session.post(f"/api/forms/{form}/open").json()["notice"]["text"]


def test_a_record_opens_from_the_grid(session: Session) -> None:
    grid = session.post("/api/forms/billing.payments/rows", {"answer": {}}).json()
    record = session.post("/api/forms/record/open", {"snapshot": grid["token"], "ranges": [[0, 1]]}).json()
    assert grid["rows"][0]["cells"]["number"] in record["title"]
    assert record["record"] == grid["rows"][0]["id"]


def test_a_context_menu_lists_the_hosts_entry_first(session: Session) -> None:
    menu = session.post("/api/forms/billing.payments/open").json()["context"]
    assert [item["label"] for item in menu] == ["Open", "Send To…", "Hide from Parcel"]
    assert menu[1]["items"] == [{"label": "Parcel", "form": "send"}]

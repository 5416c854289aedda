"""CompanyInfo and Preferences, as much of them as payments need."""

from __future__ import annotations

from datetime import date

from marshmallow import fields

from qb_plugin.model import Company
from qb_plugin.schemas.conversions import as_day, as_flag, as_ref_id, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required
from qb_plugin.schemas.text import ReplyValues

UNITED_STATES = frozenset({"US", "USA"})


class CompanyInfoReply(ReplySchema):
    """CompanyInfo: the name, and the country, which decides how sales are taxed."""

    name = required(as_text, "CompanyName")
    country = optional(as_text, "Country", "US")


class SalesForms(ReplySchema):
    """Preferences.SalesFormsPrefs; the key AutoApplyCredit came with minor version 21."""

    auto_apply_credit = optional(as_flag, "AutoApplyCredit", False)
    custom_numbers = optional(as_flag, "CustomTxnNumbers", False)


class Currencies(ReplySchema):
    """Preferences.CurrencyPrefs."""

    multicurrency = optional(as_flag, "MultiCurrencyEnabled", False)
    home_currency = optional(as_ref_id, "HomeCurrency")


class Taxes(ReplySchema):
    """Preferences.TaxPrefs."""

    taxes = optional(as_flag, "UsingSalesTax", False)


class Accounting(ReplySchema):
    """Preferences.AccountingInfoPrefs; BookCloseDate is absent while the books have never been closed."""

    closed_until = optional(as_day, "BookCloseDate")
    classes = optional(as_flag, "ClassTrackingPerTxn", False)
    classes_by_line = optional(as_flag, "ClassTrackingPerTxnLine", False)
    locations = optional(as_flag, "TrackDepartments", False)


class PreferencesReply(ReplySchema):
    """Preferences; every section may be absent."""

    sales = fields.Nested(SalesForms, data_key="SalesFormsPrefs", load_default=dict, allow_none=True)
    currencies = fields.Nested(Currencies, data_key="CurrencyPrefs", load_default=dict, allow_none=True)
    tax = fields.Nested(Taxes, data_key="TaxPrefs", load_default=dict, allow_none=True)
    accounting = fields.Nested(Accounting, data_key="AccountingInfoPrefs", load_default=dict, allow_none=True)


def read_company(realm: str, info: object, preferences: object) -> Company:
    """The company out of CompanyInfo and Preferences; the home currency is USD when the answer has none."""
    about = load_reply(CompanyInfoReply, info)
    found = load_reply(PreferencesReply, preferences)
    sales: ReplyValues = found["sales"] or {}
    currencies: ReplyValues = found["currencies"] or {}
    accounting: ReplyValues = found["accounting"] or {}
    closed: date | None = accounting.get("closed_until")
    return Company(
        realm=realm,
        name=about["name"],
        home_currency=currencies.get("home_currency") or "USD",
        multicurrency=bool(currencies.get("multicurrency")),
        auto_apply_credit=bool(sales.get("auto_apply_credit")),
        custom_numbers=bool(sales.get("custom_numbers")),
        closed_until=closed,
        taxes=bool((found["tax"] or {}).get("taxes")),
        in_united_states=(about["country"] or "US") in UNITED_STATES,
        tracks_classes=bool(accounting.get("classes") or accounting.get("classes_by_line")),
        tracks_locations=bool(accounting.get("locations")),
    )

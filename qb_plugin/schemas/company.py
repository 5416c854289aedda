"""The connected company and the preferences that matter to payments."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from marshmallow import fields

from qb_plugin.model import Company
from qb_plugin.schemas.conversions import as_day, as_flag, as_ref_id, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required


class CompanyInfoReply(ReplySchema):
    """CompanyInfo."""

    name = required(as_text, "CompanyName")


class SalesForms(ReplySchema):
    """Preferences.SalesFormsPrefs; the key AutoApplyCredit came with minor version 21."""

    auto_apply_credit = optional(as_flag, "AutoApplyCredit", False)
    custom_numbers = optional(as_flag, "CustomTxnNumbers", False)


class Currencies(ReplySchema):
    """Preferences.CurrencyPrefs."""

    multicurrency = optional(as_flag, "MultiCurrencyEnabled", False)
    home_currency = optional(as_ref_id, "HomeCurrency")


class Accounting(ReplySchema):
    """Preferences.AccountingInfoPrefs; BookCloseDate is absent when the books were never closed."""

    closed_until = optional(as_day, "BookCloseDate")


class PreferencesReply(ReplySchema):
    """Preferences; every section may be absent."""

    sales = fields.Nested(SalesForms, data_key="SalesFormsPrefs", load_default=dict, allow_none=True)
    currencies = fields.Nested(Currencies, data_key="CurrencyPrefs", load_default=dict, allow_none=True)
    accounting = fields.Nested(Accounting, data_key="AccountingInfoPrefs", load_default=dict, allow_none=True)


@cache
def _company() -> CompanyInfoReply:
    return CompanyInfoReply()


@cache
def _preferences() -> PreferencesReply:
    return PreferencesReply()


def read_company(realm: str, info: object, preferences: object) -> Company:
    """The company out of CompanyInfo and Preferences; the home currency is USD when none is told."""
    name: str = load_reply(_company(), info)["name"]
    found = load_reply(_preferences(), preferences)
    sales: dict[str, Any] = found["sales"] or {}
    currencies: dict[str, Any] = found["currencies"] or {}
    closed: date | None = (found["accounting"] or {}).get("closed_until")
    return Company(
        realm=realm,
        name=name,
        home_currency=currencies.get("home_currency") or "USD",
        multicurrency=bool(currencies.get("multicurrency")),
        auto_apply_credit=bool(sales.get("auto_apply_credit")),
        custom_numbers=bool(sales.get("custom_numbers")),
        closed_until=closed,
    )

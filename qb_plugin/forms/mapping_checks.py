"""The Test of the settings: each choice is looked for in QuickBooks' lists as they are now; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, ListEntry, Message, ReferenceLists

ITEM, TAX_CODE, RECEIVABLE = "credit_memo_item", "credit_memo_tax_code", "receivable_account"


@dataclass(frozen=True, slots=True)
class MappingCheck:
    """One line of the Test: what was looked at, and whether it stands in QuickBooks; `field` names the choice at fault."""

    message: Message
    field: str = ""


def check_mappings(
    values: Mapping[str, str], methods: Sequence[str], connection: Connection, lists: ReferenceLists
) -> list[MappingCheck]:
    """What was read, then each method with its account, then item, tax code and receivable account where they are chosen."""
    return [MappingCheck(describe_lists(connection, lists)), *_methods(values, methods, lists), *_credit_memos(values, lists)]


def describe_lists(connection: Connection, lists: ReferenceLists) -> Message:
    """How much of each list was read."""
    found = {
        "company": lists.company.name if lists.company else connection.company,
        "currency": lists.company.home_currency if lists.company else "",
        "accounts": len(lists.accounts),
        "methods": len(lists.methods),
        "items": len(lists.items),
        "codes": len(lists.tax_codes),
    }
    return Message("test_read", found)


def _methods(values: Mapping[str, str], methods: Sequence[str], lists: ReferenceLists) -> Iterator[MappingCheck]:
    for method in methods:
        chosen = {
            "payment_method": (values.get(f"payment_method:{method}", ""), lists.methods, "no payment method"),
            "deposit_account": (values.get(f"deposit_account:{method}", ""), lists.accounts, "Undeposited Funds"),
        }
        names = {name: find_name(id, entries, default) for name, (id, entries, default) in chosen.items()}
        wrong = [name for name, found in names.items() if found is None]
        for name in wrong:
            yield MappingCheck(Message(f"test_bad_{name}", {"method": method}), f"{name}:{method}")
        if not wrong:
            there = {"method": method, "there": names["payment_method"], "account": names["deposit_account"]}
            yield MappingCheck(Message("test_good_method", there))


def _credit_memos(values: Mapping[str, str], lists: ReferenceLists) -> Iterator[MappingCheck]:
    for name, entries in ((ITEM, lists.items), (TAX_CODE, lists.tax_codes), (RECEIVABLE, lists.receivables)):
        chosen = values.get(name, "")
        found = find_name(chosen, entries, "")
        if found is None:
            yield MappingCheck(Message(f"test_bad_{name}"), name)
        elif chosen:
            yield MappingCheck(Message(f"test_good_{name}", {"name": found}))
        elif name == ITEM:
            yield MappingCheck(Message("test_no_item"))


def find_name(id: str, entries: Sequence[ListEntry], default: str) -> str | None:
    """The name of the entry; `default` where none is chosen, None where the chosen one is gone or inactive."""
    if not id:
        return default
    return next((entry.name for entry in entries if entry.id == id and entry.active), None)


def present_checks(sentences: Sentences, checks: Sequence[MappingCheck]) -> tuple[str, dict[str, str]]:
    """The lines of the Test as one text, and the sentence for each field at fault."""
    said = [(check, sentences.text(check.message)) for check in checks]
    wrong = {check.field: text for check, text in said if check.field}
    verdict = sentences.text(Message("test_found", {"n": len(wrong)}) if wrong else Message("test_fine"))
    lines = [f"{'✗' if check.field else '✓'} {text}" for check, text in said]
    return "\n".join([verdict, *lines]), wrong

"""The names of what a record goes out with by the settings: account, method, item, tax code, receivable account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from qb_plugin.model import Draft, ListEntry, PaymentDraft, ReferenceLists
from qb_plugin.sync.exporting.drafting.taxes import NOT_TAXED, TAXED

Names = Mapping[str, str]  # by kind and id, such as `account:35`


class Mapped(StrEnum):
    """Kinds of what the settings choose in QuickBooks."""

    ACCOUNT = "account"
    METHOD = "method"
    ITEM = "item"
    TAX_CODE = "tax_code"
    RECEIVABLE = "receivable"


BUILT_IN_CODES = frozenset({NOT_TAXED, TAXED})
GONE = "gone from QuickBooks"
SAVED = "mapped_names"  # among the settings, the names of what they choose
#: By setting, what it chooses.
CHOSEN_BY: Mapping[str, Mapped] = {
    "deposit_account": Mapped.ACCOUNT,
    "payment_method": Mapped.METHOD,
    "credit_memo_item": Mapped.ITEM,
    "credit_memo_tax_code": Mapped.TAX_CODE,
    "receivable_account": Mapped.RECEIVABLE,
}


def names_in(lists: ReferenceLists) -> dict[str, str]:
    """What QuickBooks' lists call each active entry; what is inactive keeps the name that it was chosen under."""
    every = (
        (Mapped.ACCOUNT, lists.accounts),
        (Mapped.METHOD, lists.methods),
        (Mapped.ITEM, lists.items),
        (Mapped.TAX_CODE, lists.tax_codes),
        (Mapped.RECEIVABLE, lists.receivables),
    )
    return {key_of(kind, entry.id): entry.name for kind, entries in every for entry in entries if entry.active}


def name_choices(values: Mapping[str, object], lists: ReferenceLists) -> dict[str, str]:
    """The names of all that settings choose, to be saved with them: what is gone from QuickBooks later has no other name."""
    saved = values.get(SAVED)
    names = {**(saved if isinstance(saved, Mapping) else {}), **names_in(lists)}
    return {key: names[key] for key in (key_of(*each) for each in chosen_in(values)) if key in names}


def chosen_in(values: Mapping[str, object]) -> list[tuple[Mapped, str]]:
    """Kind and id of all that settings choose."""
    every = ((kind, identity) for field, kind in CHOSEN_BY.items() for identity in ids_in(values.get(field)))
    return [(kind, identity) for kind, identity in every if identity]


def with_gone(lists: ReferenceLists, values: Mapping[str, object]) -> ReferenceLists:
    """The lists with what settings choose and QuickBooks does not have any more, so that it can be seen, and stay."""
    names, active = name_choices(values, lists), names_in(lists)
    gone: dict[Mapped, list[ListEntry]] = {kind: [] for kind in Mapped}
    for kind, identity in dict.fromkeys(chosen_in(values)):
        if key_of(kind, identity) not in active:
            name = names.get(key_of(kind, identity), "The one chosen before")
            gone[kind].append(ListEntry(identity, f"{name} ({GONE})"))
    return replace(
        lists,
        accounts=[*lists.accounts, *gone[Mapped.ACCOUNT]],
        methods=[*lists.methods, *gone[Mapped.METHOD]],
        items=[*lists.items, *gone[Mapped.ITEM]],
        tax_codes=[*lists.tax_codes, *gone[Mapped.TAX_CODE]],
        receivables=[*lists.receivables, *gone[Mapped.RECEIVABLE]],
    )


def ids_in(chosen: object) -> Sequence[str]:
    """The ids of a setting: of one choice, or of one for each of the host's methods; nothing chosen is none."""
    return [str(each) for each in (chosen.values() if isinstance(chosen, Mapping) else [chosen]) if each]


def key_of(kind: Mapped, identity: str) -> str:
    """What a name is kept under: ids of different kinds may be equal."""
    return f"{kind}:{identity}"


def name_for(kind: Mapped, identity: str, names: Names, purpose: str = "") -> str:
    """What the settings call a chosen thing; one without a name by what it was chosen for, such as the host's method."""
    return names.get(key_of(kind, identity)) or f"chosen for {purpose or 'this'}"


def ids_used(draft: Draft) -> dict[Mapped, str]:
    """What a draft refers to by the settings; a payment that names no account goes to Undeposited Funds."""
    if isinstance(draft, PaymentDraft):
        chosen = {Mapped.METHOD: draft.method_id, Mapped.RECEIVABLE: draft.receivable_account_id}
        return {Mapped.ACCOUNT: draft.deposit_account_id or "", **{kind: each for kind, each in chosen.items() if each}}
    code = draft.tax_group_id or draft.tax_code_id
    return {Mapped.ITEM: draft.item_id, **({Mapped.TAX_CODE: code} if code and code not in BUILT_IN_CODES else {})}


def name_mapped(draft: Draft, names: Names, method: str = "") -> dict[str, str]:
    """The names of all that a draft refers to by the settings, by kind."""
    purpose = method if isinstance(draft, PaymentDraft) else "credit memos"
    used = ids_used(draft).items()
    return {kind: name_for(kind, identity, names, purpose) if identity else "Undeposited Funds" for kind, identity in used}


def keys_used(draft: Draft) -> dict[str, str]:
    """The customer and all that a draft refers to by the settings, by kind, each as what a refusal of it is known by later."""
    mapped = {kind.value: key_of(kind, identity) for kind, identity in ids_used(draft).items()}
    return {"customer": key_of_customer(draft.customer_id), **mapped}


def key_of_customer(identity: str) -> str:
    """What a refusal of a customer is known by."""
    return f"customer:{identity}"

"""Sentences with a button that the cases do not have, each with its reason: by the reason, the keys in messages.toml."""

from __future__ import annotations

from collections.abc import Mapping

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "Of an import, which creates nothing in QuickBooks.": (
        "customer_not_matched",
        "looks_same_here",
        "looks_like_linked_here",
        "looks_like_gone_there",
        "removed_here",
        "paid_by_linked_credit",
        "money_went_back",
        "money_went_back_of_credit",
        "money_went_back_wholly",
        "figures_differ",
        "other_currency",
        "other_currency_at_rate",
        "whose_payment",
        "customer_merged",
        "customer_merged_shared",
        "import_previewed_otherwise",
        "payment_customer_gone",
        "paid_by_credit_partly_linked",
    ),
    "QuickBooks sends what nobody can read, which a company cannot be built with: tests/addin/test_odd_records.py.": (
        "customer_unreadable",
        "open_invoice_unreadable",
    ),
    "The cause of a whole run, which stops it: test_whole_run.py, test_connection.py.": (
        "connection_none",
        "connection_reconnect",
        "quickbooks_not_connected",
        "quickbooks_other_environment",
        "quickbooks_signed_out",
        "quickbooks_seal_broken",
        "quickbooks_no_rights",
        "quickbooks_no_access",
        "quickbooks_app_refused",
        "quickbooks_sign_in_expired",
        "quickbooks_sign_in_refused",
        "quickbooks_sign_in_incomplete",
        "quickbooks_sign_in_failed",
    ),
    "Of a row of Match Clients, which is a client and no record; test_first_export.py.": (
        "match_nobody",
        "match_name_used",
    ),
    "Mended in QuickBooks alone: tests/addin/forms/exporting/test_mended_in_quickbooks.py.": ("currency_not_used",),
    "Nothing is wrong: a person hid it, and Show again undoes that.": ("hidden_by_hand",),
    "No record has two warnings: one is of payments, the other of credit memos.": ("several_warnings",),
    "Said by earlier versions, and kept for their history: deposit_account_gone and payment_method_gone stand in their place.": (
        "account_gone",
        "method_gone",
    ),
    "Only in a preview's window, whose run it is: tests/addin/forms/previews/test_export_preview.py.": ("previewed_otherwise",),
    "Only from a terminal, where any id of QuickBooks can be named; the form links what it has asked about.": ("cannot_link",),
    "A second withdrawal of the same row, days apart: tests/addin/forms/exporting/test_withdrawing.py.": ("doubt_withdrawn_again",),
    "Found later, of a row that is there: tests/addin/forms/undoing/test_twice.py.": ("twice_in_quickbooks",),
    "The memo is there and has to be corrected in QuickBooks; Settings are for the next ones.": ("memo_total_differs",),
    "There, and compared like `changed_since_linked`: the record was edited on one side while it was sent.": (
        "saved_but_differs",
        "edited_while_sent",
    ),
    "Of a pair in Changes and Reconcile, after a merge: tests/addin/forms/changes/test_reconcile_settles.py.": (
        "change_other_customer",
    ),
    "Only where the lost answer to a customer's create is asked for again; it has the buttons of `customer_name_taken`.": (
        "quickbooks_duplicate_name",
    ),
    "Never met: a payload names its customer, and item and amount are looked at before, with sentences of their own.": (
        "quickbooks_no_customer",
        "quickbooks_no_item",
        "quickbooks_bad_amount",
    ),
}

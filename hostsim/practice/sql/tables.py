"""The practice's tables. Amounts are ten-thousandths (`amounts.py`); sorted text compares by code point on every database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
    func,
)

metadata = MetaData()

# SQLite numbers rows by itself only when the key is spelled INTEGER.
Identity = BigInteger().with_variant(Integer, "sqlite")
Sorted = Text().with_variant(Text(collation="C"), "postgresql")

schema = Table("practice_schema", metadata, Column("version", Integer, nullable=False))

firm = Table(
    "practice_firm",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("short_id", Text, nullable=False),
    Column("currency", Text, nullable=False, server_default="USD"),
    Column("dates", Text, nullable=False, server_default="YYYY-MM-DD"),  # how people write dates
)

data_key = Table(
    "practice_data_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

# The next serial number of each kind. Recording locks its rows first, so that writers queue up instead of colliding.
# Kind 0 is no kind: its `next` is above every id that a removed row had, because an id used twice would inherit links.
counters = Table(
    "practice_counters",
    metadata,
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)

users = Table(
    "practice_users",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("rights", Text, nullable=False),
)

methods = Table(
    "practice_methods",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)

clients = Table(
    "practice_clients",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Sorted, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("currency", Text, nullable=False, server_default=""),  # empty: the firm's
    Index("practice_clients_by_name", "name_key", "id"),
)

invoices = Table(
    "practice_invoices",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", Sorted, nullable=False),
    Column("client_id", Identity, ForeignKey("practice_clients.id"), nullable=False),
    Column("client_key", Sorted, nullable=False),
    Column("date", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("search_text", Sorted, nullable=False),
    CheckConstraint("balance >= 0 AND balance <= total", name="practice_invoices_balance"),
    Index("practice_invoices_by_number", "number"),
    Index("practice_invoices_by_date", "date", "id"),
    Index("practice_invoices_by_client", "client_id", "balance"),
)

INVOICE_TEXT = func.trim(invoices.c.search_text)  # the number without case and outer blanks
Index("practice_invoices_by_text", INVOICE_TEXT)

# `kind` is the sign: 1 for a payment, -1 for a credit memo, and `value` the amount with that sign. Both stand in
# every index, so that an ordered list of all records and its sum are read from the index alone.
records = Table(
    "practice_records",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("client_id", Identity, ForeignKey("practice_clients.id"), nullable=False),
    Column("client_key", Sorted, nullable=False),
    Column("date", Date, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("method", Sorted, nullable=False),
    Column("reference", Sorted, nullable=False),
    Column("memo", Text, nullable=False),
    Column("unapplied", BigInteger, nullable=False),
    Column("external_key", Text, unique=True),
    Column("version", Integer, nullable=False),
    Column("search_text", Sorted, nullable=False),
    Column("birth", Text, nullable=False, server_default=""),
    CheckConstraint("kind IN (1, -1)", name="practice_records_kind"),
    CheckConstraint("unapplied >= 0", name="practice_records_unapplied"),
    Index("practice_records_by_date", "date", "id", "kind", "value"),
    Index("practice_records_by_kind", "kind", "date", "id", "value"),
    Index("practice_records_by_serial", "kind", "serial", unique=True),
    Index("practice_records_by_number", "kind", "id", "value"),
    Index("practice_records_by_client", "client_key", "id", "kind", "value"),
    Index("practice_records_by_value", "value", "id", "kind"),
    Index("practice_records_by_method", "method", "id", "kind", "value"),
    Index("practice_records_by_reference", "reference", "id", "kind", "value"),
    Index("practice_records_of_client", "client_id", "date", "id", "kind", "value"),
)

applications = Table(
    "practice_applications",
    metadata,
    Column("record_id", Identity, ForeignKey("practice_records.id"), primary_key=True, autoincrement=False),
    Column("invoice_id", Identity, ForeignKey("practice_invoices.id"), primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="practice_applications_amount"),
    Index("practice_applications_by_invoice", "invoice_id"),
)

# Changes that add-ins made, by the key they gave: the same key again does nothing and is answered with what it did.
changes = Table(
    "practice_changes",
    metadata,
    Column("action", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("subject_id", Identity, nullable=False),
    Column("version", Integer, nullable=False),
)

# Who recorded, changed or removed a record or created a client, and when; written in the commit that did it, and never changed.
# What was there before the table was has no rows.
record_events = Table(
    "practice_record_events",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("ref", Text, nullable=False),  # payment:17
    Column("at", Text, nullable=False),  # in UTC, as ISO 8601
    Column("by_name", Text, nullable=False),
    Column("through", Text, nullable=False),  # the add-in's id, or a command; empty: the host itself
    Column("what", Text, nullable=False),
    Column("change", Text, nullable=False),
    Index("practice_record_events_of", "ref", "id"),
)

addins = Table(
    "practice_addins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

# Which of an add-in's mark sets is which company's, and whose marks the host's own lists show. A set's id is one of `addins`.
mark_sets = Table(
    "practice_mark_sets",
    metadata,
    Column("addin_id", Integer, ForeignKey("practice_addins.id"), primary_key=True, autoincrement=False),
    Column("scope", Text, primary_key=True),
    Column("set_id", Integer, ForeignKey("practice_addins.id"), nullable=False),
    Column("in_use", Boolean, nullable=False),
)

# Every record has a row for every add-in, and every company of it, date and value repeated, so that "not synchronized, newest
# first" is one stretch of one index, however many records are synchronized.
marks = Table(
    "practice_marks",
    metadata,
    Column("addin_id", Integer, ForeignKey("practice_addins.id"), primary_key=True, autoincrement=False),
    Column("record_id", Identity, ForeignKey("practice_records.id"), primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("date", Date, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default=""),
    Column("synchronized", Boolean, nullable=False, server_default=false()),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("external_id", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
Index(
    "practice_marks_waiting",
    *(marks.c[name] for name in ("addin_id", "synchronized", "kind", "date", "record_id", "hidden", "value")),
)
Index(
    "practice_marks_by_state",
    *(marks.c[name] for name in ("addin_id", "state", "record_id", "kind")),
    sqlite_where=marks.c.state != "",
    postgresql_where=marks.c.state != "",
)
Index(
    "practice_marks_hidden",
    *(marks.c[name] for name in ("addin_id", "record_id")),
    sqlite_where=marks.c.hidden,
    postgresql_where=marks.c.hidden,
)

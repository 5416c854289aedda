"""The add-in's tables, in the host's own database under the prefix `quickbooks_`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.types import TypeDecorator

from qb_plugin.store.sql.encoding import encode_moment


class Moment(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond, as text on every database, so that it is read exactly as it was written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else encode_moment(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

# SQLite numbers rows by itself only in a column of type INTEGER.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

# Bound parameters would keep both databases from using the partial indexes, so the states stand in the text.
STANDING = text("state NOT IN ('refused', 'withdrawn', 'closed')")
OPEN = text("state = 'open'")
WITHDRAWN = text("state = 'withdrawn'")
LIVE = text("removed_at IS NULL")
LIVE_TRANSACTION = text("removed_at IS NULL AND entity <> 'Customer'")
APPLIES = text("applies")
UNREAD = text("read_at IS NULL")


def _text(name: str, *, null: bool = False, default: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, server_default=text("''") if default else None)


def _moment(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=null)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


schema_version = Table(
    "quickbooks_schema",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    _moment("applied_at"),
)

# `opened_at`, `requestid` and `place` keep a batch together and in the order in which it was sent.
intents = Table(
    "quickbooks_intents",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("realm"),
    _text("run_id"),
    _text("source_kind"),
    _text("source_id"),
    _text("operation"),
    _text("version"),
    _text("entity"),
    _text("payload"),
    _text("requestid"),
    _text("bid"),
    _moment("quickbooks_time"),
    _text("customer_id"),
    _text("state"),
    _text("quickbooks_id", null=True),
    _text("sync_token", null=True),
    _moment("sent_at", null=True),
    _moment("first_look_at", null=True),
    _count("sends"),
    _text("message", null=True),
    _moment("opened_at"),
    _count("place"),
    _moment("settled_at", null=True),
    _text("source_version"),
    Column("applies", Boolean, nullable=False),
    _count("singles"),
    Column("fully_settled", Boolean, nullable=False),
    _text("settled_by", null=True),
    _count("withdrawals"),
    _text("tid", null=True),
    _moment("record_updated", null=True),
)
Index("quickbooks_intents_run", intents.c.run_id)
Index(
    "quickbooks_intents_standing",
    intents.c.realm,
    intents.c.source_kind,
    intents.c.source_id,
    intents.c.operation,
    intents.c.version,
    unique=True,
    sqlite_where=STANDING,
    postgresql_where=STANDING,
)
Index("quickbooks_intents_open", intents.c.realm, sqlite_where=OPEN, postgresql_where=OPEN)
Index("quickbooks_intents_withdrawn", intents.c.realm, sqlite_where=WITHDRAWN, postgresql_where=WITHDRAWN)
Index("quickbooks_intents_to_apply", intents.c.realm, sqlite_where=APPLIES, postgresql_where=APPLIES)

# A link that was removed stays as a row with `removed_at`: that is its history.
links = Table(
    "quickbooks_links",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    _text("realm"),
    _text("source_kind"),
    _text("source_id"),
    _text("entity"),
    _text("quickbooks_id"),
    _text("origin"),
    _text("sync_token"),
    _text("source_version"),
    _moment("made_at"),
    _moment("removed_at", null=True),
    _text("own_version"),
    _text("applied", null=True),
    _text("made_by", default=True),
    _text("removed_by", default=True),
)
Index(
    "quickbooks_links_source",
    links.c.realm,
    links.c.source_kind,
    links.c.source_id,
    unique=True,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)
# Several clients may share a customer; a transaction or an invoice belongs to one record.
Index(
    "quickbooks_links_transaction",
    links.c.realm,
    links.c.entity,
    links.c.quickbooks_id,
    unique=True,
    sqlite_where=LIVE_TRANSACTION,
    postgresql_where=LIVE_TRANSACTION,
)
Index("quickbooks_links_book", links.c.realm, links.c.entity, links.c.quickbooks_id, sqlite_where=LIVE, postgresql_where=LIVE)

# What people said of a record and a transaction that are not, or no longer, the same.
pair_answers = Table(
    "quickbooks_pair_answers",
    METADATA,
    Column("realm", Text, primary_key=True),
    Column("source_kind", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("quickbooks_id", Text, primary_key=True),
    _text("answer"),
    _text("user_name"),
    _moment("given_at"),
)

runs = Table(
    "quickbooks_runs",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("realm"),
    _text("action"),
    _text("user_name"),
    _moment("started"),
    _count("total"),
    _count("done"),
    _moment("finished", null=True),
    _text("counts"),
    _text("company", default=True),
    _text("filters", default=True),
)

Index("quickbooks_runs_latest", runs.c.realm, runs.c.started)

run_results = Table(
    "quickbooks_run_results",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    _text("run_id"),
    _text("row_id"),
    _text("outcome"),
    _text("message", null=True),
    _text("quickbooks_id", null=True),
    _text("applied"),
    _moment("ended_at", null=True),
    _text("source", null=True),
    _text("summary", null=True),
    _text("words", default=True),
)
Index("quickbooks_run_results_row", run_results.c.row_id, run_results.c.number)
Index("quickbooks_run_results_run", run_results.c.run_id)
Index("quickbooks_run_results_source", run_results.c.source, run_results.c.number)

# What was removed from the history, by when it had begun: only such runs and rows can be deleted (`triggers.py`).
prunings = Table(
    "quickbooks_prunings",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    _text("realm"),
    _moment("cut_off"),
    _moment("pruned_at"),
    _text("user_name"),
    _count("run_count"),
    _count("row_count"),
)

# `purpose` is `run` (one run per company), `by_itself` (one process does what is due) or `sign_in` (one refresh of the tokens at a
# time). `asked`: a person waits for a run that goes on by itself.
leases = Table(
    "quickbooks_leases",
    METADATA,
    Column("purpose", Text, primary_key=True),
    Column("realm", Text, primary_key=True),
    _count("fence"),
    Column("held", Boolean, nullable=False),
    _text("machine"),
    _count("pid"),
    _text("process_started"),
    _moment("heartbeat"),
    _text("run", null=True),
    _count("done"),
    Column("asked", Boolean, nullable=False, server_default=text("false")),
)

# What was left for people to read by what ran by itself; `said` holds its lines and what they open.
notes = Table(
    "quickbooks_notes",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    _text("realm"),
    _text("topic"),
    _moment("left_at"),
    Column("warns", Boolean, nullable=False),
    _text("said"),
    _moment("read_at", null=True),
    _text("read_by", null=True),
    Index("quickbooks_notes_unread", "realm", postgresql_where=UNREAD, sqlite_where=UNREAD),
)

settings = Table(
    "quickbooks_settings",
    METADATA,
    Column("realm", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _text("value"),
)

tokens = Table(
    "quickbooks_tokens",
    METADATA,
    Column("realm", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _moment("saved_at"),
)

# One row: the company that is connected, in clear, so that it can be named while its tokens stay sealed.
connection = Table(
    "quickbooks_connection",
    METADATA,
    Column("only", Integer, primary_key=True, autoincrement=False),
    _text("state"),
    _text("realm"),
    _text("company"),
    _text("environment"),
    _moment("ends", null=True),
)

# Hashes of the OAuth states that were issued, so that a sign-in begun by one process can be finished by another.
oauth_states = Table(
    "quickbooks_oauth_states",
    METADATA,
    Column("digest", Text, primary_key=True),
    _moment("issued_at"),
)

# One row: the firm's count of calls to QuickBooks (docs/architecture.md, pace), as text that the rate limiter alone reads.
call_pace = Table(
    "quickbooks_call_pace",
    METADATA,
    Column("only", Integer, primary_key=True, autoincrement=False),
    _text("state"),
)

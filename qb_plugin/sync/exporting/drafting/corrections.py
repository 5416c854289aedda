"""One value of a host's record corrected: as the user saw the record, and once, however often it is asked for."""

from __future__ import annotations

import zlib
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, cast

from qb_plugin.host import Ledger, Record
from qb_plugin.ledger_changes import ChangeOutcome, UpdateChange

Field: TypeAlias = Literal["reference", "amount", "date", "memo"]
Value: TypeAlias = str | Decimal | date


def correct_record(ledger: Ledger, record: Record, field: Field, value: Value) -> ChangeOutcome:
    """Write the value, unless the record is not as it was seen."""
    ref = f"{record.kind}:{record.id}"
    key = f"correct-{ref}-{record.version}-{field}-{zlib.crc32(str(value).encode()):08x}"
    change = cast(UpdateChange, {"key": key, "ref": ref, "version": record.version, field: value})
    (outcome,) = ledger.update([change])
    return outcome

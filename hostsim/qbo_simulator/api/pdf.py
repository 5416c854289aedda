"""A printed document: one plain PDF page, enough for a client to store or show."""

from hostsim.qbo_simulator.base.http import Record

_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
)
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def pdf(kind: str, record: Record) -> bytes:
    """`record` on one page."""
    customer = record.get("CustomerRef", {}).get("name", "")
    words = [f"{kind} {record.get('DocNumber', record['Id'])}", customer, record.get("TxnDate", ""), f"Total {record['TotalAmt']}"]
    stream = b"BT /F1 14 Tf 72 720 Td 20 TL %s ET" % b" T* ".join(b"(%s) Tj" % _escaped(word) for word in words)
    contents = b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream)
    return _assembled([*_OBJECTS, contents, _FONT])


def _escaped(text: str) -> bytes:
    plain = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return plain.encode("cp1252", "replace")


def _assembled(objects: list[bytes]) -> bytes:
    text, positions = b"%PDF-1.4\n", []
    for position, content in enumerate(objects, 1):
        positions.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (position, content)
    table = b"".join(b"%010d 00000 n \n" % position for position in positions)
    count = len(objects) + 1
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(text))
    return text + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table) + trailer

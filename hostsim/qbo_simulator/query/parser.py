"""Query statements read word by word, with the complaints of QuickBooks' own parser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hostsim.qbo_simulator.base.faults import parser_error

KEYWORDS = frozenset(
    [
        "select",
        "count",
        "from",
        "where",
        "and",
        "or",
        "not",
        "in",
        "like",
        "between",
        "contains",
        "as",
        "iterator",
        "null",
        "true",
        "false",
        "order",
        "orderby",
        "by",
        "asc",
        "desc",
        "startposition",
        "maxresults",
    ]
)
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))|"
    r"(?P<word>[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)|(?P<mark><=|>=|!=|[=<>(),*]))",
    re.DOTALL,
)
_CLASSES = {"string": "<STRING> ", "identifier": "<IDENTIFIER> ", "number": "<NUMBER> "}
_AFTER_VALUE = ("<EOF>", "<AND>", '"iterator"', '"maxresults"', "<OR>", '"order"', '"orderby"', '"startposition"')
_AFTER_FROM = (
    "<EOF>",
    '","',
    '"as"',
    '"iterator"',
    '"maxresults"',
    '"order"',
    '"orderby"',
    '"startposition"',
    '"where"',
    "<IDENTIFIER>",
)
_OPERATORS = ('"."', "<AND>", '"between"', '"contains"', '"="', '"in"', '"like"', '"!="', '"<"', '"<="', '">"', '">="')


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a statement and where it begins; columns count from 1."""

    kind: str
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a WHERE clause; values are texts, or booleans."""

    field: str
    operator: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole query."""

    entity: str
    count: bool = False
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    start: int = 1
    limit: int = 100
    extra: dict[str, str] = field(default_factory=dict)


def tokens(text: str) -> Iterator[Token]:
    """The words of a statement one by one, the end included: a word nobody gets to is never complained about."""
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise _lexical(text, position)
        kind = match.lastgroup or ""
        word = match[kind]
        if kind == "word":
            kind = "keyword" if word.lower() in KEYWORDS else "identifier"
        yield Token(kind, word, *_position(text, match.start(match.lastgroup or 0)))
        position = match.end()
    yield Token("end", "", *_position(text, len(text)))


def _position(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position) + 1
    return line, position - (text.rfind("\n", 0, position) + 1) + 1


def _lexical(text: str, position: int) -> Exception:
    start = position + len(text[position:]) - len(text[position:].lstrip())
    after = text[start : start + 1] if text[start] in "&|" else ""
    if text[start] == "'":
        line, column = _position(text, len(text))
        seen = text[start:].replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
        return parser_error(
            f'Invalid content.  Lexical error at line {line}, column {column}.  Encountered: <EOF> after : "{seen}"'
        )
    line, column = _position(text, start + len(after))
    odd = text[start + len(after) : start + len(after) + 1]
    if not odd:
        return parser_error(
            f'Invalid content.  Lexical error at line {line}, column {column}.  Encountered: <EOF> after : "{after}"'
        )
    shown = {'"': '\\"', "\\": "\\\\", "'": "\\'"}.get(odd, odd)
    return parser_error(
        f'Invalid content.  Lexical error at line {line}, column {column}.  Encountered: "{shown}" ({ord(odd)}), after : "{after}"'
    )


class _Reader:
    """Walks over the words; every refusal names the word it met and what could have stood there."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._here: Token | None = None

    @property
    def here(self) -> Token:
        if self._here is None:
            self._here = next(self._tokens)
        return self._here

    def word(self) -> str:
        """The keyword or mark here, in lower case; empty for anything else."""
        return self.here.text.lower() if self.here.kind in ("keyword", "mark") else ""

    def take(self) -> Token:
        token = self.here
        self._here = None
        return token

    def skip(self, *words: str) -> bool:
        """Go past `words` if one of them stands here."""
        if self.word() in words:
            self._here = None
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.skip(word):
            raise self.unexpected(f'"{word}"')

    def identifier(self) -> str:
        if self.here.kind != "identifier":
            raise self.unexpected("<IDENTIFIER>")
        return self.take().text

    def number(self) -> int:
        if self.here.kind not in ("number", "string") or not self.here.text.strip("'").isdigit():
            raise self.unexpected("<NUMBER>")
        return int(self.take().text.strip("'")[:9])

    def unexpected(self, *wanted: str) -> Exception:
        token = self.here
        if token.kind == "end":
            met = "<EOF>"
        else:
            shown = token.text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
            plain = token.kind in ("keyword", "mark")
            label = f'"{token.text.lower()}" ' if plain else _CLASSES[token.kind]
            met = f'" {label}"{shown} ""'
        head = "Was expecting:\n    " if len(wanted) == 1 else "Was expecting one of:\n    "
        body = "\n    ".join(f"{each} ..." if each != "<EOF>" else each for each in wanted)
        return parser_error(f"Encountered {met} at line {token.line}, column {token.column}.\n{head}{body}\n    ")


def parse(text: str) -> Statement:
    """A statement, or 4000."""
    reader = _Reader(text)
    reader.expect("select")
    count, columns = _selection(reader)
    reader.expect("from")
    entity = reader.identifier()
    conditions = _conditions(reader) if reader.skip("where") else ()
    order: tuple[tuple[str, bool], ...] = ()
    start, limit, seen_order = 1, 100, False
    while reader.here.kind != "end":
        word = reader.word()
        if word in ("order", "orderby") and not seen_order:
            order, seen_order = _order(reader), True
        elif reader.skip("startposition"):
            start = reader.number()
        elif reader.skip("maxresults"):
            limit = reader.number()
        else:
            raise reader.unexpected(*(_AFTER_VALUE if conditions else _AFTER_FROM))
    return Statement(entity, count, columns, conditions, order, start, limit)


def _selection(reader: _Reader) -> tuple[bool, tuple[str, ...]]:
    if reader.skip("count"):
        for word in ("(", "*", ")"):
            reader.expect(word)
        return True, ()
    columns = [_selected(reader)]
    while reader.skip(","):
        columns.append(_selected(reader))
    return False, () if "*" in columns else tuple(columns)


def _selected(reader: _Reader) -> str:
    if reader.skip("*"):
        return "*"
    if reader.here.kind != "identifier":
        raise reader.unexpected('"*"', '"count"', "<IDENTIFIER>")
    return reader.identifier()


def _conditions(reader: _Reader) -> tuple[Condition, ...]:
    found = [_condition(reader)]
    while reader.skip("and"):
        found.append(_condition(reader))
    return tuple(found)


def _condition(reader: _Reader) -> Condition:
    name = reader.identifier()
    operator = reader.word()
    if reader.skip("in"):
        return Condition(name, "in", _values(reader))
    if not reader.skip("=", "<", ">", "<=", ">=", "!=", "like"):
        raise reader.unexpected(*_OPERATORS)
    return Condition(name, operator, (_value(reader),))


def _values(reader: _Reader) -> tuple[str | bool, ...]:
    reader.expect("(")
    found = [_value(reader)]
    while reader.skip(","):
        found.append(_value(reader))
    reader.expect(")")
    return tuple(found)


def _value(reader: _Reader) -> str | bool:
    if reader.here.kind == "string":
        return re.sub(r"\\(.)", r"\1", reader.take().text[1:-1], flags=re.DOTALL)
    if reader.here.kind == "number":
        return reader.take().text
    if reader.word() in ("true", "false"):
        return reader.take().text.lower() == "true"
    raise reader.unexpected('"false"', '"true"')


def _order(reader: _Reader) -> tuple[tuple[str, bool], ...]:
    if reader.take().text.lower() == "order":
        reader.expect("by")
    found = [_sorting(reader)]
    while reader.skip(","):
        found.append(_sorting(reader))
    return tuple(found)


def _sorting(reader: _Reader) -> tuple[str, bool]:
    name = reader.identifier()
    descending = reader.skip("desc")
    if not descending:
        reader.skip("asc")
    return name, descending

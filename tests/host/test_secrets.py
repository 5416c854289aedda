"""A byte search after a whole session: no token, secret or key in database, log, traceback, output or process arguments."""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import keyring
import keyring.core
import pytest
import requests

from hostsim.addins.host_services import Options
from hostsim.practice.database import Practice
from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response, load
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.server.server import RunningSimulator, fill, start
from hostsim.qbo_simulator.simulator import QuickBooks
from hostsim.secrets.data_key import data_key
from hostsim.support import write_bundle
from hostsim.testing import demo_practice, source_of
from hostsim.workspace import Workspace, open_workspace
from qb_plugin.errors import Fatal
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.store.database import open_store
from qb_plugin.sync.context import Waits
from tests.faults.harness.points import Killed, Points, Watch
from tests.support.addin.store_samples import sample_intent
from tests.support.paths import ROOT
from tests.support.secret_search import dresses, every_exception, find, shown

TODAY = date(2026, 11, 20)
SWIFT = Limits(per_second=10_000, per_minute=10_000, batches_per_minute=10_000, read_waits=(), send_waits=(), silence=0.0)
PATIENCE = 60.0
PASSPHRASE = "Neun Dächer/im Regen + 1 Boot=?"


class TalkingBooks(QuickBooks):
    """The simulator; it remembers every token and code it gave out."""

    def __init__(self) -> None:
        super().__init__(settings=Settings(rotate_after=0.0))
        self.secrets: dict[str, bytes] = {}

    def handle(self, request: Request) -> Response | LostAnswer:
        """Answer, and keep the tokens of the answer."""
        answer = super().handle(request)
        if request.path.endswith("/tokens/bearer") and isinstance(answer, Response) and answer.status == 200:
            given = load(answer.body)
            for name in ("access_token", "refresh_token"):
                self.secrets[f"{name} {len(self.secrets)}"] = given[name].encode()
        return answer


@dataclass(slots=True)
class Session:
    """A person at work, and what is left behind."""

    folder: Path
    core: TalkingBooks
    simulator: RunningSimulator
    workspace: Workspace
    addin: QuickBooksAddIn
    said: list[str] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return False

    def row(self, row: dict[str, Any]) -> None:
        self.said.append(str(row))

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """Nothing is said."""

    def notice(self, text: str) -> None:
        self.said.append(text)

    def form(self, name: str) -> Any:
        return self.workspace.form(name)

    def connect(self) -> None:
        """Type the keys in and consent."""
        keys = self.core.credentials()
        typed = {"client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        url = self.form("connection").act("connect", typed, [], {})["open_url"]
        reply = requests.post(f"{self.simulator.base_url}/_control/consent", json={"url": url}, timeout=10).json()
        self.core.secrets["code"] = dict(parse_qsl(urlsplit(reply["redirect"]).query))["code"].encode()
        self.said.append(str(self.workspace.callbacks.receive(dict(parse_qsl(urlsplit(reply["redirect"]).query)))))
        self.said.append(str(self.form("connection").open({})))

    def run(self, name: str, action: str, count: int) -> dict[str, Any]:
        """Press the button for the first rows that are ready."""
        form = self.form(name)
        opened = form.open({})
        answer = {**opened["answer"], "token": opened["token"], "from": "2026-01-01"}
        rows = form.rows(answer, None)
        if isinstance(rows, dict):
            self.said.append(str(rows))
            return rows
        ready = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"]
        summary: dict[str, Any] = form.run(action, answer, ready[:count], {}, self)
        self.said.append(str(summary))
        return summary

    def export(self, count: int = 5) -> dict[str, Any]:
        return self.run("export-payments", "export", count)

    def crash(self) -> None:
        """Die at the second commit of an export."""
        watch = Watch(self.addin.runtime().store.database.engine, "writes")
        watch.points = Points(2)
        with pytest.raises(Killed):
            self.export()
        watch.points = Points()

    def secrets(self) -> dict[str, bytes]:
        """Everything that must be found nowhere."""
        keys = self.core.credentials()
        found = {**self.core.secrets, "client secret": keys["client_secret"].encode()}
        found["refresh token of the day"] = keys["refresh_token"].encode()
        return {**found, "data key": key_of(self.folder, self.workspace.practice), "passphrase": PASSPHRASE.encode()}

    def bundle(self) -> bytes:
        """What a support bundle holds, unpacked."""
        file = io.BytesIO()
        write_bundle(self.workspace, file)
        with zipfile.ZipFile(file) as bundle:
            return b"\n".join(name.encode() + b"\n" + bundle.read(name) for name in bundle.namelist())

    def private(self) -> set[str]:
        """Every name, number, reference, memo and amount of the practice and of the company."""
        practice = self.workspace.practice
        ledger = practice.ledger
        snapshot = ledger.snapshot({})
        records = ledger.records(snapshot.refs(0, snapshot.count))
        texts = {practice.firm.name, self.workspace.user.name, "Sandbox Company", *(each.name for each in ledger.clients())}
        for record in records:
            texts |= {record.client_name, record.number, record.reference, record.memo, str(record.amount)}
        return {text for text in texts if len(text) > 3 and not re.fullmatch(r"\d{1,5}", text)}


def key_of(folder: Path, practice: Practice) -> bytes:
    """The firm's key, which lies in its database, wrapped by the passphrase."""
    return data_key("af7k2", wrapped_by_file(folder), print, practice)


def wrapped_by_file(folder: Path) -> dict[str, str]:
    """The environment of a firm whose key is wrapped; the passphrase's file lies outside of what is searched."""
    file = folder / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return {"HOSTSIM_KEY_PASSPHRASE_FILE": str(file), "XDG_CONFIG_HOME": str(folder / "home"), "APPDATA": str(folder / "home")}


@pytest.fixture(scope="module", autouse=True)
def untrusted_keyring() -> Iterator[None]:
    """A keyring that is not used: the key is to come from the database, and none of a person's is to be touched."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.core.load_keyring("keyring.backends.null.Keyring"))
    yield
    keyring.set_keyring(before)


@contextmanager
def logging_everything(file: Path) -> Iterator[None]:
    """Every logger at its most talkative, into a file."""
    root, handler = logging.getLogger(), logging.FileHandler(file, encoding="utf-8")
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()


@contextmanager
def session_in(folder: Path) -> Iterator[Session]:
    """The whole host without its pages, beside the simulator."""
    (folder / "left").mkdir()
    core = TalkingBooks()
    fill(core, "demo", TODAY)
    simulator = start(core, lambda: None)
    practice, url = demo_practice(folder / "left", TODAY)
    addin = QuickBooksAddIn(Parts(waits=Waits(call_limit=0, lag=0, margin=0), limits=SWIFT))
    source = source_of(lambda: addin, ROOT / "manifest.toml", "qb_plugin.plugin:create")
    options = Options(url, 8400, {"quickbooks": simulator.base_url}, TODAY)
    workspace = open_workspace(practice, [source], options, lambda _: key_of(folder, practice))
    try:
        yield Session(folder, core, simulator, workspace, addin)
    finally:
        workspace.close()
        simulator.stop()


def live_through_everything(session: Session) -> None:
    """Connect, export, import, lose answers and tokens, crash, be signed out, come back."""
    session.connect()
    session.form("match-clients").act("accept_all", {}, [], {})
    assert session.export()["counts"]["done"] == 5
    assert session.run("import-payments", "import", 5)["counts"]["done"] == 5
    for kind in ("token_expired", "answer_lost_after", "status_500_before", "html", "truncated", "throttled"):
        session.simulator.trouble(kind, match={"path": "batch"})
        assert session.export(4)["counts"]["tried"] == 4
        assert session.core.troubles.pop().fired == 1
    session.crash()
    session.export()
    session.simulator.trouble("token_revoked", match={"path": "batch"})
    assert session.export()["counts"]["done"] == 0
    session.run("import-payments", "import", 1)
    session.connect()
    assert session.export()["counts"]["done"] == 5


@dataclass(frozen=True, slots=True)
class Left:
    """The secrets of a session, the places to look for them, and what a bundle must not name."""

    secrets: dict[str, bytes]
    positions: dict[str, bytes]
    private: set[str]


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """The secrets of a session, and everything it left behind, read while the database is open and its log is there."""
    folder = tmp_path_factory.mktemp("session")
    with session_in(folder) as session, logging_everything(folder / "left" / "session.log"), every_exception() as raised:
        live_through_everything(session)
        files = {file.name: file.read_bytes() for file in (folder / "left").iterdir()}
        rows = "\n".join(session.said).encode()
        positions = {**files, "exceptions": raised.tell(), "what was said": rows, "support bundle": session.bundle()}
        return Left(session.secrets(), positions, session.private())


def test_a_session_leaves_no_secret_anywhere(left_behind: Left) -> None:
    assert {"client secret", "passphrase", "data key", "code"} <= set(left_behind.secrets)
    assert find(left_behind.secrets, left_behind.positions) == []


def named_in(private: set[str], content: bytes) -> list[str]:
    """Which of these stand there as words of their own."""
    text = content.decode("utf-8", "replace") + content.decode("ascii", "replace").encode().decode("unicode_escape")
    return sorted(each for each in private if re.search(rf"(?<![\w.]){re.escape(each)}(?![\w.]|-\d)", text))


def test_a_support_bundle_names_nobody_and_no_amount(left_behind: Left) -> None:
    bundle = left_behind.positions["support bundle"]
    assert named_in(left_behind.private, bundle) == []
    assert len(left_behind.private) > 100
    for each in left_behind.private:
        assert each in named_in({each}, bundle + f'{{"planted": "{each}"}}'.encode())
    assert {"100.00", "150.00"} <= set(named_in(left_behind.private, left_behind.positions["what was said"]))


def test_a_support_bundle_shows_how_the_session_went(left_behind: Left) -> None:
    text = left_behind.positions["support bundle"].decode()
    for name in ("README.txt", "host.json", "quickbooks/state.json", "quickbooks/runs.json"):
        assert f"{name}\n" in text
    for word in (
        '"not_confirmed"',
        '"quickbooks_signed_out"',
        '"intuit_tid": "1-',
        '"code": "invalid_grant"',
        '"operation": "create"',
    ):
        assert word in text


def test_the_session_was_a_whole_one(left_behind: Left) -> None:
    secrets, positions = left_behind.secrets, left_behind.positions
    assert {"firm.db", "firm.db-wal", "session.log", "exceptions"} <= set(positions)
    assert all(len(content) > 1000 for name, content in positions.items() if not name.endswith("-shm"))
    assert len([name for name in secrets if name.startswith("refresh_token")]) >= 3
    for word in (b"quickbooks_signed_out", b"Killed", b"RemoteDisconnected", b"GrantRefused"):
        assert word in positions["exceptions"]
    assert b"oauth2/v1/tokens/bearer" in positions["session.log"]


@pytest.mark.parametrize("position", ["firm.db", "firm.db-wal", "session.log", "exceptions", "what was said", "support bundle"])
def test_the_search_finds_a_secret_that_was_planted(left_behind: Left, position: str) -> None:
    secrets, positions = left_behind.secrets, left_behind.positions
    for name, secret in secrets.items():
        for dress in dresses(secret):
            planted = {**positions, position: positions[position][:500] + dress + positions[position][500:]}
            assert f"{name} in {position}" in find({name: secret}, planted)


def test_a_database_that_fails_shows_nothing_of_what_was_to_be_kept(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'firm.db'}")) as store:
        with store.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE quickbooks_intents")
        with pytest.raises(Fatal) as caught:
            store.journal.open([sample_intent(1)], 0)
    text = "\n".join(shown(caught.value))
    assert "no such table" in text
    assert not {"Zoë", "TotalAmt", "AF-payment-1"} & set(re.split(r"[^\w-]+", text))


def arguments_of_all() -> bytes:
    """The arguments of every process, as anybody on this machine can list them."""
    return subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, check=True).stdout


def listen_to(arguments: list[str], environment: dict[str, str]) -> tuple[bytes, bytes]:
    """Run a command; what it printed, and every argument seen while it ran."""
    command = [sys.executable, "-m", "hostsim", *arguments]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seen = b""
    while process.poll() is None:
        seen += arguments_of_all()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    printed, _ = process.communicate()
    assert process.returncode in (0, 1), printed
    return printed, seen


@pytest.mark.parametrize(
    "wrapped", [{}, {"HOSTSIM_KEY_PASSPHRASE": PASSPHRASE, "HOSTSIM_KEY_PASSPHRASE_FILE": ""}], ids=["file", "environment"]
)
def test_no_secret_stands_in_the_arguments_or_output_of_a_command(tmp_path: Path, wrapped: dict[str, str]) -> None:
    with session_in(tmp_path) as session:
        keys = session.core.credentials()
        environment = {
            **os.environ,
            **wrapped_by_file(tmp_path),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **wrapped,
            "HOSTSIM_DATABASE": session.workspace.options.database,
            "HOSTSIM_QUICKBOOKS": session.simulator.base_url,
            "HOSTSIM_CLIENT_ID": keys["client_id"],
            "HOSTSIM_CLIENT_SECRET": keys["client_secret"],
        }
        positions: dict[str, bytes] = {}
        for arguments in (
            ["connect"],
            ["run", "match-clients", "--accept-all"],
            ["run", "export-payments", "--all", "--dry-run"],
            ["support", str(tmp_path / "support.zip")],
        ):
            printed, seen = listen_to(arguments, environment)
            positions |= {f"output of {arguments[-1]}": printed, f"arguments of {arguments[-1]}": seen}
            assert arguments[-1].encode() in seen
        assert find(session.secrets(), positions) == []

"""node-quickbooks, as it comes, against the simulator; skipped where Node or its packages cannot be had."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.server.server import running_simulator

PACKAGE = "node-quickbooks@2.0.50"
SCRIPT = r"""
const { promisify } = require('util');
const QuickBooks = require('node-quickbooks');
const told = JSON.parse(process.argv[2]);
QuickBooks.V3_ENDPOINT_BASE_URL = told.base + '/v3/company/';
QuickBooks.TOKEN_URL = told.base + '/oauth2/v1/tokens/bearer';
QuickBooks.REVOKE_URL = told.base + '/v2/oauth2/tokens/revoke';
const keys = [told.client_id, told.client_secret, 'none', false];
const qbo = new QuickBooks(...keys, told.realm, true, false, 75, '2.0', told.refresh_token);
const call = (name, ...given) => promisify(qbo[name]).call(qbo, ...given);

(async () => {
  const seen = {};
  await call('refreshAccessToken');
  const customer = await call('createCustomer', { DisplayName: "Noël's Node" });
  const line = { Amount: 80, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: '1' } } };
  const invoice = await call('createInvoice', { CustomerRef: { value: customer.Id }, Line: [line] });
  const applied = [{ Amount: 80, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }];
  const payment = await call('createPayment', { CustomerRef: { value: customer.Id }, TotalAmt: 100, Line: applied });
  seen.unapplied = payment.UnappliedAmt;
  seen.balance = (await call('getInvoice', invoice.Id)).Balance;
  const changed = await call('updatePayment', { Id: payment.Id, SyncToken: payment.SyncToken, PrivateNote: 'from Node' });
  seen.note = changed.PrivateNote;
  seen.lines = changed.Line.length;
  const voided = await call('voidPayment', { Id: payment.Id, SyncToken: changed.SyncToken });
  seen.voided = [voided.TotalAmt, voided.Line.length];
  const gone = await call('deletePayment', payment.Id);
  seen.deleted = gone.Payment.status;
  const twice = { CustomerRef: { value: customer.Id }, TotalAmt: 7 };
  const first = await call('createPayment', { ...twice, requestId: 'node-1' });
  const second = await call('createPayment', { ...twice, requestId: 'node-1' });
  seen.once = first.Id === second.Id;
  const found = await call('findPayments', [{ field: 'CustomerRef', value: customer.Id, operator: '=' }]);
  seen.found = found.QueryResponse.Payment.length;
  const quoted = await call('findCustomers', { DisplayName: "Noël's Node" });
  seen.quoted = quoted.QueryResponse.Customer.length;
  seen.counted = (await call('findInvoices', { count: true })).QueryResponse.totalCount > 100;
  const batch = await call('batch', [
    { bId: '1', operation: 'create', Payment: twice },
    { bId: '2', Query: 'select count(*) from Payment' },
    { bId: '3', operation: 'delete', Payment: { Id: '99999', SyncToken: '0' } }]);
  seen.batch = batch.BatchItemResponse.map(item => Object.keys(item)[0]);
  const feed = await call('changeDataCapture', ['Payment', 'Customer'], told.since);
  seen.feed = feed.CDCResponse[0].QueryResponse.map(block => block.maxResults > 0);
  seen.pdf = (await call('getInvoicePdf', invoice.Id)).slice(0, 5).toString();
  seen.sent = (await call('sendInvoicePdf', invoice.Id, 'a@example.com')).EmailStatus;
  try { await call('getPayment', '99999'); } catch (error) { seen.missing = error.response.data.Fault.Error[0].code; }
  await promisify(qbo.revokeAccess).call(qbo, true);
  console.log(JSON.stringify(seen));
})().catch(error => { console.error(error); process.exit(1); });
"""


@pytest.fixture(scope="module")
def package() -> Path:
    """A folder with the package in it, kept between runs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node is not installed")
    position = Path(tempfile.gettempdir()) / f"simulator-{PACKAGE}"
    if not (position / "node_modules").exists():
        with tempfile.TemporaryDirectory() as fresh:
            command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", fresh, PACKAGE]
            done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
            if done.returncode:
                pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr.strip().splitlines()[-1:]}")
            shutil.copytree(fresh, position, dirs_exist_ok=True)
    return position


def test_node_client_does_what_its_users_do(package: Path) -> None:
    script = package / "simulator-test.cjs"
    script.write_text(SCRIPT, encoding="utf-8")
    with running_simulator("demo", clock=Clock()) as sim:
        told = {**sim.credentials(), "since": sim.clock.now().isoformat()}
        command = ["node", str(script), json.dumps(told)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert seen == {
        "unapplied": 20,
        "balance": 0,
        "note": "from Node",
        "lines": 1,
        "voided": [0, 0],
        "deleted": "Deleted",
        "once": True,
        "found": 1,
        "quoted": 1,
        "counted": True,
        "batch": ["Payment", "QueryResponse", "Fault"],
        "feed": [True, True],
        "pdf": "%PDF-",
        "sent": "EmailSent",
        "missing": "610",
    }

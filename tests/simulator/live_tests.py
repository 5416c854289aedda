"""python-quickbooks' own live tests against the simulator, its limits on; not part of the test suite.

git clone https://github.com/ej2/python-quickbooks
python -m tests.simulator.live_tests python-quickbooks [pytest arguments]

The tests are run as they are. Only the addresses of Intuit are replaced by the simulator's, for the time of the run.
They rely on what Intuit's sandbox companies contain, so the sample company gets the like first. The files named in
`MULTICURRENCY` rely on a company with several currencies, the others on one without.
"""

import os
import sys
from pathlib import Path
from typing import Any

import intuitlib.utils
import pytest
from quickbooks import QuickBooks

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.server.control_books import add_books
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator

MULTICURRENCY = ("test_companycurrency.py", "test_exchangerate.py")
STOCK = {
    "Name": "Rake",
    "Type": "Inventory",
    "TrackQtyOnHand": True,
    "QtyOnHand": 10,
    "InvStartDate": "2020-01-01",
    "IncomeAccountRef": "$Account:sales of product income",
    "ExpenseAccountRef": "$Account:cost of goods sold",
    "AssetAccountRef": "$Account:inventory asset",
}
SANDBOX: list[dict[str, Any]] = [
    {"update": "$Account:stationery and printing", "body": {"AccountType": "Credit Card", "AccountSubType": "CreditCard"}},
    {"create": "Vendor", "body": {"DisplayName": "Books by Bessie"}},
    {"create": "Department", "body": {"Name": "North"}},
    {"create": "Class", "body": {"Name": "Retail"}},
    {"create": "Item", "body": STOCK},
]
CURRENCIES: list[dict[str, Any]] = [
    {"create": "CompanyCurrency", "body": {"Code": "CAD"}},
    {"create": "CompanyCurrency", "body": {"Code": "EUR"}},
    {"create": "ExchangeRate", "body": {"SourceCurrencyCode": "EUR", "Rate": 1.1, "AsOfDate": "2026-11-01"}},
]
ONE = {"preferences": {"SalesFormsPrefs": {"CustomTxnNumbers": True}}, "steps": SANDBOX}
SEVERAL = {"preferences": {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}, "steps": CURRENCIES}


def point_to(simulator: RunningSimulator, patch: pytest.MonkeyPatch) -> None:
    """Let both libraries talk to the simulator instead of Intuit's sandbox."""
    given = simulator.credentials()
    for name in ("client_id", "client_secret", "refresh_token"):
        patch.setenv(name.upper(), given[name])
    patch.setenv("COMPANY_ID", given["realm"])
    patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    patch.setattr(QuickBooks, "sandbox_api_url_v3", f"{simulator.base_url}/v3")
    patch.setitem(intuitlib.utils.DISCOVERY_URL, "sandbox", simulator.discovery_url)


def run(folder: Path, case: object, arguments: list[str]) -> int:
    """Run live tests of the checkout against a company with this case; pytest's exit status."""
    with pytest.MonkeyPatch.context() as patch, running_simulator("sample", clock=Clock(), limits=True) as simulator:
        add_books(simulator.core, case)
        point_to(simulator, patch)
        for name in [each for each in sys.modules if each == "tests" or each.startswith("tests.")]:
            patch.delitem(sys.modules, name)  # the checkout has a package of the same name
        patch.syspath_prepend(folder)
        return int(pytest.main(["-q", "--rootdir", str(folder), "-p", "no:cacheprovider", *arguments]))


def main(folder: Path, arguments: list[str]) -> int:
    """Run all live tests of the checkout in `folder`; zero when all pass."""
    os.chdir(folder)
    tests = "tests/integration"
    several = [f"{tests}/{name}" for name in MULTICURRENCY]
    first = run(folder, ONE, [tests, *(f"--ignore={name}" for name in several), *arguments])
    return run(folder, SEVERAL, [*several, *arguments]) or first


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))

"""python-quickbooks' own live tests against the simulator, its limits on; not part of the test suite.

git clone https://github.com/ej2/python-quickbooks
python -m tests.simulator.live_tests python-quickbooks [pytest arguments]

The tests are run as they are. Only the addresses of Intuit are replaced by the simulator's, for the time of the run.
"""

import os
import sys
from pathlib import Path

import intuitlib.utils
import pytest
from quickbooks import QuickBooks

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator


def point_to(simulator: RunningSimulator, patch: pytest.MonkeyPatch) -> None:
    """Let both libraries talk to the simulator instead of Intuit's sandbox."""
    given = simulator.credentials()
    for name in ("client_id", "client_secret", "refresh_token"):
        patch.setenv(name.upper(), given[name])
    patch.setenv("COMPANY_ID", given["realm"])
    patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    patch.setattr(QuickBooks, "sandbox_api_url_v3", f"{simulator.base_url}/v3")
    patch.setitem(intuitlib.utils.DISCOVERY_URL, "sandbox", simulator.discovery_url)


def main(folder: Path, arguments: list[str]) -> int:
    """Run the live tests of the checkout in `folder`; pytest's exit status."""
    with pytest.MonkeyPatch.context() as patch, running_simulator("sample", clock=Clock(), limits=True) as simulator:
        point_to(simulator, patch)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        for name in [each for each in sys.modules if each == "tests" or each.startswith("tests.")]:
            del sys.modules[name]  # the checkout has a package of the same name
        return int(pytest.main(["-q", "--rootdir", str(folder), "-p", "no:cacheprovider", "tests/integration", *arguments]))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))

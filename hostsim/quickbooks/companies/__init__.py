"""Companies to begin with: the demo firm's, a landscaping sample, and an empty one."""

from collections.abc import Callable
from datetime import date, datetime

from hostsim.quickbooks.companies.demo import build_demo
from hostsim.quickbooks.companies.sample import build_sample
from hostsim.quickbooks.companies.start import build_empty
from hostsim.quickbooks.company import Company

DEFAULT_REALMS = {"demo": "9130347798120106", "sample": "9130347798120206", "empty": "9130347798120306"}
BUILDERS: dict[str, Callable[[Company, date, datetime], None]] = {
    "demo": build_demo,
    "sample": build_sample,
    "empty": build_empty,
}

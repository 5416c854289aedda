"""Companies to begin with: the demo firm's, a landscaping sample, an empty one, and one outside the United States."""

from collections.abc import Callable
from datetime import date, datetime

from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.abroad import build_abroad
from hostsim.qbo_simulator.companies.demo import build_demo
from hostsim.qbo_simulator.companies.sample import build_sample
from hostsim.qbo_simulator.companies.start import build_empty

DEFAULT_REALMS = {
    "demo": "9130347798120106",
    "sample": "9130347798120206",
    "empty": "9130347798120306",
    "abroad": "9130347798120406",
}
BUILDERS: dict[str, Callable[[Company, date, datetime], None]] = {
    "demo": build_demo,
    "sample": build_sample,
    "empty": build_empty,
    "abroad": build_abroad,
}

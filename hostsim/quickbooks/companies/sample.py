"""A landscaping firm."""

from datetime import date, datetime

from hostsim.quickbooks.companies.start import build_empty
from hostsim.quickbooks.company import Company


def build_sample(company: Company, today: date, now: datetime) -> None:
    """The sample."""
    build_empty(company, today, now)

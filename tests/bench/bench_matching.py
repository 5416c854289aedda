"""Suggestions for ten thousand clients among ten thousand customers: how long they take, and how right they are."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from qb_plugin.model import Customer
from qb_plugin.sync.clients.likest import find_candidates
from qb_plugin.sync.clients.suggestions import suggest
from tests.addin.sync.clients.pairs.build import Entry, build
from tests.bench.figures import Figure, Section, at_least, at_most, table

SECONDS = 10.0
TAILS = ("", "well", "ham", "dale", "ford")  # ten thousand clients have as many more surnames as two thousand
PRECISION, RECALL = 99.0, 90.0  # percent


def as_customer(entry: Entry) -> Customer:
    """A customer of the set."""
    leaf = entry.name.rpartition(":")[2]
    return Customer(
        id=entry.id, name=leaf, full_name=entry.name, active=entry.active == "yes", email=entry.email, phone=entry.phone
    )


def measure(pairs: int) -> Section:
    """Time, and what of it is right."""
    clients, entries = build(pairs=pairs, tails=TAILS)
    customers = [as_customer(entry) for entry in entries]
    began = time.perf_counter()
    found = suggest(find_candidates(clients, customers), {client.id: client.name for client in clients}, ())
    seconds = time.perf_counter() - began
    truth = {client.id: client.customer for client in clients if client.customer}
    accepted = {client for client, each in found.items() if each.sure}
    right = {client for client in accepted if truth.get(client) == found[client].customer.id}
    figures: list[Figure] = [
        at_most(f"{len(clients):,} clients among {len(customers):,} customers", seconds, SECONDS, "s"),
        at_least("right, of those accepted at once", 100 * len(right) / len(accepted), PRECISION, "%"),
        at_least("accepted at once, of the pairs there are", 100 * len(right) / len(truth), RECALL, "%"),
    ]
    return Section("Matching clients with customers", figures)


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    sections = [measure(parser.parse_args(argv).pairs)]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()

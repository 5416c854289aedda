# Everything a developer or a build machine does. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test quick slow coverage lint types check constraints structure faults bench mutants screenshots clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v else "Python 3.11 or newer is needed; this is %d.%d. Name another: make PYTHON=python3.13 ..." % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP) ## start the demo firm and its QuickBooks on http://127.0.0.1:8400
	@$(BIN)/hostsim demo $(ARGS)

test: $(STAMP) ## set up and run every test
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

quick: $(STAMP) ## the tests without browsers and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not postgres and not slow" $(ARGS)

slow: $(STAMP) ## the slow suite: thousands of random books (ARGS="-k random")
	$(BIN)/python -m pytest -n 2 -m slow $(ARGS)

coverage: $(STAMP) ## the rules and the tables: every branch, by their own tests
	$(BIN)/python -m coverage run --branch --source qb_plugin/sync,qb_plugin/store -m pytest -q tests/addin/sync tests/addin/importing tests/addin/store
	$(BIN)/python -m coverage report --show-missing --skip-covered --fail-under 100

lint: $(STAMP) ## ruff and bandit; types and lint of the JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive --severity-level medium --confidence-level medium qb_plugin hostsim
	$(BIN)/python -m tests.javascript.check

types: $(STAMP) ## mypy, strict, on source and tests
	$(BIN)/mypy

check: lint types test ## all of it

constraints: $(STAMP) ## pin anew what pyproject.toml asks for, on every Python and platform promised
	$(BIN)/python -m tests.conventions.pins

structure: $(STAMP) ## the structure in figures, before and now (ARGS="--base REV"; --pages: write the import tables)
	@$(BIN)/python -m tests.conventions.structure $(ARGS)

faults: $(STAMP) ## kill it at every point, lose every answer: nothing twice, nothing lost
	$(BIN)/python -m tests.faults.run $(ARGS)

bench: $(STAMP) ## measure everything against its targets, in one table (ARGS="--only pace")
	$(BIN)/python -m tests.bench.run $(ARGS)

mutants: $(STAMP) ## change the rules of money, calls and sign-in one by one: each time a test must fail (ARGS="--only money")
	$(BIN)/python -m tests.mutation.run $(ARGS)

screenshots: $(STAMP) ## make the pictures of the README anew
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

clean: ## forget the environment and everything made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

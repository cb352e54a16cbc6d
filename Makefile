# The commands of the house. `make help` lists them; each is one line, what is longer stands in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench soak schedules fuzz laws examples vectors
PYTHON := .venv/bin/python

help:    ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup:   ## what a fresh Debian machine lacks: .venv with the locked packages and the paifang command, system libraries
	@scripts/setup.sh

demo: setup  ## the whole path on simulated hardware; STAY=1 keeps serving afterwards
	@$(PYTHON) -m tests.journeys.demo $(if $(STAY),--stay,)

test: setup  ## everything: format, lint, types, contracts, tests
	@scripts/test.sh

check: setup ## the quick part of it: no journeys, no PostgreSQL
	@scripts/test.sh quick

bench: setup ## measure; ONLY=name runs one
	@$(PYTHON) -m tests.bench $(ONLY)

soak: setup  ## real kills and random faults; N=runs
	@$(PYTHON) -m tests.journeys.soak --runs $(or $(N),100)

schedules: setup ## seeded faults in virtual time, of gates and of payments; N=of each
	@$(PYTHON) -m pytest -q -n 2 tests/simulation --schedules $(or $(N),2000) --payment-schedules $(or $(N),2000)

fuzz: setup  ## Schemathesis over the whole API; N=calls of each kind to an operation
	@$(PYTHON) -m pytest -n 2 tests/central/api/test_any_call.py --api-examples $(or $(N),100)

laws: setup  ## each law of docs/laws.md, the tests that prove it, their result
	@$(PYTHON) -m tests.laws

examples: setup ## tell the API's examples anew, and write central/examples
	@$(PYTHON) -m tests.examples

vectors: setup ## write protocol/vectors anew from fixed seeds
	@$(PYTHON) -m tests.vectors

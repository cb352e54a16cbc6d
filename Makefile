# The commands of the house. `make help` lists them; each is one line, what is longer stands in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check sweep bench soak schedules fuzz laws examples vectors
PYTHON := .venv/bin/python

help:    ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup:   ## what a fresh Debian machine lacks: .venv with the locked packages and the paifang command, system libraries
	@scripts/setup.sh

demo: setup  ## the whole path on simulated hardware; STAY=1 keeps serving afterwards
	@$(PYTHON) -m tests.journeys.demo $(if $(STAY),--stay,)

test: setup  ## everything: format, lint, types, contracts, tests
	@scripts/test.sh

check: setup ## what a change can break, within a minute: of the files that differ from the last commit
	@scripts/test.sh check

sweep: setup ## as a whole what `make test` samples: properties, hostile bodies, calls
	@scripts/test.sh sweep

bench: setup ## measure; ONLY=name runs one
	@$(PYTHON) -m tests.bench $(ONLY)

soak: setup  ## real kills and random faults; N=runs
	@$(PYTHON) -m tests.journeys.soak --runs $(or $(N),100)

schedules: setup ## seeded faults in virtual time, of gates and of payments; N=of each
	@$(PYTHON) -m pytest -q -n 2 tests/simulation --schedules $(or $(N),2000) --payment-schedules $(or $(N),2000)

fuzz: setup  ## Schemathesis over the whole API; N=calls of each kind to an operation
	@$(PYTHON) -m pytest tests/central/api/test_any_call.py --sweep --api-examples $(or $(N),100)

laws: setup  ## each law of docs/laws.md, the tests that prove it, their result
	@$(PYTHON) -m tests.laws

examples: setup ## tell the stories of the API again, and write central/examples
	@$(PYTHON) -m tests.examples

vectors: setup ## write protocol/vectors again, from fixed seeds
	@$(PYTHON) -m tests.vectors

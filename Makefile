# Everything a newcomer, a developer and CI type. Needs Python >= 3.11, pip and make; makes .venv itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
PARTS  := rewards service trainer_client tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help serve demo test coverage check e2e bench format generate relock lock image-steps clean

help: ## Say what there is
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 20

serve: $(VENV)/.service ## Serve the rewards on http://127.0.0.1:8400 (API page at /docs)
	$(BIN)/touchstone serve

demo: $(VENV)/.all ## Score real completions, then watch a tiny model learn from rewards over HTTP (about two minutes)
	$(BIN)/touchstone demo

test: $(VENV)/.all ## Run every test, in two processes (some seven minutes)
	$(BIN)/python -m pytest -m "not e2e" --numprocesses 2 --dist worksteal

coverage: $(VENV)/.all ## Run every test and measure branch coverage, which takes three times as long
	$(BIN)/python -m pytest --cov --cov-report=term -m "not e2e"

check: $(VENV)/.all ## Run every gate: lint, format, types, import contracts, generated files
	$(BIN)/ruff check $(PARTS)
	$(BIN)/ruff format --check $(PARTS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m service.generate --check

e2e: $(VENV)/.all ## Run the tests that take a minute or more, and those inside the trainers that are installed
	$(BIN)/python -m pytest -m e2e

bench: $(VENV)/.all ## Print the figures, each beside its peer (some minutes)
	$(BIN)/python -m benchmarks.grpo_batch
	$(BIN)/python -m benchmarks.long_answers
	$(BIN)/python -m benchmarks.format_reward
	$(BIN)/python -m benchmarks.hard_answers
	$(BIN)/python -m benchmarks.faults
	$(BIN)/python -m benchmarks.determinism
	$(BIN)/python -m benchmarks.verdicts
	$(BIN)/python -m benchmarks.math500
	$(BIN)/python -m benchmarks.poison

format: $(VENV)/.all ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix $(PARTS)
	$(BIN)/ruff format $(PARTS)

generate: $(VENV)/.all ## Write openapi.yaml and docs/rewards.md from the declarations
	$(BIN)/python -m service.generate

relock: $(VENV)/.all ## Lock the released versions again, refusing any change of behaviour
	$(BIN)/python tests/relock.py

lock: ## Resolve requirements.lock anew, in an environment of its own
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet torch==2.13.0
	.venv-lock/bin/python -m pip install --quiet -e '.[service,postgres,otel,train,judge,dev]'
	{ sed -n '/^#/p' requirements.lock; .venv-lock/bin/python -m pip freeze --exclude-editable \
		| sed -E 's/\+cpu$$//' ; } > requirements.new
	mv requirements.new requirements.lock && rm -rf .venv-lock

image-steps: ## Run the Dockerfile's steps in a clean virtual environment
	bash tests/image_steps.sh

clean: ## Remove the virtual environment and what tools left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage out

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Touchstone needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.service: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing the service into $(VENV) (once, under a minute) ..."
	$(PIP) --editable '.[service]'
	@touch $@

$(VENV)/.all: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing everything into $(VENV) (once, a few minutes) ..."
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[service,postgres,otel,train,judge,dev]'
	@touch $@ $(VENV)/.service

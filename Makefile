# `make help` lists what there is. The environment lives in .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test lint calibrate fuzz attack bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) ## the fictional municipality, from exports to html, PDF and Word
	$(BIN)/evaluation demo demo
	$(BIN)/evaluation run --workspace demo

test: $(STAMP) ## lint, types, layers and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

lint: $(STAMP) ## only the checks that read code
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

calibrate: $(STAMP) ## slow: error rates over 108 settings into docs/methods.md, the demo's truth over 400 seeds
	$(BIN)/python -m tests.calibration.rates
	$(BIN)/python -m pytest -m calibrate -n 2

fuzz: $(STAMP) ## 5,000 damaged exports of every format family; figures into docs/fuzz.md
	$(BIN)/python -m tests.fuzz.campaign

attack: $(STAMP) ## 10,000 random surveys through the gate and under attack; figures into docs/disclosure.md
	$(BIN)/python -m tests.attack.campaign

bench: $(STAMP) ## speed, as ratios in one run
	$(BIN)/python -m benchmarks.run

clean: ## remove environment, demo and caches
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

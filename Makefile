# Every target makes its own virtual environment; Python 3.11 and a package registry are all it takes.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-demo
READY_DEV := $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types docs bench speed floors clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(READY) ## Hold the sample alerts against the sample register and show what was found
	$(BIN)/hpmatch link examples/data/alerts.csv examples/data/register.csv --out out/demo
	@echo; echo "The first dispositions:"; head -6 out/demo/dispositions.csv

test: $(READY_DEV) ## Run all tests
	@# worksteal: whoever is done takes tests from the others, so that none waits at the end
	$(BIN)/pytest -n auto --dist worksteal

check: format lint types test ## Format, lint, strict typing, tests and doctests

format: $(READY_DEV) ## Check the format
	$(BIN)/ruff format --check .

lint: $(READY_DEV) ## Check the code's rules
	$(BIN)/ruff check .

types: $(READY_DEV) ## Check the types, strictly
	$(BIN)/mypy

docs: $(READY_DEV) ## Make the documentation as a site, in the folder site; a warning is an error
	@# not --quiet: it hides warnings from --strict too
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=tools $(BIN)/mkdocs build --strict
	@echo "read site/index.html"

bench: $(READY_DEV) ## Measure precision and recall on generated data
	$(BIN)/python -m benchmarks

speed: $(READY_DEV) ## Measure time and memory against the size of the register
	$(BIN)/python -m benchmarks.speed

floors: $(READY_DEV) ## Measure a small benchmark and fail if a figure lies below its floor
	$(BIN)/python -m benchmarks --no-peers --seeds 1 2 3 --check-floors benchmarks/floors.json

clean: ## Remove the environment and what was made
	rm -rf $(VENV) out site .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[cli]'
	touch $@

$(READY_DEV): pyproject.toml examples/plugin/pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# --no-compile: of a gigabyte of libraries the first import compiles what is used
	$(BIN)/pip install --quiet --no-compile --editable '.[dev]' --editable examples/plugin
	touch $@ $(READY)

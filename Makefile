# The front door. `make demo` and `make test` do their own set-up. Everything that is made lands in .venv, .ocr-wordcount,
# .pulumi-state, ocr-wordcount-out and build, and the environment of the local Lambda workers in the user's cache folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IMAGE ?=
STACK ?= dev
HISTORIES ?= 100000
GB ?= 1
# Two at once, each with its own cloud; what shares something stays together (tests/workers.py).
WORKERS ?= -n 2 --no-loadscope-reorder

# What a process has compiled, others need not: many are started, and in containers this is often set.
export PYTHONDONTWRITEBYTECODE :=

include locks/sizes.mk

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo preview check test test-all simulate bench docs format lock clean

help: ## show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(f"ocr-wordcount needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}. Name a newer one: make PYTHON=python3.13 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.local: locks/local.txt locks/worker.txt pyproject.toml | $(BIN)/python
	@echo "Setting up (once): fetching about $(FETCH_DEMO) MB of Python packages into $(VENV) ..."
	@$(BIN)/python locks/install.py locks/local.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@$(BIN)/python -m local.worker_environment
	@touch $@

$(VENV)/.dev: locks/dev.txt $(VENV)/.local
	@echo "Setting up for tests (once): fetching about $(FETCH_DEV) MB more ..."
	@$(BIN)/python locks/install.py locks/dev.txt
	@touch $@

$(VENV)/.spark: locks/spark.txt $(VENV)/.dev
	@echo "Setting up Spark (once): fetching about $(FETCH_SPARK) MB more ..."
	@$(BIN)/python locks/install.py locks/spark.txt
	@touch $@

$(VENV)/.bench: locks/bench.txt $(VENV)/.spark
	@echo "Setting up for the benches (once): fetching about $(FETCH_BENCH) MB more ..."
	@$(BIN)/python locks/install.py locks/bench.txt
	@touch $@

setup: $(VENV)/.local ## install what the service needs on this machine, and the command ocr-wordcount
setup-dev: $(VENV)/.dev

demo: $(VENV)/.local ## a real page, twice: read and counted, then known (IMAGE=path for your own)
	@$(BIN)/python -m cli.demo $(if $(IMAGE),"$(IMAGE)")

preview: $(VENV)/.local ## what the Pulumi CLI would create on AWS for STACK (dev), from nothing
	@$(BIN)/python -m cli.preview "$(STACK)"

check: $(VENV)/.bench ## lint, types, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyrefly check
	$(BIN)/python -m docs.generate --check

docs: $(VENV)/.dev ## write the documents that are made from the code
	$(BIN)/python -m docs.generate

test: $(VENV)/.spark ## all tests but the slow ones
	@$(BIN)/python -m tests.prepare
	$(BIN)/python -m pytest $(WORKERS) -m "not slow"

test-all: $(VENV)/.spark ## all tests
	@$(BIN)/python -m tests.prepare
	$(BIN)/python -m pytest $(WORKERS)

simulate: $(VENV)/.dev ## run the use cases through HISTORIES bad histories (100000) and check every promise
	$(BIN)/python -m tests.simulation --histories $(HISTORIES)

bench: $(VENV)/.bench ## count words with seven engines side by side, GB gigabytes of them, and write docs/benchmarks.md
	$(BIN)/python -m bench.wordcount --gb $(GB) --write

format: $(VENV)/.dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## resolve the dependencies anew
	locks/compile

clean: ## remove what was installed and made
	rm -rf $(VENV) build .ocr-wordcount .pulumi-state ocr-wordcount-out *.egg-info

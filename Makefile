# One place for every command; each target builds the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
RUN := $(VENV)/.runs
SETUP := $(VENV)/.ready

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(RUN): requirements/base.lock requirements/build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/base.lock -r requirements/build.lock
	$(PIP) --no-build-isolation -e .
	@touch $@

$(SETUP): $(RUN) requirements/dev.lock
	$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@

.PHONY: setup
setup: $(SETUP) ## Build the environment in .venv

.PHONY: demo
demo: $(RUN) ## A gateway with synthetic people on http://127.0.0.1:8000 (ARGS=--once: tell the story and stop)
	$(BIN)/doelpoort demo $(ARGS)

.PHONY: test
test: $(SETUP) ## All tests, with a time per suite
	$(BIN)/python -m tests.suites $(ARGS)

.PHONY: test-deep
test-deep: $(SETUP) ## The full numbers: a million worlds, every fault
	DOELPOORT_DEEP=1 $(BIN)/python -m tests.suites $(ARGS)

.PHONY: mutation
mutation: $(SETUP) ## Change the core one thing at a time; 19 of 20 changes must be noticed (an hour)
	$(BIN)/python -m tests.mutate $(ARGS)

.PHONY: lint
lint: $(SETUP) ## Format, lint, types, contracts, dead code, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry .
	$(BIN)/codespell
	$(BIN)/python -m policies.compiler --check
	$(BIN)/python -m gateway.commands.reference --check
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml

.PHONY: check
check: lint test ## Everything that must hold before a change lands

.PHONY: bench
bench: $(SETUP) ## Measure; the figures are ratios within one run
	$(BIN)/python bench/run.py $(ARGS)

.PHONY: bench-log
bench-log: $(SETUP) ## Hammer the log beside a row-locked hash chain
	$(BIN)/python -m bench.hammer $(ARGS)

.PHONY: bench-search
bench-search: $(SETUP) ## Search 64,405 people by three filters, beside a look at every profile
	$(BIN)/python -m bench.search $(ARGS)

.PHONY: bench-pages
bench-pages: $(SETUP) ## Ask for the pages opened most, over 64,405 people: time and size
	$(BIN)/python -m bench.pages $(ARGS)

.PHONY: frontend
frontend: ## Build styles and scripts of the screens into the package (needs npm)
	cd frontend && npm ci --silent && npm run --silent build

.PHONY: frontend-check
frontend-check: ## Build them again elsewhere and compare with what is committed (needs npm)
	cd frontend && npm ci --silent && node build.mjs ../build/frontend >/dev/null
	diff -r build/frontend gateway/web/static/dist

.PHONY: messages
messages: $(SETUP) ## Collect the texts of the screens into the English catalogue
	$(BIN)/pybabel -q extract -F gateway/web/translations/babel.cfg -k N_ -k count:1,2 \
		--no-location --sort-output --omit-header -o build/screens.pot .
	$(BIN)/pybabel -q update -l en -i build/screens.pot -o gateway/web/translations/en.po \
		--no-fuzzy-matching --omit-header --ignore-obsolete

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade

.PHONY: lock
lock: ## Renew the pinned versions (needs uv)
	$(COMPILE) --group dev -o requirements/dev.lock
	$(COMPILE) -o requirements/base.lock
	uv pip compile --group build --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade -o requirements/build.lock

.PHONY: clean
clean: ## Remove the environment and caches
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

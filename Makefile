# Every command of the project. Needs Python 3.11, git and make; `make` alone lists the targets.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTS := lotus_assets_tests
WORKERS ?= 2
LOCKS ?= .
DOCKER_COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

PYTEST := $(BIN)/python -m pytest
# With COVERAGE=1 every suite leaves a file of its own, to be combined by coverage-gate.
measured = $(if $(COVERAGE),COVERAGE_FILE=$(CURDIR)/.coverage.$(1) $(PYTEST) --cov --cov-report=,$(PYTEST))
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run dev bench lint lint-workflows pre-commit format typecheck test test-unit \
	test-integration test-e2e test-oldest-postgres test-all coverage-gate check check-all \
	check-deps ci-local ci-local-docker ci-local-docker-down docker-build docker-up docker-down \
	lock revision clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-22s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## Make .venv hold what the locks name (only when they changed)

$(INSTALLED): requirements-dev.lock requirements.lock
	.ci/install "$(PYTHON)" $(VENV) requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --no-index --editable .
	touch $@

run: $(INSTALLED) ## Collect, compute and export once; ends with a summary
	@$(BIN)/python -m lotus_assets run

dev: $(INSTALLED) ## Serve the Dagster UI, its daemon and the source until interrupted
	@$(BIN)/python -m lotus_assets dev

bench: $(INSTALLED) ## Measure, store, compare (BENCH="--weekly": all of it; `… bench --help`)
	@$(BIN)/python -m lotus_assets bench $(BENCH)

lint: $(INSTALLED) ## Ruff (rules and format), the import contracts, lotus-core's vocabulary
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m lotus_assets.services.lotus_core.vocabulary --check

lint-workflows: $(INSTALLED) ## actionlint, yamllint and the workflows' schema
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/actionlint
	$(BIN)/yamllint --strict .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose*.yml
	$(BIN)/shellcheck .ci/*

pre-commit: $(INSTALLED) ## Every hook that Git runs before a commit, over all files
	$(BIN)/pre-commit run --all-files

format: $(INSTALLED) ## Let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(INSTALLED) ## mypy --strict over everything
	$(BIN)/mypy --config-file mypy.ini

test: test-unit test-integration test-e2e ## All suites

test-unit: $(INSTALLED) ## Pure functions
	$(call measured,unit) $(TESTS)/unit --numprocesses $(WORKERS)

test-integration: $(INSTALLED) ## Real PostgreSQL, real HTTP, real Git
	$(call measured,integration) $(TESTS)/integration --numprocesses $(WORKERS)

test-e2e: $(INSTALLED) ## Whole commands, real Dagster runs, real Chromium
	$(call measured,e2e) $(TESTS)/e2e --numprocesses $(WORKERS) --dist loadfile

test-oldest-postgres: $(INSTALLED) ## The integration suite on Debian's PostgreSQL 15
	LOTUS_TEST_POSTGRES=/usr/lib/postgresql/15/bin $(PYTEST) $(TESTS)/integration --numprocesses $(WORKERS)

# One after the other even under `make -j`: the suites share the machine's two cores.
test-all: $(INSTALLED) ## All suites and the coverage gate
	rm -f .coverage .coverage.*
	$(MAKE) test-unit COVERAGE=1
	$(MAKE) test-integration COVERAGE=1
	$(MAKE) test-e2e COVERAGE=1
	$(MAKE) coverage-gate

coverage-gate: $(INSTALLED) ## Combine the suites' coverage; at least 95 %
	$(BIN)/coverage combine
	$(BIN)/coverage report --fail-under=95

check: lint typecheck test-unit ## Fast gate before a commit

check-all: ## Full gate before a pull request
	$(MAKE) lint-workflows
	$(MAKE) lint
	$(MAKE) pre-commit
	$(MAKE) typecheck
	$(MAKE) check-deps
	$(MAKE) test-all

check-deps: $(INSTALLED) ## Installed set, imports against pyproject, locks, vulnerabilities
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/deptry .
	.ci/locks-fresh "$(MAKE)"
	.ci/audit $(BIN)/pip-audit requirements.lock

ci-local: check-all ## What CI does, on this machine

ci-local-docker: ## What CI does, in a container
	$(DOCKER_COMPOSE) --file docker-compose.ci-local.yml up --build --exit-code-from ci ci

ci-local-docker-down: ## Remove what ci-local-docker made
	$(DOCKER_COMPOSE) --file docker-compose.ci-local.yml down --volumes --remove-orphans

docker-build: ## Build the image lotus-assets:local
	docker build --tag lotus-assets:local .

docker-up: ## The product in a container, Dagster UI on 127.0.0.1:3000
	$(DOCKER_COMPOSE) up --build --detach

docker-down: ## Stop it; its data stay
	$(DOCKER_COMPOSE) down

lock: $(INSTALLED) ## Compile the locks from pyproject.toml, keeping versions that still fit
	$(COMPILE) --output-file $(LOCKS)/requirements.lock
	$(COMPILE) --group dev --output-file $(LOCKS)/requirements-dev.lock

revision: $(INSTALLED) ## Write the next Alembic revision (MESSAGE="Add a column to fact_mr")
	$(BIN)/python -m lotus_assets.migrations "$(MESSAGE)"
	$(BIN)/ruff format --quiet lotus_assets/migrations/versions

clean: ## Remove caches and the virtual environment; collected data and exports stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What one types in this checkout. Every target sets up first what is missing; ENV chooses the environment.
SHELL := /bin/bash
PYTHON ?= python3
ENV ?= dev
SANDBOX := .venv/bin/python -m sandbox

.DEFAULT_GOAL := help
.PHONY: help setup preview up destroy test lint bench lock clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Bring the Python packages, the engine and the API server to this machine
	@command -v $(PYTHON) >/dev/null || { echo "set-up: error: $(PYTHON) is missing: install Python 3.11 or newer" >&2; exit 2; }
	@$(PYTHON) -m sandbox.setup

preview: setup ## Plan an environment with its cost and every policy pack (ENV=dev|prod)
	@$(SANDBOX) preview --env $(ENV)

up: setup ## Deploy an environment into the sandbox (ENV=dev|prod)
	@$(SANDBOX) up --env $(ENV)

destroy: setup ## Take an environment of the sandbox down (ENV=dev|prod)
	@$(SANDBOX) destroy --env $(ENV)

test: setup ## Run every test
	@.venv/bin/python -m sandbox.browser
	@$(SANDBOX) run -- .venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup ## Run every linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup ## Measure what the project promises
	@set -e; for file in benchmarks/*.py; do $(SANDBOX) run -- .venv/bin/python $$file; done

lock: setup ## Lock the Python packages anew, with hashes and without a registry's name
	.venv/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --no-header --no-annotate --quiet --upgrade -o requirements.txt

clean: ## Remove the sandbox's state and everything that was generated; .venv and the tools stay
	rm -rf .apex .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

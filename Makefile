# `make` alone says what can be made.
SHELL := /bin/bash
PYTHON_BIN := .venv/bin
PERIOD := 2026-11
# which tests `make explore` tries, as pytest's -k
LAWS :=

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test explore lint types bench torture check clean-workspace

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Set this machine up to run forms-ocr
	@./install.sh

install-dev: ## Set this machine up to test and change forms-ocr
	@./install.sh dev

run: install ## Read the sample scans into workspace/ and say where the results are
	@echo "Reading the sample scans into workspace/ (forms-ocr run samples/scans -w workspace ...)."
	@code=0; $(PYTHON_BIN)/forms-ocr run samples/scans -w workspace \
		--registry samples/registry.csv --period $(PERIOD) || code=$$?; \
	case $$code in \
	0) ;; \
	4) echo "Some samples are broken on purpose; they were quarantined (exit code 4) and the rest was read." ;; \
	*) echo "forms-ocr ended with exit code $$code; docs/commands.md says what that means." >&2; exit $$code ;; \
	esac; \
	echo "The report is workspace/exports/report.html; the tables are beside it."

# A file's tests stay together: what they share, such as the run over the samples, is then made once.
# Tests start the program many times: without its bytecode each start would compile it anew. While one waits for
# it to end another can work, so there is one worker more than cores.
test: install-dev ## Run all tests
	@echo "Running the tests (unit, integration, and the installed command on samples/)."
	@PYTHONDONTWRITEBYTECODE= $(PYTHON_BIN)/pytest -n $$(( $$(nproc) + 1 )) --dist loadfile --no-loadscope-reorder

explore: install-dev ## Try the laws on examples never tried before
	@echo "Trying the laws, and whatever may happen to a workspace, on new examples."
	@FORMS_OCR_LAWS=explore $(PYTHON_BIN)/pytest -n auto --dist loadfile -k "$(LAWS)" tests/unit \
		tests/integration/cli/test_any_order.py

lint: install-dev ## Check style, formatting and the import rule
	$(PYTHON_BIN)/ruff check .
	$(PYTHON_BIN)/ruff format --check .
	$(PYTHON_BIN)/lint-imports --no-cache

types: install-dev ## Check types
	$(PYTHON_BIN)/mypy

check: test lint types ## Tests, style, imports, types

bench: install-dev ## Measure how fast forms-ocr reads
	@$(PYTHON_BIN)/python -m bench

torture: install-dev ## Kill fifty runs at random, resume them, compare what they leave
	@$(PYTHON_BIN)/python -m bench.torture

clean-workspace: ## Remove the results of make run
	rm -rf workspace

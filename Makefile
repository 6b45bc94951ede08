# Kept. `make` lists what can be done here.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run headset test check lock doctor clean

help:            ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## ?/\t/' | expand -t 10

setup:           ## install what the product needs (asks apt, makes .venv, builds pjsua2 once)
	@./setup.sh run

run: setup       ## start the demo on http://127.0.0.1:8095: simulated carrier, customers and agents
	@exec .venv/bin/kept demo

headset:         ## install what `kept headset` needs on an agent's machine (PyAudio, PortAudio)
	@./setup.sh headset

test:            ## install the test tools too, then check the code and run the whole test suite
	@./setup.sh test
	@$(MAKE) --no-print-directory check
	.venv/bin/python -m pytest

check:           ## format, lint, types, import directions
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

lock:            ## resolve pyproject.toml into the two lock files
	.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	    --extra setup --extra pg --extra plot --extra bucket pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	    --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock

doctor: setup    ## what is installed, how many calls a node carries, what is wrong
	@.venv/bin/kept doctor

clean:           ## remove .venv and caches; your data under var stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

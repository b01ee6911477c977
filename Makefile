# make new        generate a technique (asks on a terminal, takes defaults without one)
# make test       the tests that a change has to pass, the next three in one
# make test-fast     those without TensorFlow, about a minute
# make test-life     updates of earlier versions, hostile input, odd environments
# make test-baked    a generated project of each kind, installed and used
# make test-methods  all of its tests with each published method in place (an hour)
# make lint       style of the template's own code
# make lock       newest versions of the packages for the tests, by hash
# make facts      what the documents say of each kind, into templates/facts
# make rendered-diff  what the projects of each kind differ in from those of BASE=main
# make pictures   those in README.md, from a real run, and PROMPTS.md
# make bench      what training with a technique of each kind costs, into benchmarks/
# make bench-generation   what generating a project takes, likewise
#
# Each target makes its own environment in .venv; PYTHON chooses the interpreter.
# make new ARGS='technique_name="Weight Slicing"' passes answers, OUT=dir a place.

PYTHON ?= python3
VENV ?= .venv
OUT ?= .
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: new test test-fast test-life test-baked test-methods lint lock facts rendered-diff pictures bench bench-generation clean

new: $(READY)
	@if [ -t 0 ]; then ask=; else ask=--no-input; fi; \
	$(BIN)/cookiecutter $$ask --output-dir '$(OUT)' . $(ARGS)

test: test-fast test-life test-baked

test-fast: $(READY)
	$(BIN)/python -m pytest --numprocesses auto

test-life: $(READY)
	$(BIN)/python -m pytest --numprocesses auto -m "life and not baked"

test-baked: $(READY)
	$(BIN)/python -m pytest -m baked

test-methods: $(READY)
	$(BIN)/python -m pytest -m methods

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

BASE ?= main

rendered-diff: $(READY)
	@$(BIN)/python -m maintenance.rendered_diff '$(BASE)' $(ARGS)

pictures: $(READY)
	$(BIN)/python -m maintenance.prompts
	$(BIN)/python -m maintenance.pictures

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache

# requirements-dev.txt has each package by version and hash. The environment is made anew
# when it changes; one that was left half made has no .ready and is, too.
$(READY): requirements-dev.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# Writes requirements-dev.txt from the group `dev` in pyproject.toml, newest versions.
lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --upgrade --group dev --universal \
	  --python-version 3.10 --generate-hashes --no-header -o requirements-dev.txt
	rm -rf .venv-lock

# Measures what training with a generated technique of each kind costs: some 20 minutes
# on a machine that does nothing else. Renders benchmarks/README.md. A piece of it, printed
# and not kept: make bench ARGS='--kind activation --case CNN --quick'.
BENCH := $(VENV)/bench
BAKE = $(BIN)/cookiecutter --no-input --output-dir $(BENCH)/projects .

bench: $(READY)
	rm -rf $(BENCH)/projects
	$(PYTHON) -m venv $(BENCH)/venv
	$(BAKE) technique_kind=weight_mask technique_name='Connection Pruning'
	$(BAKE) technique_kind=weight_projection technique_name='Weight Ternarization'
	$(BAKE) technique_kind=activation technique_name='Activation Sparsity'
	$(BAKE) technique_kind=layer_replacement technique_name='Low-Rank Factorization'
	$(BENCH)/venv/bin/python -m pip install --quiet $(BENCH)/projects/* ai-edge-litert
	$(BENCH)/venv/bin/python benchmarks/training_cost.py $(ARGS)
	$(BENCH)/venv/bin/python benchmarks/render_tables.py

bench-generation: $(READY)
	$(BIN)/python -m pip install --quiet copier
	$(BIN)/python benchmarks/generation_speed.py

# Reads from a trained and converted model what fresh projects of each kind say of it, in
# tables that `python -m tools.documents` keeps current in a project. Some five minutes.
FACTS := $(VENV)/facts

facts: $(READY)
	rm -rf $(FACTS)
	$(BIN)/cookiecutter --no-input --output-dir $(FACTS) .
	$(PYTHON) -m venv $(FACTS)/venv
	$(FACTS)/venv/bin/python -m pip install --quiet '$(FACTS)/connection_pruning[experiments]'
	$(FACTS)/venv/bin/python templates/facts/refresh.py $(BIN)/cookiecutter

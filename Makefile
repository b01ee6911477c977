# make new        generate a technique (asks on a terminal, takes defaults without one)
# make test       the tests that a change has to pass, the next three in one
# make test-fast     those without TensorFlow, of the template and of the kit, about a minute
# make test-life     updates of earlier versions, hostile input, odd environments
# make test-baked    a generated project of each kind, installed and used; two kinds in full,
#                    with KINDS=all each
# make test-kit      the kit's tests with TensorFlow, which are part of test-baked, alone
# make test-configurations  each configuration in its model's real size; CI runs it weekly
# make test-methods  all of its tests with each published method in place (an hour)
# make test-tools   Keras 3's own tools and KerasHub with each kind, half an hour; CI runs it
#                   weekly. With REFRESH=1 it writes what the overview says of them.
# make lint       style of the template's own code and of the kit's
# make lock       newest versions of the packages for all this, by hash
# make facts      what the documents say of each kind, into templates/facts
# make rendered-diff  what the projects of each kind differ in from those of BASE=main
# make pictures   that of the terminal in README.md, from a real run, and PROMPTS.md
# make pictures-results   those of results, from a small sweep; needs chromium, ten minutes
# make gallery    the profile `small` for the baseline and a published method of each kind, into
#                 gallery/: two hours, in parts if you stop it. ARGS='--minutes 30' stops by itself
# make bench      what training with a technique of each kind costs, into benchmarks/
# make bench-settings     the same with each Keras and backend, half an hour
# make bench-generation   what generating a project takes, likewise
#
# Targets make their environments: `new` a small one in .venv-new, the others one in .venv.
# PYTHON chooses the interpreter.
# make new ARGS='technique_name="Weight Slicing"' passes answers, OUT=dir a place.

PYTHON ?= python3
VENV ?= .venv
OUT ?= .
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
NEW := $(VENV)-new

.PHONY: new test test-fast test-life test-baked test-kit test-configurations test-methods test-tools lint lock facts rendered-diff pictures pictures-results gallery bench bench-settings bench-generation clean

new: $(NEW)/.ready
	@if [ -t 0 ]; then ask=; else ask=--no-input; fi; \
	$(NEW)/bin/cookiecutter $$ask --output-dir '$(OUT)' . $(ARGS)

# On all cores; tests that share a project in one process.
PARALLEL := --numprocesses auto --dist loadgroup

test: test-fast test-life test-baked

test-fast: $(READY)
	$(BIN)/python -m pytest $(PARALLEL)
	cd kit && $(abspath $(BIN))/python -m pytest --numprocesses auto

test-life: $(READY)
	$(BIN)/python -m pytest $(PARALLEL) -m "life and not baked"

# Two files at once, each with an environment of its own: much of it waits, for packages or for
# one process. The longest are shown.
test-baked: $(READY)
	KINDS=$(KINDS) $(BIN)/python -m pytest -m baked --numprocesses 2 --dist loadfile \
	  --durations 12 --durations-min 30

# What the kit's README says: what it takes with TensorFlow.
KIT := $(VENV)/kit

$(KIT)/.ready: kit/pyproject.toml
	$(PYTHON) -m venv --clear $(KIT)
	$(KIT)/bin/python -m pip install --quiet --upgrade pip
	$(KIT)/bin/python -m pip install --quiet -e './kit[datasets]' --group kit/pyproject.toml:dev
	@touch $@

test-kit: $(KIT)/.ready
	cd kit && $(abspath $(KIT))/bin/python -m pytest --numprocesses auto --dist loadfile -m tensorflow

# One at a time, for their memory; with those that read data sets in their real format, which
# the environments of projects skip.
test-configurations: $(KIT)/.ready
	cd kit && $(abspath $(KIT))/bin/python -m pytest -m "configurations or tensorflow" \
	  --durations 0 --durations-min 30 tests/tasks

test-methods: $(READY)
	$(BIN)/python -m pytest -m methods

test-tools: $(READY)
	REFRESH=$(REFRESH) $(BIN)/python -m pytest -m tools

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

BASE ?= main

rendered-diff: $(READY)
	@$(BIN)/python -m maintenance.rendered_diff '$(BASE)' $(ARGS)

pictures: $(READY)
	$(BIN)/python -m maintenance.prompts
	$(BIN)/python -m maintenance.pictures

# A project with the default answers, fine-tuned for long enough to recover.
RESULTS := $(abspath $(VENV))/results
TECHNIQUE := $(abspath $(KIT))/bin/technique

pictures-results: $(READY) $(KIT)/.ready
	rm -rf $(RESULTS)
	$(BIN)/cookiecutter --no-input --output-dir $(RESULTS) .
	cd $(RESULTS)/connection_pruning \
	&& $(TECHNIQUE) sweep --tasks image --set training.fine_tune_epochs=30 \
	&& $(TECHNIQUE) report && $(TECHNIQUE) preview --build
	$(BIN)/python -m maintenance.pictures --results $(RESULTS)/connection_pruning

# Its projects, data and models stay here, so that it goes on where it was stopped.
GALLERY := $(VENV)/gallery

REVIEWS := vaderSentiment==3.3.2
ARCHIVE := $(GALLERY)/data/$(subst ==,-,$(REVIEWS)).tar.gz

$(ARCHIVE): | $(KIT)/.ready
	$(KIT)/bin/python -m pip download --quiet --no-deps --no-binary :all: --dest $(@D) $(REVIEWS)

gallery: $(KIT)/.ready $(ARCHIVE)
	$(KIT)/bin/python gallery/make.py --work $(GALLERY) $(ARGS)

clean:
	rm -rf $(VENV) $(NEW) .pytest_cache .ruff_cache

# The requirements have each package by version and hash. An environment is made again when
# they change; one that was left half made has no .ready and is, too.
$(READY): requirements-dev.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# Made in a third of the time: with the interpreter's pip, if that installs elsewhere, with
# no search for what the packages require, which is all listed, and uncompiled.
$(NEW)/.ready: requirements-new.txt
	@$(PYTHON) -m venv --clear --without-pip $(NEW)
	@if $(PYTHON) -c 'from pip import __version__; exit(__version__ < "22.3")' 2>/dev/null; \
	then pip="$(PYTHON) -m pip --python $(NEW)/bin/python"; \
	else $(NEW)/bin/python -m ensurepip >/dev/null; pip="$(NEW)/bin/python -m pip"; fi; \
	$$pip install --quiet --no-deps --no-compile --require-hashes -r requirements-new.txt
	@touch $@

# Writes the requirements, newest versions: the groups in pyproject.toml and, for the tests,
# what the kit requires.
LOCK := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.10 \
  --generate-hashes --no-header

lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
	$(LOCK) --upgrade --group dev -o requirements-dev.txt kit/pyproject.toml
	$(LOCK) --upgrade --group new -o requirements-new.txt --constraints requirements-dev.txt
	rm -rf .venv-lock

# Measures what training with a generated technique of each kind costs: some 20 minutes
# on a machine that does nothing else. Prints the tables and keeps them in benchmarks/. A piece
# of it, printed and not kept: make bench ARGS='--kind activation --case CNN --quick'.
BENCH := $(VENV)/bench
BENCH_PATH := PYTHONPATH=kit:tests/scripts  # The kit's settings, and what finds a technique.
BAKE = $(BIN)/cookiecutter --no-input --output-dir $(BENCH)/projects .

# Made again each time: the projects have to be those of the template as it is.
.PHONY: bench-environment

bench-environment: $(READY)
	rm -rf $(BENCH)/projects
	$(PYTHON) -m venv $(BENCH)/venv
	$(BAKE) technique_kind=weight_mask technique_name='Connection Pruning'
	$(BAKE) technique_kind=weight_projection technique_name='Weight Ternarization'
	$(BAKE) technique_kind=activation technique_name='Activation Sparsity'
	$(BAKE) technique_kind=layer_replacement technique_name='Low-Rank Factorization'
	for each in $(BENCH)/projects/*; do \
	  $(BENCH)/venv/bin/python -m pip install --quiet "$$each[tfmot]" || exit; done
	$(BENCH)/venv/bin/python -m pip install --quiet ai-edge-litert jax torch==2.13.0

bench: bench-environment
	$(BENCH_PATH) $(BENCH)/venv/bin/python benchmarks/training_cost.py $(ARGS)

bench-settings: bench-environment
	$(BENCH_PATH) $(BENCH)/venv/bin/python benchmarks/settings_cost.py $(ARGS)

bench-generation: $(READY)
	$(BIN)/python -m pip install --quiet copier
	$(BIN)/python benchmarks/generation_speed.py

# Reads from the code and from a trained and converted model what fresh projects of each
# kind say of it, which `technique docs` keeps current in a project. Some five minutes.
facts: $(KIT)/.ready
	$(KIT)/bin/python templates/facts/refresh.py

# Two commands do everything on a new machine: `make grade` and `make test`.
# PYTHON is any Python 3.11 or newer; everything is installed into .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help grade test validate hostile isolation bench bench-scale sweep figures notebooks lint clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

grade: $(READY) isolation  ## grade a sample class end to end, in a scratch copy of the course
	$(RUN) -m autograder sample

test: $(READY)  ## run the tests, a module on each core
	$(RUN) -m pytest -m "not sweep" -n auto --dist loadfile

validate: $(READY)  ## grade every accepted and wrong solution, print the kill matrix
	$(RUN) -m autograder validate dropout
	$(RUN) -m autograder validate quiz8
	$(RUN) -m autograder validate dropout_in_practice
	$(RUN) -m autograder quiz check-variants

hostile: $(READY)  ## grade the dishonest and broken submissions under each isolation (15 minutes)
	$(RUN) -m autograder validate hostile --isolation bubblewrap --by-class
	$(RUN) -m autograder validate hostile --isolation landlock

isolation: $(READY)  ## say what confines students' code here, and what to type for more
	@$(RUN) -m autograder isolation

bench: $(READY)  ## seconds a submission beside stock nbgrader, in the same run (20 minutes, quiet)
	$(RUN) -m benchmarks

bench-scale: $(READY)  ## what 50, 200 and 1000 submissions cost, and larger classes played through
	$(RUN) -m benchmarks.scale

sweep: $(READY)  ## the long runs: fuzzing, hostile under landlock, then every solution, 1000 seeds
	$(RUN) -m pytest -m sweep
	$(RUN) -m autograder sweep dropout --seeds 1000
	$(RUN) -m autograder sweep dropout_in_practice --seeds 1000

figures: $(READY)  ## print the published figures beside ours
	$(RUN) -m autograder figures

notebooks: $(READY)  ## rebuild source/ from the text masters, and release/ from source/
	$(RUN) -m autograder build dropout
	$(RUN) -m autograder build quiz8
	$(RUN) -m autograder build dropout_in_practice
	$(VENV)/bin/nbgrader generate_assignment dropout
	$(VENV)/bin/nbgrader generate_assignment quiz8
	$(VENV)/bin/nbgrader generate_assignment dropout_in_practice

lint: $(READY)  ## ruff
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

clean:  ## remove .venv and everything generated here
	rm -rf $(VENV) build *.egg-info

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

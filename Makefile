# make demo   the main job on embedded servers, nothing else needed
# make test   everything that guards the code
# make torture  faults on purpose, all of them; writes docs/reliability.md
# make learn  the shipped second opinion anew, from tests/corpus

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo learn test torture format bench clean

demo: $(READY)
	@$(BIN)/triage demo

test: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

torture: $(READY)
	$(BIN)/python -m tests.torture --write

# The folders unseen* are left out, so that something can tell how well it does.
learn: $(READY)
	$(BIN)/triage rules learn --rules rules $(filter-out tests/corpus/unseen%,$(wildcard tests/corpus/* ../shared/mails))

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python bench/intake.py

clean:
	rm -rf $(VENV) demo-output .mypy_cache .ruff_cache .pytest_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "triage needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

PYTHON3 ?= python3
PY = .venv/bin/python
PORT ?= 8000
export PORT

.PHONY: setup run test check bench soak messages

setup:      ## the environment in .venv, the messages compiled
	@$(PYTHON3) tools/bootstrap.py
	@$(PY) tools/messages.py compile

run: setup  ## the demo firm at http://localhost:8000 (PORT=...)
	@$(PY) tools/run.py

test: setup ## the tests, on SQLite and (a part of the long ones) on PostgreSQL (ARGS="-k stages")
	@$(PY) tools/test.py $(ARGS)

check: setup ## lint, types, contracts, messages, licences, production settings
	@$(PY) tools/check.py $(ARGS)

soak: setup ## the full figures of the heavy promises
	@$(PY) tools/test.py -m soak $(ARGS)

bench: setup ## speed, as multiples of raw SQL in the same run
	@test -f bench/__main__.py || { echo "There is no bench yet." >&2; exit 1; }
	@$(PY) -m bench $(ARGS)

messages: setup ## bring the catalogues up to date with the code and say what is missing
	@$(PY) tools/messages.py update
	@$(PY) tools/messages.py check

# Two commands are enough on a fresh machine: `make demo` and `make test`.

# Offices with a proxy of their own sign traffic with a certificate that only the system knows.
CERTS := $(wildcard /etc/ssl/certs/ca-certificates.crt)
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1
ifneq ($(CERTS),)
export NODE_EXTRA_CA_CERTS ?= $(CERTS)
endif

UV ?= $(shell command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --locked --no-sync
STATIC := src/northwatch/web/static/manifest.json
KERNELS := $(shell grep -rl njit src --include=*.py)
PROVIDER := tests/identity_provider
CLIENT := $(shell git ls-files frontend 2>/dev/null || find frontend -type f -not -path '*/node_modules/*')

.PHONY: demo test check lint bench docs setup client browser postgresql provider clean

demo: setup client  ## build the picture of a made season (FILES="..." adds your own), print it, serve it
	$(RUN) northwatch demo $(FILES)

test: setup client browser postgresql provider  ## every test
	$(RUN) pytest -q -n 2 --dist loadfile $(ARGS)

check: lint test  ## all that CI runs

lint: .venv/.ready
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) lint-imports
	$(RUN) mypy

bench: setup  ## ratios against named contenders, on one input in one run
	$(RUN) python -m bench $(ARGS)

docs: setup  ## build the documentation into site/
	$(UV) sync --locked --quiet --group docs
	$(RUN) mkdocs build --strict

setup: .venv/.ready .venv/.warm

.venv/.ready: pyproject.toml uv.lock
	@command -v uv >/dev/null || test -x .tools/bin/uv || { \
	  python3 -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv; }
	$(UV) sync --locked --quiet
	@touch $@

# Numba does not see that a kernel called from another file has changed: throw all away with any.
.venv/.warm: .venv/.ready $(KERNELS)
	@echo "Compiling kernels; they are kept on disk"
	@find src -name '*.nb[ic]' -delete
	$(RUN) python -c "from northwatch.pipeline.warm import warm; warm()"
	@touch $@

client: $(STATIC)

$(STATIC): $(CLIENT)
	npm --prefix frontend ci --no-audit --no-fund --loglevel=error
	npm --prefix frontend run --silent build
	@touch $@

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Chromium for the browser tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else \
	    echo "Chromium is not here: the browser tests will be skipped (sudo apt-get install chromium)"; \
	  fi; }

postgresql:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing PostgreSQL for the tests of records"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	  else \
	    echo "PostgreSQL is not here: its tests will be skipped (sudo apt-get install postgresql)"; \
	  fi; }

provider: $(PROVIDER)/node_modules/.ready

$(PROVIDER)/node_modules/.ready: $(PROVIDER)/package-lock.json
	@echo "Installing an identity provider for the tests of sign-in"
	npm --prefix $(PROVIDER) ci --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf .venv .tools frontend/node_modules src/northwatch/web/static site lake

# Two commands: `make run` starts the product, `make test` checks everything.
# Both install what is missing, so a fresh Debian 12 with Rust and Node is enough.

CARGO ?= cargo
NPM ?= npm
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) \
  web/index.html web/package.json web/package-lock.json web/vite.config.ts web/tsconfig.json

# Property tests draw the same cases each time, so that one commit has one result; `make explore` draws
# others.
PROPTEST_RNG_SEED ?= 20261201
export PROPTEST_RNG_SEED

# Those that `make test` runs; what takes long is run by hand (docs/testing.md).
BROWSER_TESTS := hearing alone pictures layers calls mediation blocked archive verifier docket \
  devices waiting transcript turns lecture

.PHONY: run test build web lint test-rust test-web test-browser test-clients test-fuzz explore bench screenshots clean

run: build
	./target/release/assize serve --demo

build: web/dist/index.html
	$(CARGO) build --release --locked

test: lint test-web test-rust test-clients test-fuzz test-browser

lint: web/dist/index.html
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked

test-web: web/dist/index.html
	cd web && $(NPM) run test

test-rust: web/dist/index.html .installed-for-tests
	$(CARGO) test --workspace --locked

# A package of its own, against the binary that the Rust tests run.
test-clients: web/dist/index.html
	$(CARGO) build --workspace --locked
	cd benches/capacity && ASSIZE_BINARY="$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/assize" \
	  CARGO_TARGET_DIR="$${CARGO_TARGET_DIR:-$(CURDIR)/target}" $(CARGO) test --locked --features rivals

test-fuzz:
	deploy/fuzz.sh

# The binary that the Rust tests run; nothing is built twice.
test-browser: web/dist/index.html .installed-for-tests
	$(CARGO) test --workspace --locked --no-run
	set -e; for name in $(BROWSER_TESTS); do tests/browser/run.sh $$name; done

# Property tests with ten seeds nobody chose; the seed stands above what fails.
explore: web/dist/index.html .installed-for-tests
	set -e; for n in 1 2 3 4 5 6 7 8 9 10; do seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); \
	  echo "PROPTEST_RNG_SEED=$$seed"; PROPTEST_RNG_SEED=$$seed $(CARGO) test --workspace --locked; done

bench: .installed-for-build
	$(CARGO) bench --locked -p forwarding -p record -p speech
	$(CARGO) bench --locked -p signaling --bench archive

screenshots: web/dist/index.html .installed-for-tests
	$(CARGO) test --workspace --locked --no-run
	tests/browser/run.sh screenshots

web: web/dist/index.html

web/dist/index.html: $(WEB_SOURCES) .installed-for-build
	cd web && $(NPM) ci --no-audit --no-fund && $(NPM) run build

.installed-for-build: deploy/install.sh
	deploy/install.sh build
	@touch $@

.installed-for-tests: deploy/install.sh
	deploy/install.sh tests
	@touch $@

clean:
	rm -rf target web/dist web/node_modules tests/browser/node_modules .installed-for-build .installed-for-tests

# Orrery: `make run` builds the site and serves it, `make test` checks everything, `make site` writes dist/.

GO        ?= go
TOOL      := $(GO) tool -modfile=build/tools/go.mod
SOURCES   := app build sim wasm
RECORDINGS ?= 01,02,03,04,05,06,07,08,09,10,11,12,13,14,15
NODE_EXEC := $(shell $(GO) env GOROOT)/lib/wasm/go_js_wasm_exec

.PHONY: run site test setup chromium check unit wasm parity clients bench clean

run: setup
	$(GO) run ./build serve

site: setup
	$(GO) run ./build site -o dist

test: setup chromium check unit wasm parity clients

# Everything that a build needs beside Go and Node.
setup: web/node_modules/.package-lock.json

web/node_modules/.package-lock.json: web/package-lock.json web/package.json
	@command -v npm >/dev/null || { echo "Node 20 or later is needed: https://nodejs.org"; exit 1; }
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The browser tests need a Chromium.
chromium:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do \
	  [ -n "$$name" ] && command -v "$$name" >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update && apt-get install -y --no-install-recommends chromium; \
	else \
	  echo "The browser tests need Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM."; exit 1; \
	fi

check:
	@unformatted="$$($(TOOL) gofumpt -l $(SOURCES))"; \
	if [ -n "$$unformatted" ]; then echo "not formatted (run gofumpt -w):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./wasm/...
	$(TOOL) staticcheck ./...
	GOOS=js GOARCH=wasm $$($(TOOL) -n staticcheck) ./wasm/...

# The rules of the code, the simulation and the site in a browser are Go tests.
unit:
	$(GO) test ./...

# The same simulation tests as WebAssembly under Node: native and browser must agree byte for byte. The environment is
# cut down because Go's support script has room for little.
wasm:
	env -i PATH="$$PATH" HOME="$$HOME" GOFLAGS="$$GOFLAGS" GOOS=js GOARCH=wasm $(GO) test -exec="$(NODE_EXEC)" ./sim/engine ./sim ./sim/scenario

# The real kubectl against the simulated API, as far as recordings of a real cluster can be held to in a short time. The
# rest of them: go run ./build parity.
parity:
	$(GO) test -timeout 600s -run TestFigures ./build/parity -recordings=$(RECORDINGS)

# Programs of others against the simulated API: client-go's informers and a manager of controller-runtime.
clients:
	cd build/clients && $(GO) vet ./... && $(GO) test -timeout 300s ./...

bench: setup
	$(GO) run ./build bench

clean:
	rm -rf dist dist.new web/node_modules build/browsertest/screenshots

# make run     installs what is missing, builds, and starts the agent
# make test    the same, then all tests
# make fuzz    looks for inputs that break what reads bytes from outside; MINUTES=10 for each target, TARGET=yaml alone
#
# The rest: build, install, uninstall, demo, documents, format, lint, clean, sanitize; deb, tarball, image; bench and
# bench-NAME, bench-guard, bench-guard-update, bench-fleet (Benchmarks/README.md); and tests that are apart:
# test-kernels, test-install, test-packages, test-systemd, test-image, test-kubernetes, test-token, test-dashboards,
# test-dashboards-live, test-alerts, test-alerts-real, test-backends, test-supply, test-reproducible, test-pinning,
# test-faults, soak.
# `make V=1 …` shows the commands.

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
RUN_OPTIONS ?= --interval 10s
Q := $(if $(V),,@)

# The places where toolchains are installed. sudo removes them from the PATH.
USER_HOME := $(shell getent passwd "$${SUDO_USER:-$$(id -un)}" | cut -d: -f6)
export PATH := $(PATH):$(USER_HOME)/.local/share/swiftly/bin:/opt/swift/usr/bin:/usr/local/swift/usr/bin

# Empty for root; otherwise sudo, which keeps the settings (OTEL_…) and the PATH to the toolchain.
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo 'sudo --preserve-env env HOME=~root "PATH=$$PATH"')

PACKAGES := clang libbpf-dev libelf-dev libcurl4-openssl-dev libprotobuf-c-dev protobuf-c-compiler libyaml-dev \
	zlib1g-dev pkg-config curl
TEST_PACKAGES := bpftool e2fsprogs gzip iproute2 jq libbpf-tools nftables procps python3 \
	python3-venv strace util-linux valgrind
LINT_PACKAGES := clang-format python3
INSTALL_PACKAGES := bash-completion fish mandoc zsh
DEB_PACKAGES := debhelper dpkg-dev
STATIC_PACKAGES := binutils g++ gcc libbrotli-dev libidn2-dev libnghttp2-dev libpsl-dev libssh2-1-dev libssl-dev \
	libunistring-dev libzstd-dev xz-utils
SYSTEMD_PACKAGES := debian-archive-keyring debootstrap procps systemd-container util-linux
CONTAINER_PACKAGES := buildah debootstrap podman python3-venv runc
BENCH_PACKAGES := bpftool bpftrace debian-archive-keyring debootstrap gcc iproute2 libbpf-tools openssl \
	prometheus-node-exporter python3-venv strace
KERNEL_PACKAGES := bpftool busybox-static cpio iproute2 libc6-dev lz4 python3 qemu-system-x86 util-linux xz-utils zstd

# The binary contains the Swift runtime, and no symbols: not even those that a library would have. Of equal functions
# there is one. Where it was built is not in it. The last option leaves out the compiler's own hashes, which depend on
# that.
RELEASE := -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -s -Xlinker --icf=all -Xlinker --no-export-dynamic \
	-Xcc '-ffile-prefix-map=$(CURDIR)=.' \
	-Xcc '-ffile-prefix-map=$(CURDIR)/.build/plugins/outputs/$(notdir $(CURDIR))=./.build/plugins/outputs/tcplens' \
	-Xswiftc -file-prefix-map -Xswiftc '$(CURDIR)=.' -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen
C_SOURCES := $(wildcard bpf/*.c bpf/*/*.h Sources/CLoading/*.[ch] Sources/CLoading/include/*.h Sources/CPlatform/*.[ch] Sources/CPlatform/include/*.h Tests/Traffic/*.[ch] Tests/Clock/*.c Tests/Calling/*.c Tests/Token/*.[ch] Tests/Kernels/*.c deploy/static/*.c)
SWIFT_SOURCES := Package.swift Sources Tests

# The benchmarks of `make bench`.
BENCHMARKS := event churn ring stock encode export idle start

.DELETE_ON_ERROR:
# Two installations at once would wait for the lock of apt, and two builds for that of SwiftPM.
.NOTPARALLEL:
.PHONY: run test build release extras install uninstall test-install install-packages demo documents format lint clean swift mounts \
	packages packages-for-tests lint-packages test-kernels kernel-packages sanitize deb deb-packages tarball static-packages image \
	container-packages test-packages test-systemd systemd-packages test-image test-kubernetes test-token test-dashboards test-dashboards-live \
	test-alerts test-alerts-real test-backends test-supply test-reproducible test-pinning test-faults soak fuzz bench bench-build bench-packages \
	bench-guard \
	bench-guard-update guard-build bench-fleet $(BENCHMARKS:%=bench-%)

run: release mounts
	$(Q)if [ -z "$$OTEL_EXPORTER_OTLP_ENDPOINT$$OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" ] \
	    && ! curl -s -o /dev/null --max-time 2 http://localhost:4318/; then \
	    echo "No Collector answers on port 4318: starting 'tcplens sink' there, which prints what arrives."; \
	    setsid .build/release/tcplens sink --log-level warning & sink=$$!; \
	    trap "kill $$sink 2>/dev/null" EXIT; \
	fi; \
	trap : INT TERM; \
	$(AS_ROOT) .build/release/tcplens run $(RUN_OPTIONS)

# At most so many tests run at a time, so that those which wait for an answer get one before their own time limit. For
# the same reason modules whose tests keep the processors busy come one after another, then those of all other modules,
# and last those of the whole program.
TEST_MODULES := swift test --skip-build --experimental-maximum-parallelization-width 16
BUSY_TESTS := OTLPExportTests OTLPTests ProbesTests
test: packages packages-for-tests swift mounts
	$(Q)swift build -j $(JOBS) --build-tests
	$(Q)cd deploy/demo && python3 -B -m unittest discover -q -s tests -t .
	$(Q)Tests/OTLPTests/prepare-venv.sh
	$(Q)Tests/IntegrationTests/fetch-containers || { [ -z "$$CI" ] && echo "Tests that need them are skipped." >&2; }
	$(Q)Tests/IntegrationTests/fetch-backends || { [ -z "$$CI" ] && echo "Tests that need them are skipped." >&2; }
	$(Q)status=0; \
	for module in $(BUSY_TESTS); do \
	    $(AS_ROOT) $(TEST_MODULES) --filter "^$$module\." || status=1; \
	done; \
	$(AS_ROOT) $(TEST_MODULES) --skip '^IntegrationTests\.' $(BUSY_TESTS:%=--skip '^%\.') || status=1; \
	$(AS_ROOT) swift test --skip-build --filter '^IntegrationTests\.' || status=1; \
	exit $$status

# Runs the tests of modules under the thread sanitizer, and then under those for addresses and, in C, undefined
# behaviour. The tests run one after the other: they are five times slower, and in parallel they would miss their own
# time limits. Leaks are not checked, because Foundation and the tests themselves hold memory at the end.
# ExportMemoryTests is left out, because memory use means nothing under a sanitizer.
SANITIZED := SystemTests|MetricsTests|OTLPTests|PipelineTests|OTLPExportTests|PrometheusExportTests|RenderingTests|HTTPServerTests|ConfigurationTests|SettingsTests|WorkloadsTests|ResourceTests|ApplicationResourcesTests|ObservationsTests|FuzzingTests|ProbesTests|AgentRuntimeTests
UNDEFINED := -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=all
sanitize: packages packages-for-tests swift
	$(Q)Tests/OTLPTests/prepare-venv.sh
	$(Q)for sanitizer in thread address; do \
	    options="--sanitize=$$sanitizer --scratch-path .build/sanitize-$$sanitizer"; \
	    [ $$sanitizer = thread ] || options="$$options $(UNDEFINED)"; \
	    swift build -j $(JOBS) --build-tests $$options || exit 1; \
	    preload=; \
	    [ $$sanitizer = address ] || preload=$$PWD/.build/sanitize-thread/swift-mutex.so; \
	    [ $$sanitizer = address ] || clang -shared -fPIC -O1 -o $$preload Tests/Sanitizers/swift-mutex.c || exit 1; \
	    $(AS_ROOT) env LD_PRELOAD=$$preload TSAN_OPTIONS=halt_on_error=1 ASAN_OPTIONS=detect_leaks=0 \
	        UBSAN_OPTIONS=print_stacktrace=1 swift test --skip-build $$options --no-parallel \
	        --filter '^($(SANITIZED))\.' --skip ExportMemoryTests || exit 1; \
	done

# Tests the release binary on other kernels, under emulation; KERNELS="6.1 7+lockdown" chooses some of them, KERNELS=all
# all of them with each condition. UPDATE=1 records what was found, and writes docs/kernels.md.
test-kernels: release kernel-packages
	$(Q)Tests/Kernels/run $(if $(UPDATE),--update) $(KERNELS)

build: packages swift
	$(Q)swift build -j $(JOBS)

release: packages swift
	$(Q)swift build -j $(JOBS) $(RELEASE) --product tcplens

# The manual page and the completions come from the definitions of the commands themselves. The last one is the list of
# what the program consists of (SBOM).
extras: release
	$(Q)swift build -j $(JOBS) $(RELEASE) --product generate-manual
	$(Q)mkdir -p .build/extras
	$(Q).build/release/generate-manual --output-directory .build/extras .build/release/tcplens
	$(Q)for shell in bash zsh fish; do \
	    .build/release/tcplens --generate-completion-script $$shell > .build/extras/tcplens.$$shell || exit 1; \
	done
	$(Q)deploy/sbom/make .build/release/tcplens > .build/extras/tcplens.cdx.json

SHARE = $(DESTDIR)$(PREFIX)/share
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
install: extras
	$(Q)$(SUDO) install -D -m 755 .build/release/tcplens "$(DESTDIR)$(PREFIX)/bin/tcplens"
	$(Q)$(SUDO) install -D -m 644 .build/extras/tcplens.1 "$(SHARE)/man/man1/tcplens.1"
	$(Q)$(SUDO) install -D -m 644 .build/extras/tcplens.bash "$(SHARE)/bash-completion/completions/tcplens"
	$(Q)$(SUDO) install -D -m 644 .build/extras/tcplens.zsh "$(SHARE)/zsh/site-functions/_tcplens"
	$(Q)$(SUDO) install -D -m 644 .build/extras/tcplens.fish "$(SHARE)/fish/vendor_completions.d/tcplens.fish"
	$(Q)$(SUDO) install -D -m 644 .build/extras/tcplens.cdx.json "$(SHARE)/doc/tcplens/tcplens.cdx.json"
	$(Q)sed 's|/usr/bin/|$(PREFIX)/bin/|' deploy/systemd/tcplens.service \
	    | $(SUDO) install -D -m 644 /dev/stdin "$(UNITS)/tcplens.service"
	$(Q)[ -e "$(DESTDIR)/etc/tcplens/tcplens.env" ] \
	    || $(SUDO) install -D -m 600 deploy/systemd/tcplens.env "$(DESTDIR)/etc/tcplens/tcplens.env"

# The settings in /etc/tcplens stay.
uninstall:
	$(Q)$(SUDO) rm -f "$(UNITS)/tcplens.service"
	$(Q)$(SUDO) rm -f "$(DESTDIR)$(PREFIX)/bin/tcplens" "$(SHARE)/man/man1/tcplens.1" \
	    "$(SHARE)/bash-completion/completions/tcplens" "$(SHARE)/zsh/site-functions/_tcplens" \
	    "$(SHARE)/fish/vendor_completions.d/tcplens.fish" "$(SHARE)/doc/tcplens/tcplens.cdx.json"

# The pages and registries that are made from the program's own tables.
documents: build
	$(Q).build/debug/tcplens metrics --format markdown > docs/metrics.md
	$(Q).build/debug/tcplens metrics --format json > docs/registry/metrics.json
	$(Q).build/debug/tcplens metrics --format weaver > docs/registry/registry.yaml
	$(Q).build/debug/tcplens explain --list --format json > docs/registry/findings.json
	$(Q).build/debug/tcplens explain --list --format markdown > docs/triage.md
	$(Q)deploy/grafana/generate
	$(Q)deploy/prometheus/generate

# A small HTTP service with real faults of TCP, and a picture of each, in six minutes.
demo: build packages-for-tests
	$(Q)deploy/demo/prepare-venv.sh
	$(Q)Tests/IntegrationTests/fetch-backends
	$(Q)$(AS_ROOT) deploy/demo/run

# What many agents cost a Collector and a backend, in less than six minutes; writes docs/fleet.md.
bench-fleet: packages packages-for-tests swift
	$(Q)swift build -j $(JOBS) $(RELEASE) --product fleet
	$(Q)Benchmarks/fleet/run --skip-build --documents

# What others install. deploy/README.md tells what each is, and what it costs.
deb: extras deb-packages
	$(Q)deploy/debian/build

tarball: extras static-packages
	$(Q)deploy/static/build -j $(JOBS) $(RELEASE)

image: release container-packages
	$(Q)$(AS_ROOT) deploy/image/build --binary .build/release/tcplens

# Tests of these, each as root in systems of its own.
test-packages: deb systemd-packages
	$(Q)$(AS_ROOT) Tests/Packages/run $(RELEASES)

test-systemd: release systemd-packages
	$(Q)$(AS_ROOT) Tests/Systemd/run

test-image: release container-packages
	$(Q)$(AS_ROOT) Tests/Image/run

# Without KUBERNETES_BINARIES only the manifests are checked; with it a real node runs them.
test-kubernetes: release container-packages
	$(Q)Tests/Kubernetes/validate
	$(Q)Tests/Kubernetes/mutations
	$(Q)[ -z "$$KUBERNETES_BINARIES" ] || $(AS_ROOT) Tests/Kubernetes/run

# The dashboards: structure, names, units and rules. With real backends and real faults: test-dashboards-live.
test-dashboards: packages-for-tests
	$(Q)Tests/Dashboards/run

test-dashboards-live: build packages-for-tests
	$(Q)$(AS_ROOT) Tests/Dashboards/run live

# The alerts and recording rules: cases and mutants. With real faults in namespaces: test-alerts-real.
test-alerts: packages-for-tests
	$(Q)Tests/Alerts/run

test-alerts-real: build packages-for-tests
	$(Q)Tests/Alerts/prepare-venv.sh
	$(Q)Tests/IntegrationTests/fetch-backends
	$(Q)$(AS_ROOT) Tests/Alerts/run real

# Backends and Collectors that end and come back, and a Prometheus that receives OTLP, which Debian's does not: that is
# built first, which takes minutes and 5 GB.
test-backends: packages packages-for-tests systemd-packages swift mounts
	$(Q)swift build -j $(JOBS) --build-tests
	$(Q)Tests/IntegrationTests/fetch-backends
	$(Q)$(AS_ROOT) Tests/Backends/build-prometheus
	$(Q)TCPLENS_TEST_LONG=1 $(AS_ROOT) swift test --skip-build \
	    --filter '(CollectorConfiguration|CollectorOutage|BackendNumbers|BackendRestart|BackendPage|BackendJoin)Tests'

# Each of these prints a table, and writes .build/benchmarks/NAME.json; ROUNDS=9 measures as often. All of them take
# some twenty minutes.
bench: $(BENCHMARKS:%=bench-%)

$(BENCHMARKS:%=bench-%): bench-%: bench-build
	$(Q)$(AS_ROOT) Benchmarks/$* $(if $(ROUNDS),--rounds $(ROUNDS)) $(BENCH_OPTIONS)

bench-build: release bench-packages mounts
	$(Q)for program in encoding exporting walking; do \
	    swift build -j $(JOBS) $(RELEASE) --product $$program || exit 1; \
	done

# Counts that do not depend on the machine's mood, compared with Benchmarks/guard.json. After a deliberate change
# bench-guard-update writes them there.
GUARD := $(AS_ROOT) Benchmarks/guard
bench-guard: guard-build
	$(Q)cd Benchmarks && python3 -B -m unittest discover -q -s tests -t .
	$(Q)$(GUARD)

bench-guard-update: guard-build
	$(Q)$(GUARD) --update

guard-build: release packages-for-tests
	$(Q)for program in encoding guarding; do \
	    swift build -j $(JOBS) $(RELEASE) --product $$program || exit 1; \
	done
	$(Q)swift build -j $(JOBS) --build-tests

test-token: packages
	$(Q)$(AS_ROOT) Tests/Token/run

# The list of what the program consists of; and whether two clean clones give the same program, which takes minutes.
test-supply: extras
	$(Q)Tests/Supply/run

test-reproducible: packages swift
	$(Q)Tests/Supply/reproduce

# Kills agents that pin their counters a hundred times, and replaces them twenty times by a build with another layout.
test-pinning: release packages-for-tests
	$(Q)other=$$(Tests/Pinning/build-other | tail -1) && for attribution in none workload; do \
	    $(AS_ROOT) env OTHER_TCPLENS=$$other TCPLENS=.build/release/tcplens \
	        Tests/Pinning/run --attribution $$attribution || exit 1; \
	done

# Makes faults around a running agent, some minutes in all; FAULTS="collector-hung clock-slewed" chooses some of them.
test-faults: release packages-for-tests
	$(Q)Tests/IntegrationTests/fetch-backends
	$(Q)$(AS_ROOT) env TCPLENS=.build/release/tcplens Tests/Faults/run $(FAULTS)

# Watches the agent for MINUTES (60 unless told) while connections come and go, with FAULTS=1 among faults by chance.
soak: release packages-for-tests
	$(Q)$(AS_ROOT) env TCPLENS=.build/release/tcplens Tests/Soak/run $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE)) \
	    $(if $(FAULTS),--faults) $(if $(SEED),--seed $(SEED))

# Coverage-guided fuzzing, for MINUTES (1 unless told) with each target, or with TARGET alone. `make test` reads the
# corpora and some mutations of them.
fuzz: packages swift
	$(Q)JOBS=$(JOBS) Tests/Fuzzing/run $(if $(MINUTES),--minutes $(MINUTES)) $(TARGET)

# Whether the installed program starts, and its manual and completions know every command.
test-install: install-packages
	$(Q)Tests/Install/run

format: lint-packages swift
	$(Q)swift format --in-place --recursive $(SWIFT_SOURCES)
	$(Q)clang-format -i $(C_SOURCES)

lint: lint-packages swift
	$(Q)swift format lint --strict --recursive $(SWIFT_SOURCES)
	$(Q)clang-format --dry-run --Werror $(C_SOURCES)
	$(Q)Tests/Style/check
	$(Q)Tests/Style/imports
	$(Q)Tests/Style/promises

clean:
	$(Q)rm -rf .build

# Setting up. Each of these targets is quick when there is nothing to do.

swift:
	$(Q)command -v swift >/dev/null || { \
	    echo "Swift was not found: install Swift 6.3 or newer from https://www.swift.org/install/linux/" >&2; \
	    echo "If it is installed and sudo hides it: sudo env \"PATH=\$$PATH\" make …" >&2; exit 1; }

# File systems for looking at events and programs by hand; tcplens itself needs neither.
mounts:
	$(Q)grep -q ' /sys/fs/bpf bpf ' /proc/mounts || $(SUDO) mount -t bpf bpf /sys/fs/bpf || true
	$(Q)grep -q ' /sys/kernel/tracing tracefs ' /proc/mounts \
	    || $(SUDO) mount -t tracefs tracefs /sys/kernel/tracing || true

define install_packages
	$(Q)missing=; for package in $(1); do \
	    dpkg-query -W -f '$${db:Status-Abbrev}' $$package 2>/dev/null | grep -q '^ii' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	    echo "Installing:$$missing"; \
	    $(SUDO) apt-get update -qq \
	        && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

packages:
	$(call install_packages,$(PACKAGES))

packages-for-tests:
	$(call install_packages,$(TEST_PACKAGES))

kernel-packages:
	$(call install_packages,$(KERNEL_PACKAGES))

deb-packages:
	$(call install_packages,$(DEB_PACKAGES))

static-packages:
	$(call install_packages,$(STATIC_PACKAGES))

systemd-packages:
	$(call install_packages,$(SYSTEMD_PACKAGES))

container-packages:
	$(call install_packages,$(CONTAINER_PACKAGES))

bench-packages:
	$(call install_packages,$(BENCH_PACKAGES))

install-packages:
	$(call install_packages,$(INSTALL_PACKAGES))

lint-packages:
	$(call install_packages,$(LINT_PACKAGES))

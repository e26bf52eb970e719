# evkit. `make` builds into build/, `make help` lists the rest.
#
#   make CC=clang            another compiler
#   make WERROR=1            warnings are errors, as in CI
#   make SAN=address,undefined   sanitizers; builds into build-san/
#   make CHAOS=1             crash points and mutants; into build-chaos/
#   make AVX2=               without what is for AVX2
#   make PREFIX=/usr DESTDIR=/tmp/x install

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build$(if $(SAN),-san)$(if $(CHAOS),-chaos)
LIBEXEC  = $(PREFIX)/libexec/evkit

# --- libraries -----------------------------------------------------------
#
# For each: the header that tells whether it is there, how it is linked, and
# which sources cannot do without it. Where it is missing these are left out;
# every other source must build without it. A program loads only the libraries
# that it uses (--as-needed), so all are offered to all.

LIBRARIES = libarchive zlib libpcre2-8 gmp nettle unistring sqlite3 rdkafka

libarchive_header  = archive.h
libarchive_link    = -larchive
libarchive_users   = lib/format/archive.c cmd/evunpack.c cmd/evpack.c

zlib_header        = zlib.h
zlib_link          = -lz
zlib_users         = lib/format/archive.c cmd/evunpack.c

# Times are expressions' as well.
timed = lib/client/kafka_message.c lib/client/kafka_when.c \
	cmd/evsource-kafka.c cmd/evsink-kafka.c

libpcre2-8_header  = pcre2.h
libpcre2-8_link    = -lpcre2-8
libpcre2-8_users   = lib/expr/%.c lib/format/regex.c cmd/evfilter.c \
	cmd/evsource-file.c cmd/evdiff.c cmd/evexec.c $(timed)

gmp_header         = gmp.h
gmp_link           = -lgmp
gmp_users          = lib/expr/%.c cmd/evfilter.c cmd/evdiff.c $(timed)

nettle_header      = nettle/sha2.h
nettle_link        = -lnettle
nettle_users       = $(gmp_users)

unistring_header   = uninorm.h
unistring_link     = -lunistring
unistring_users    = $(gmp_users)

sqlite3_header     = sqlite3.h
sqlite3_link       = -lsqlite3
sqlite3_users      = lib/client/sqlite%.c lib/tool/sqlite%.c \
	cmd/evsource-sqlite.c cmd/evsink-sqlite.c

rdkafka_header     = librdkafka/rdkafka.h
rdkafka_link       = -lrdkafka
rdkafka_users      = lib/client/kafka%.c lib/tool/kafka%.c \
	cmd/evsource-kafka.c cmd/evsink-kafka.c

# pkg-config knows where a library lies; without a .pc file it is looked for
# where the compiler looks.
pkg     = $(shell pkg-config $(1) $(2) 2>/dev/null)
has     = $(shell printf '\043include <$($(1)_header)>\n' | $(CC) \
	-DPCRE2_CODE_UNIT_WIDTH=8 $(call pkg,--cflags,$(1)) -E - >/dev/null 2>&1 \
	&& echo yes)
FOUND  := $(foreach l,$(LIBRARIES),$(if $(call has,$l),$l))
ABSENT := $(filter-out $(FOUND),$(LIBRARIES))
LDLIBS := $(foreach l,$(FOUND),$(or $(call pkg,--libs,$l),$($l_link))) -lm
LIBINC := $(foreach l,$(FOUND),$(call pkg,--cflags,$l))

# --- flags ---------------------------------------------------------------
#
# Hardening: the OpenSSF's Compiler Options Hardening Guide for C and C++,
# without -Wconversion. Flags that not every gcc >= 12 or clang >= 14 has, or
# not on every processor, are tried first.

TRIED = -fstrict-flex-arrays=3 -fcf-protection=full \
	-mbranch-protection=standard -ftrivial-auto-var-init=zero \
	-fzero-init-padding-bits=all -Wtrampolines -Wbidi-chars=any
KNOWN := $(shell for f in $(TRIED); do echo | \
	$(CC) -Werror $$f -x c -fsyntax-only - 2>/dev/null && echo $$f; done)

CPPFLAGS += -Ilib -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 $(LIBINC)
WARNINGS  = -Wall -Wextra -Wformat=2 -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
	-Werror=format-security -Werror=implicit \
	-Werror=incompatible-pointer-types -Werror=int-conversion
HARDENING = -fstack-clash-protection -fstack-protector-strong \
	-fno-delete-null-pointer-checks -fno-strict-overflow \
	-fno-strict-aliasing -fPIE $(KNOWN)
OPTIMIZE ?= -O2
ALL_CFLAGS = -std=c11 $(OPTIMIZE) -g $(WARNINGS) $(if $(WERROR),-Werror) \
	$(HARDENING) $(if $(SAN),$(SANITIZE),$(FORTIFY)) $(CFLAGS)
FORTIFY   = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
SANITIZE  = -fsanitize=$(SAN) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
ALL_LDFLAGS = -pie -Wl,--as-needed -Wl,--no-copy-dt-needed-entries \
	-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen \
	$(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
CPPFLAGS += $(if $(CHAOS),-DEV_CHAOS)
# Files for processors that not every x86 is: their functions are called where
# the program runs on one (lib/base/cpu.h). AVX2= leaves them out.
AVX2     ?= $(shell f="-mavx2 -mbmi"; echo | \
	$(CC) -Werror $$f -x c -fsyntax-only - 2>/dev/null && echo $$f)

# --- what there is -------------------------------------------------------

LEFT_OUT := $(sort $(foreach l,$(ABSENT),\
	$(filter $($l_users),$(wildcard lib/*/*.c cmd/*.c))))
LIB_SRC  := $(filter-out $(LEFT_OUT),$(wildcard lib/*/*.c))
CMD_SRC  := $(filter-out $(LEFT_OUT),$(wildcard cmd/*.c))
UNIT_SRC := $(wildcard tests/unit/*.c)
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
# Programs that tests and the bench run: generators, askers of oracles, hands
# on servers.
AID_SRC  := $(wildcard tests/oracle/*.c tests/bench/*.c tests/pipeline/*.c \
	tests/servers/*.c)
# Libraries that tests preload.
SHIM_SRC := $(wildcard tests/fault/*.c) tests/chaos/power.c
# The driver that kills pipelines, one program of all its sources but what it
# preloads and what it puts into pipelines.
CHAOS_OWN = tests/chaos/power.c tests/chaos/total.c
CHAOS_SRC := $(filter-out $(CHAOS_OWN),$(wildcard tests/chaos/*.c))
# Another one, of pipelines between topics.
STORM_SRC := $(wildcard tests/chaos/kafka/*.c) tests/chaos/job.c \
	tests/chaos/tree.c
PAGE_SRC := $(wildcard cmd/*.scd)

LIB      = $(BUILD)/libev.a
LIB_OBJ  = $(LIB_SRC:%.c=$(BUILD)/%.o)
CMDS     = $(CMD_SRC:cmd/%.c=%)
# Connectors and helpers are started by commands, not by people.
HELPERS  = $(filter evsource-% evsink-% evunpack evpack,$(CMDS))
COMMANDS = $(filter-out $(HELPERS),$(CMDS))
PROGRAMS = $(COMMANDS:%=$(BUILD)/bin/%) $(HELPERS:%=$(BUILD)/libexec/evkit/%)
UNITS    = $(UNIT_SRC:%.c=$(BUILD)/%)
AIDS     = $(AID_SRC:%.c=$(BUILD)/%)
SHIMS    = $(SHIM_SRC:%.c=$(BUILD)/%.so)
CHAOTIC  = $(BUILD)/tests/chaos/chaos $(BUILD)/tests/chaos/total \
	$(BUILD)/tests/chaos/power.so $(BUILD)/tests/fault/nth.so \
	$(BUILD)/tests/chaos/kafka/kafka $(BUILD)/tests/servers/kafkactl
FUZZERS  = $(FUZZ_SRC:%.c=$(BUILD)/%)
PAGES    = $(if $(shell command -v scdoc),$(PAGE_SRC:cmd/%.scd=$(BUILD)/man/%))

# --- building ------------------------------------------------------------

.PHONY: all help install units test-programs fuzzers demo check check-quick \
	chaos chaos-programs \
	lint format bench fuzz clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

all: $(LIB) $(PROGRAMS) $(PAGES)
	@:
ifneq ($(LEFT_OUT),)
	@$(foreach l,$(ABSENT),$(foreach s,\
		$(filter $($l_users),$(filter cmd/%,$(LEFT_OUT))),\
		echo "$(basename $(notdir $s)) is left out: $l is missing";))
	@echo "(scripts/setup installs what is missing)"
endif
ifneq ($(PAGE_SRC),)
ifeq ($(PAGES),)
	@echo "the manual pages are left out: scdoc is missing"
endif
endif

help:
	@echo 'make               builds into $(BUILD)/'
	@echo 'make demo          sets up, builds, shows the ladders of pipelines/'
	@echo 'make check         sets up, builds, runs every test'
	@echo 'make check-quick   the tests that need seconds and no server'
	@echo 'make lint          format, shell, layers, banned functions, names'
	@echo 'make format        lays the C code out as lint wants it'
	@echo 'make bench         speed beside the peers; instructions per byte'
	@echo 'make fuzz          the fuzzers, FUZZ_SECONDS (600) each'
	@echo 'make chaos         kills, power cuts, zombies, mutants: all of them'
	@echo 'make install       into $$(DESTDIR)$$(PREFIX)'
	@echo 'make clean'

# A file that changes only when its text does: what depends on it is built
# again when the flags are others, or when a source has gone.
remember = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@

$(BUILD)/flags: FORCE
	$(call remember,$(CC) $(CPPFLAGS) $(filter-out -Werror,$(ALL_CFLAGS)) \
		$(ALL_LDFLAGS) $(LDLIBS))
$(BUILD)/members: FORCE
	$(call remember,$(LIB_OBJ))
$(BUILD)/libexec.path: FORCE
	$(call remember,$(LIBEXEC))

COMPILE = $(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
LINK    = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^)
# V=1 shows the commands whole, -s none.
say     = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@echo "  $(1)  $@";)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,cc  )$(COMPILE)

$(BUILD)/lib/tool/child.o: $(BUILD)/libexec.path
$(BUILD)/lib/tool/child.o: private CPPFLAGS += -DEVKIT_LIBEXEC='"$(LIBEXEC)"'

$(BUILD)/lib/event/scan_avx2.o $(BUILD)/lib/format/csv_avx2.o: private ALL_CFLAGS += $(AVX2)

$(LIB): $(LIB_OBJ) $(BUILD)/members
	$(call say,ar  )rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

define PROGRAM
@mkdir -p $(@D)
$(call say,link)$(LINK) $(LDLIBS)
endef
$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(LIB)
	$(PROGRAM)
$(BUILD)/libexec/evkit/%: $(BUILD)/cmd/%.o $(LIB)
	$(PROGRAM)

$(BUILD)/man/%: cmd/%.scd
	@mkdir -p $(@D)
	$(call say,man )scdoc <$< >$@

# Tests. What only they need (cmocka, and the oracles jansson and libcsv) is
# not looked for: without it they fail.
# A test may include a source whose names it changes.
$(BUILD)/tests/%.o: private ALL_CFLAGS += -Wno-missing-prototypes
units: $(UNITS)
	@:
test-programs: $(UNITS) $(AIDS) $(SHIMS)
	@:
chaos-programs: all $(CHAOTIC)
	@:
$(BUILD)/tests/chaos/chaos: $(CHAOS_SRC:%.c=$(BUILD)/%.o) $(LIB)
	$(PROGRAM)
$(BUILD)/tests/chaos/kafka/kafka: $(STORM_SRC:%.c=$(BUILD)/%.o) $(LIB)
	$(PROGRAM)
$(BUILD)/tests/%.so: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)$(CC) -D_GNU_SOURCE -std=c11 $(OPTIMIZE) $(WARNINGS) \
		-fPIC -shared -o $@ $<
$(BUILD)/tests/%: private LDLIBS += -ljansson -lcsv
$(BUILD)/tests/fuzz/%: private LDLIBS += -fsanitize=fuzzer
$(BUILD)/tests/unit/%: private LDLIBS += -lcmocka
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB)
	$(PROGRAM)
fuzzers: $(FUZZERS)

-include $(wildcard $(BUILD)/lib/*/*.d $(BUILD)/cmd/*.d $(BUILD)/tests/*/*.d \
	$(BUILD)/tests/chaos/kafka/*.d)

# --- installing ----------------------------------------------------------

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBEXEC) \
		$(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man7
	$(if $(COMMANDS),install $(COMMANDS:%=$(BUILD)/bin/%) \
		$(DESTDIR)$(PREFIX)/bin)
	$(if $(HELPERS),install $(HELPERS:%=$(BUILD)/libexec/evkit/%) \
		$(DESTDIR)$(LIBEXEC))
	$(if $(filter %.1,$(PAGES)),install -m 644 $(filter %.1,$(PAGES)) \
		$(DESTDIR)$(PREFIX)/share/man/man1)
	$(if $(filter %.7,$(PAGES)),install -m 644 $(filter %.7,$(PAGES)) \
		$(DESTDIR)$(PREFIX)/share/man/man7)

# --- running -------------------------------------------------------------
#
# What sets up first starts make again afterwards, since the libraries that
# are there are found when make reads this file.

JOBS  = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
AGAIN = $(MAKE) --no-print-directory $(JOBS)

demo:
	@scripts/setup build
	@$(AGAIN) all
	@scripts/demo $(BUILD)

check:
	@scripts/setup check
	@$(AGAIN) all test-programs
	@scripts/check $(BUILD)

check-quick:
	@$(AGAIN) all test-programs
	@scripts/check --quick $(BUILD)

lint:
	@$(AGAIN) all
	@scripts/lint $(BUILD)

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

bench:
	@scripts/setup bench
	@$(AGAIN) all test-programs
	@scripts/bench $(BUILD)

FUZZ_SECONDS ?= 600
fuzz:
	@scripts/setup check
	@scripts/fuzz $(BUILD) $(FUZZ_SECONDS)

chaos:
	@scripts/setup check
	@scripts/chaos $(BUILD) --whole

clean:
	rm -rf $(BUILD) build-san build-chaos

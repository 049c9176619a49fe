# Every reader of input, fuzzed for a few seconds. It needs clang with libFuzzer, and the engine once more, built so that
# libFuzzer sees where an input leads and the sanitizers see what it breaks: in a folder of its own, by configure. One
# by itself, for an hour: make check-fuzz FUZZ_TARGETS=machine FUZZ_SECONDS=3600
EXTRA_DIST += tests/fuzz/fuzz.sh tests/fuzz/seeds.txt
EXTRA_PROGRAMS += tests/fuzz/readers
tests_fuzz_readers_SOURCES = \
	tests/fuzz/aws.c tests/fuzz/cli.c tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/journal.c tests/fuzz/model.c \
	tests/fuzz/mutate.c tests/fuzz/text.c tests/fuzz/wire.c
tests_fuzz_readers_LDADD = libcommands.a $(tidegate_libs)
tests_fuzz_readers_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

check-fuzz:
	$(AM_TESTS_ENVIRONMENT) FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_TARGETS='$(FUZZ_TARGETS)' MAKE='$(MAKE)' \
		$(srcdir)/tests/fuzz/fuzz.sh fuzz || test $$? = 77
.PHONY: check-fuzz

# Skipped (77) is no fault here; it has said why.
clean_folders += fuzz

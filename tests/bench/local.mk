# What a cycle costs, beside the AWS CLI and beside a bare libcurl program; needs the interop suite's tools.
EXTRA_DIST += tests/bench/bench.py
EXTRA_PROGRAMS += tests/bench/bare_loop tests/bench/measure
CLEANFILES += $(EXTRA_PROGRAMS)
tests_bench_bare_loop_LDADD = $(CURL_LIBS)

bench: all tests/bench/bare_loop tests/bench/measure
	$(in_venv) $(srcdir)/tests/bench/bench.py || test $$? = 77
.PHONY: bench

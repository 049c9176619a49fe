# What a simulated run costs, which needs Python and valgrind; and what a cycle costs, beside the AWS CLI and beside a
# bare libcurl program, which needs the interop suite's tools.
EXTRA_DIST += tests/bench/bench.py tests/bench/rehearsal.py tests/bench/scale.py tests/bench/table.py
EXTRA_PROGRAMS += tests/bench/bare_loop tests/bench/measure
CLEANFILES += $(EXTRA_PROGRAMS)
tests_bench_bare_loop_LDADD = $(CURL_LIBS)

bench: all tests/bench/bare_loop tests/bench/measure tests/interop/preload.so
	python3 -B $(srcdir)/tests/bench/rehearsal.py
	$(in_venv) $(srcdir)/tests/bench/bench.py || test $$? = 77
	$(in_venv) $(srcdir)/tests/bench/scale.py || test $$? = 77
.PHONY: bench

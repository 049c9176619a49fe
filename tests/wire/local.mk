if HAVE_CMOCKA
check_PROGRAMS += tests/wire/query_conformance_test tests/wire/sigv4_test
TESTS += tests/wire/query_conformance_test tests/wire/sigv4_test
tests_wire_query_conformance_test_SOURCES = tests/wire/query_conformance_test.c tests/wire/botocore.c tests/wire/botocore.h
tests_wire_query_conformance_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_wire_query_conformance_test_LDADD = $(test_libs)
tests_wire_sigv4_test_LDADD = $(test_libs)
endif

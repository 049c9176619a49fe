if HAVE_CMOCKA
check_PROGRAMS += tests/wire/sigv4_test
TESTS += tests/wire/sigv4_test
tests_wire_sigv4_test_LDADD = $(test_libs)
endif

if HAVE_CMOCKA
wire_tests = tests/wire/query_conformance_test tests/wire/query_mutation_test tests/wire/query_test \
	tests/wire/sigv4_test tests/wire/text_test tests/wire/xml_test
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)

wire_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests
wire_test_shapes = tests/wire/shapes.c tests/wire/shapes.h

tests_wire_query_conformance_test_SOURCES = tests/wire/query_conformance_test.c tests/wire/botocore.c \
	tests/wire/botocore.h
tests_wire_query_conformance_test_CPPFLAGS = $(wire_test_cppflags)
tests_wire_query_conformance_test_LDADD = $(test_libs)

tests_wire_query_mutation_test_SOURCES = tests/wire/query_mutation_test.c $(wire_test_shapes)
tests_wire_query_mutation_test_CPPFLAGS = $(wire_test_cppflags)
tests_wire_query_mutation_test_LDADD = $(test_libs)

tests_wire_query_test_SOURCES = tests/wire/query_test.c $(wire_test_shapes)
tests_wire_query_test_CPPFLAGS = $(wire_test_cppflags)
tests_wire_query_test_LDADD = $(test_libs)

tests_wire_sigv4_test_LDADD = $(test_libs)
tests_wire_text_test_LDADD = $(test_libs)
tests_wire_xml_test_LDADD = $(test_libs)
endif

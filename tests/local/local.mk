if HAVE_CMOCKA
local_fixture = tests/local/fixture.c tests/local/fixture.h
check_PROGRAMS += tests/local/command_test tests/local/http_test
TESTS += tests/local/command_test tests/local/http_test
tests_local_command_test_SOURCES = tests/local/command_test.c $(local_fixture)
tests_local_command_test_LDADD = $(test_libs)
tests_local_http_test_SOURCES = tests/local/http_test.c tests/aws/tiny_server.c tests/aws/tiny_server.h \
	$(local_fixture)
tests_local_http_test_CFLAGS = $(AM_CFLAGS) -pthread
tests_local_http_test_LDADD = $(test_libs)
endif

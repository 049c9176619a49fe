dist_check_SCRIPTS += tests/cli/commands.sh tests/cli/documents.sh
TESTS += tests/cli/commands.sh tests/cli/documents.sh

if HAVE_CMOCKA
cli_tests = tests/cli/homeward_test tests/cli/options_test tests/cli/page_test tests/cli/verdict_test
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)
tests_cli_homeward_test_LDADD = libcommands.a $(test_libs)
tests_cli_options_test_LDADD = libcommands.a $(test_libs)
tests_cli_page_test_LDADD = libcommands.a $(test_libs)
tests_cli_verdict_test_LDADD = libcommands.a $(test_libs)
endif

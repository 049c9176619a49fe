if HAVE_CMOCKA
text_tests = tests/text/diagnostics_test tests/text/json_pool_test tests/text/json_test \
	tests/text/node_test tests/text/outline_test tests/text/record_test tests/text/scalar_test \
	tests/text/yaml_test
check_PROGRAMS += $(text_tests)
TESTS += $(text_tests)
tests_text_diagnostics_test_LDADD = $(test_libs)
tests_text_json_pool_test_LDADD = $(test_libs)
tests_text_json_test_LDADD = $(test_libs)
tests_text_node_test_LDADD = $(test_libs)
tests_text_outline_test_LDADD = $(test_libs)
tests_text_record_test_LDADD = $(test_libs)
tests_text_scalar_test_LDADD = $(test_libs)
tests_text_yaml_test_LDADD = $(test_libs)
endif

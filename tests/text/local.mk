if HAVE_CMOCKA
text_tests = tests/text/yaml_test
check_PROGRAMS += $(text_tests)
TESTS += $(text_tests)
tests_text_yaml_test_LDADD = $(test_libs)
endif

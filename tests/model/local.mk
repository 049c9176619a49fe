if HAVE_CMOCKA
check_PROGRAMS += tests/model/embedded_test tests/model/jmespath_conformance_test tests/model/jmespath_test
TESTS += tests/model/embedded_test tests/model/jmespath_conformance_test tests/model/jmespath_test
tests_model_embedded_test_LDADD = $(test_libs)
tests_model_jmespath_conformance_test_LDADD = $(test_libs)
tests_model_jmespath_test_LDADD = $(test_libs)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/model/embedded_test
TESTS += tests/model/embedded_test
tests_model_embedded_test_LDADD = $(test_libs)
endif

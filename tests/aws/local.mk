if HAVE_CMOCKA
check_PROGRAMS += tests/aws/retry_test
TESTS += tests/aws/retry_test
tests_aws_retry_test_LDADD = $(test_libs)
endif

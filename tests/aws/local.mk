if HAVE_CMOCKA
check_PROGRAMS += tests/aws/endpoint_test tests/aws/retry_test tests/aws/transport_curl_test
TESTS += tests/aws/endpoint_test tests/aws/retry_test tests/aws/transport_curl_test
tests_aws_endpoint_test_LDADD = $(test_libs)
tests_aws_retry_test_LDADD = $(test_libs)
tests_aws_transport_curl_test_SOURCES = tests/aws/transport_curl_test.c tests/aws/tiny_server.c tests/aws/tiny_server.h
tests_aws_transport_curl_test_CFLAGS = $(AM_CFLAGS) -pthread
tests_aws_transport_curl_test_LDADD = $(test_libs)
endif

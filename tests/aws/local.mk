if HAVE_CMOCKA
check_PROGRAMS += tests/aws/client_test tests/aws/client_again_test tests/aws/endpoint_test tests/aws/pages_test \
	tests/aws/resolver_test tests/aws/retry_test tests/aws/transport_curl_test
TESTS += tests/aws/client_test tests/aws/client_again_test tests/aws/endpoint_test tests/aws/pages_test \
	tests/aws/resolver_test tests/aws/retry_test tests/aws/transport_curl_test
client_play = tests/aws/client_play.c tests/aws/client_play.h
tests_aws_client_test_SOURCES = tests/aws/client_test.c $(client_play)
tests_aws_client_test_LDADD = $(test_libs)
tests_aws_client_again_test_SOURCES = tests/aws/client_again_test.c $(client_play)
tests_aws_client_again_test_LDADD = $(test_libs)
tests_aws_endpoint_test_LDADD = $(test_libs)
tests_aws_pages_test_LDADD = $(test_libs)
tests_aws_resolver_test_SOURCES = tests/aws/resolver_test.c tests/aws/tiny_server.c tests/aws/tiny_server.h
tests_aws_resolver_test_CFLAGS = $(AM_CFLAGS) -pthread
tests_aws_resolver_test_LDFLAGS = $(AM_LDFLAGS) -rdynamic
tests_aws_resolver_test_LDADD = $(test_libs)
tests_aws_retry_test_LDADD = $(test_libs)
tests_aws_transport_curl_test_SOURCES = tests/aws/transport_curl_test.c tests/aws/tiny_server.c tests/aws/tiny_server.h
tests_aws_transport_curl_test_CFLAGS = $(AM_CFLAGS) -pthread
tests_aws_transport_curl_test_LDADD = $(test_libs)

# Who and where: these share a fixture.
aws_identity_tests = tests/aws/config_file_test tests/aws/credentials_test tests/aws/imds_test \
	tests/aws/process_test tests/aws/settings_test
check_PROGRAMS += $(aws_identity_tests)
TESTS += $(aws_identity_tests)
aws_fixture = tests/aws/fixture.c tests/aws/fixture.h
tests_aws_config_file_test_SOURCES = tests/aws/config_file_test.c $(aws_fixture)
tests_aws_config_file_test_LDADD = $(test_libs)
tests_aws_credentials_test_SOURCES = tests/aws/credentials_test.c $(aws_fixture)
tests_aws_credentials_test_LDADD = $(test_libs)
tests_aws_imds_test_SOURCES = tests/aws/imds_test.c $(aws_fixture)
tests_aws_imds_test_LDADD = $(test_libs)
tests_aws_process_test_SOURCES = tests/aws/process_test.c $(aws_fixture)
tests_aws_process_test_LDADD = $(test_libs)
tests_aws_settings_test_SOURCES = tests/aws/settings_test.c $(aws_fixture)
tests_aws_settings_test_LDADD = $(test_libs)

if HAVE_SSL
check_PROGRAMS += tests/aws/tls_test
TESTS += tests/aws/tls_test
tests_aws_tls_test_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS)
tests_aws_tls_test_LDADD = $(test_libs) $(SSL_LIBS)
endif
endif

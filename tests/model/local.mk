if HAVE_CMOCKA
model_tests = \
	tests/model/check_test \
	tests/model/embedded_test \
	tests/model/faulty_test \
	tests/model/jmespath_conformance_test \
	tests/model/jmespath_test \
	tests/model/made_files_test \
	tests/model/picture_test \
	tests/model/services_test \
	tests/model/shape_test \
	tests/model/use_test
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
tests_model_check_test_LDADD = $(test_libs)
tests_model_embedded_test_LDADD = $(test_libs)
tests_model_faulty_test_LDADD = $(test_libs)
tests_model_jmespath_conformance_test_LDADD = $(test_libs)
tests_model_jmespath_test_LDADD = $(test_libs)
tests_model_made_files_test_LDADD = $(test_libs)
tests_model_picture_test_LDADD = $(test_libs)
tests_model_services_test_LDADD = $(test_libs)
tests_model_shape_test_LDADD = $(test_libs)
tests_model_use_test_LDADD = $(test_libs)
check_PROGRAMS += tests/model/catalogue_test
TESTS += tests/model/catalogue_test
tests_model_catalogue_test_LDADD = $(test_libs)
endif
EXTRA_DIST += tests/model/faulty

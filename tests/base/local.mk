if HAVE_CMOCKA
check_PROGRAMS += tests/base/error_test
TESTS += tests/base/error_test
tests_base_error_test_LDADD = $(test_libs)
check_PROGRAMS += tests/base/library_test
TESTS += tests/base/library_test
tests_base_library_test_LDADD = $(test_libs)
check_PROGRAMS += tests/base/memory_test
TESTS += tests/base/memory_test
tests_base_memory_test_LDADD = $(test_libs)
check_PROGRAMS += tests/base/number_test
TESTS += tests/base/number_test
tests_base_number_test_LDADD = $(test_libs) -lm
check_PROGRAMS += tests/base/storage_memory_test
TESTS += tests/base/storage_memory_test
tests_base_storage_memory_test_LDADD = $(test_libs)
check_PROGRAMS += tests/base/storage_test
TESTS += tests/base/storage_test
tests_base_storage_test_LDADD = $(test_libs)
endif

# A test is one program; it runs from anywhere, finds its data by TIDEGATE_SOURCE_DIR, and skips (77) with a sentence.
AM_TESTS_ENVIRONMENT = \
	TIDEGATE_SOURCE_DIR='$(abs_srcdir)'; export TIDEGATE_SOURCE_DIR; \
	TIDEGATE_BUILD_DIR='$(abs_builddir)'; export TIDEGATE_BUILD_DIR; \
	CONFORMANCE_DIR='$(CONFORMANCE_DIR)'; export CONFORMANCE_DIR;

test_libs = $(tidegate_libs) $(CMOCKA_LIBS)

include tests/base/local.mk
include tests/text/local.mk
include tests/model/local.mk
include tests/wire/local.mk
include tests/aws/local.mk
include tests/run/local.mk
include tests/cli/local.mk

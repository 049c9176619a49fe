if HAVE_CMOCKA
check_PROGRAMS += tests/run/journal_test
TESTS += tests/run/journal_test
tests_run_journal_test_SOURCES = tests/run/journal_test.c tests/run/disk.c tests/run/disk.h
tests_run_journal_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/ledger_test
TESTS += tests/run/ledger_test
tests_run_ledger_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/campaign_test
TESTS += tests/run/campaign_test
rig = tests/run/disk.c tests/run/disk.h tests/run/rig.c tests/run/rig.h
tests_run_campaign_test_SOURCES = tests/run/campaign_test.c $(rig)
tests_run_campaign_test_LDADD = $(test_libs)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/run/journal_test
TESTS += tests/run/journal_test
tests_run_journal_test_SOURCES = tests/run/journal_test.c tests/run/disk.c tests/run/disk.h
tests_run_journal_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/shelf_test
TESTS += tests/run/shelf_test
tests_run_shelf_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/ledger_test
TESTS += tests/run/ledger_test
tests_run_ledger_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/readings_test
TESTS += tests/run/readings_test
tests_run_readings_test_LDADD = $(test_libs)

# The real runner over the simulated AWS.
rig = tests/run/disk.c tests/run/disk.h tests/run/rig.c tests/run/rig.h
play = tests/run/play.c tests/run/play.h $(rig)
ways = tests/run/ways.c tests/run/ways.h $(play)
check_PROGRAMS += tests/run/acts_test tests/run/campaign_test tests/run/lessons_test tests/run/meeting_test tests/run/disk_test \
	tests/run/overlap_test tests/run/policy_test
TESTS += tests/run/acts_test tests/run/campaign_test tests/run/lessons_test tests/run/meeting_test tests/run/disk_test \
	tests/run/overlap_test tests/run/policy_test
tests_run_acts_test_SOURCES = tests/run/acts_test.c $(play)
tests_run_acts_test_LDADD = $(test_libs)
tests_run_campaign_test_SOURCES = tests/run/campaign_test.c $(play)
tests_run_campaign_test_LDADD = $(test_libs)
tests_run_lessons_test_SOURCES = tests/run/lessons_test.c $(ways)
tests_run_lessons_test_LDADD = $(test_libs)
tests_run_meeting_test_SOURCES = tests/run/meeting_test.c $(play)
tests_run_meeting_test_LDADD = $(test_libs)
tests_run_disk_test_SOURCES = tests/run/disk_test.c $(play)
tests_run_disk_test_LDADD = $(test_libs)
tests_run_overlap_test_SOURCES = tests/run/overlap_test.c $(rig)
tests_run_overlap_test_LDADD = $(test_libs)
tests_run_policy_test_SOURCES = tests/run/policy_test.c $(rig)
tests_run_policy_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/races_test tests/run/health_test tests/run/surge_test
TESTS += tests/run/races_test tests/run/health_test tests/run/surge_test
tests_run_surge_test_SOURCES = tests/run/surge_test.c $(play)
tests_run_surge_test_LDADD = $(test_libs)
tests_run_health_test_SOURCES = tests/run/health_test.c $(ways)
tests_run_health_test_LDADD = $(test_libs)
tests_run_races_test_SOURCES = tests/run/races_test.c $(ways)
tests_run_races_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/scripts_test
TESTS += tests/run/scripts_test
tests_run_scripts_test_SOURCES = tests/run/scripts_test.c $(rig)
tests_run_scripts_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/survey_test
TESTS += tests/run/survey_test
tests_run_survey_test_SOURCES = tests/run/survey_test.c $(rig)
tests_run_survey_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/later_test
TESTS += tests/run/later_test
tests_run_later_test_SOURCES = tests/run/later_test.c $(rig)
tests_run_later_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/balancers_test
TESTS += tests/run/balancers_test
tests_run_balancers_test_SOURCES = tests/run/balancers_test.c $(play)
tests_run_balancers_test_LDADD = $(test_libs)
check_PROGRAMS += tests/run/checks_test tests/run/hooks_test
TESTS += tests/run/checks_test tests/run/hooks_test
tests_run_checks_test_SOURCES = tests/run/checks_test.c $(play)
tests_run_checks_test_LDADD = $(test_libs)
tests_run_hooks_test_SOURCES = tests/run/hooks_test.c $(play)
tests_run_hooks_test_LDADD = $(test_libs)
endif

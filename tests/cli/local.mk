cli_scripts = tests/cli/autogen.sh tests/cli/commands.sh tests/cli/documents.sh tests/cli/graph.sh \
	tests/cli/pages.sh tests/cli/places.sh tests/cli/scripts.sh
dist_check_SCRIPTS += $(cli_scripts)
TESTS += $(cli_scripts)

if HAVE_CMOCKA
bench = tests/cli/bench.c tests/cli/bench.h
quoted = tests/cli/quoted.c tests/cli/quoted.h
cli_tests = tests/cli/alike_test tests/cli/checkpoint_test tests/cli/ending_test tests/cli/flag_file_test \
	tests/cli/homeward_test tests/cli/inputs_test tests/cli/judged_test tests/cli/lessons_test tests/cli/log_test \
	tests/cli/options_test tests/cli/page_test tests/cli/passages_test tests/cli/plan_test tests/cli/process_test \
	tests/cli/rehearse_test tests/cli/status_test tests/cli/stop_test tests/cli/verdict_test tests/cli/view_test \
	tests/cli/wire_test
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)
tests_cli_flag_file_test_LDADD = libcommands.a $(test_libs)
tests_cli_homeward_test_LDADD = libcommands.a $(test_libs)
tests_cli_inputs_test_LDADD = libcommands.a $(test_libs)
tests_cli_judged_test_SOURCES = tests/cli/judged_test.c $(bench)
tests_cli_judged_test_LDADD = libcommands.a $(test_libs)
tests_cli_log_test_SOURCES = tests/cli/log_test.c $(quoted)
tests_cli_log_test_LDADD = libcommands.a $(test_libs)
tests_cli_lessons_test_SOURCES = tests/cli/lessons_test.c $(bench)
tests_cli_lessons_test_LDADD = libcommands.a $(test_libs)
tests_cli_options_test_LDADD = libcommands.a $(test_libs)
tests_cli_page_test_LDADD = libcommands.a $(test_libs)
tests_cli_passages_test_LDADD = libcommands.a $(test_libs)
tests_cli_plan_test_SOURCES = tests/cli/plan_test.c $(quoted)
tests_cli_plan_test_LDADD = libcommands.a $(test_libs)
tests_cli_process_test_LDADD = libcommands.a $(test_libs)
tests_cli_alike_test_SOURCES = tests/cli/alike_test.c tests/plays.h $(bench)
tests_cli_alike_test_LDADD = libcommands.a $(test_libs)
tests_cli_checkpoint_test_SOURCES = tests/cli/checkpoint_test.c tests/plays.h $(bench)
tests_cli_checkpoint_test_LDADD = libcommands.a $(test_libs)
tests_cli_ending_test_SOURCES = tests/cli/ending_test.c tests/plays.h $(bench)
tests_cli_ending_test_LDADD = libcommands.a $(test_libs)
tests_cli_rehearse_test_SOURCES = tests/cli/rehearse_test.c tests/plays.h $(bench)
tests_cli_rehearse_test_LDADD = libcommands.a $(test_libs)
tests_cli_status_test_SOURCES = tests/cli/status_test.c $(quoted)
tests_cli_status_test_LDADD = libcommands.a $(test_libs)
tests_cli_stop_test_LDADD = $(test_libs)
tests_cli_verdict_test_LDADD = libcommands.a $(test_libs)
tests_cli_wire_test_SOURCES = tests/cli/wire_test.c tests/plays.h $(bench)
tests_cli_wire_test_LDADD = libcommands.a $(test_libs)
tests_cli_view_test_LDADD = libcommands.a $(test_libs)
endif
EXTRA_DIST += tests/lessons

# What a rehearsal says of machines that do what the scripts do.
show-lessons: tests/cli/lessons_test
	TIDEGATE_SOURCE_DIR='$(abs_srcdir)' tests/cli/lessons_test
.PHONY: show-lessons

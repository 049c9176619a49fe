EXTRA_DIST += tests/README.md

# A test is one program; it runs from anywhere, finds its data by TIDEGATE_SOURCE_DIR, and skips (77) with a sentence.
AM_TESTS_ENVIRONMENT = \
	TIDEGATE_SOURCE_DIR='$(abs_srcdir)'; export TIDEGATE_SOURCE_DIR; \
	TIDEGATE_BUILD_DIR='$(abs_builddir)'; export TIDEGATE_BUILD_DIR; \
	CONFORMANCE_DIR='$(CONFORMANCE_DIR)'; export CONFORMANCE_DIR;

# Of a tree configured with --enable-coverage: all tests, then which lines of engine/ they passed.
coverage: check
	source=`cd $(srcdir) && pwd -P` && gcovr --root "$$source" --filter "$$source/engine/" .
.PHONY: coverage

# The programs under valgrind, but for those that play thousands of deployments: under it they take an hour, and the
# sanitizers see all of them; and for the one whose server is a fork, which valgrind would hold to account as well.
exhaustive = tests/run/acts_test tests/run/balancers_test tests/run/balancers_faults_test \
	tests/run/campaign_test tests/run/disk_test tests/run/faults_test tests/run/health_test tests/run/journal_damage_test tests/run/journal_disk_test \
	tests/run/later_test tests/run/lessons_test tests/run/meeting_test tests/run/overlap_test \
	tests/run/policy_test tests/run/races_test tests/run/surge_test tests/cli/alike_test tests/cli/checkpoint_test \
	tests/cli/ending_test tests/cli/lessons_test tests/cli/rehearse_test tests/cli/wire_test tests/sim/server_test
valgrind = valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite
check-valgrind: all
	list=; for test in $(TESTS); do \
	  case " $(exhaustive) $$test" in *".sh" | *" $$test "*) ;; *) list="$$list $$test" ;; esac; \
	done; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$list" LOG_COMPILER='$(valgrind)'
.PHONY: check-valgrind

# The main job against the program's own simulated AWS; a test of the whole, too.
EXTRA_DIST += tests/demo.sh tests/simulation.sh
run-demo: all
	sh $(srcdir)/tests/demo.sh ./tidegate $(srcdir)/machines/asg-standby.yaml
.PHONY: run-demo

# Every shipped machine: all that can go wrong once, and a share of all pairs.
EXTRA_DIST += tests/rehearsal.sh
shipped_machines = `for file in $(dist_machines_SCRIPTS); do echo $(srcdir)/$$file; done`
check-rehearsal: all
	$(srcdir)/tests/rehearsal.sh ./tidegate $(shipped_machines)
.PHONY: check-rehearsal

# Of a tree configured with --enable-coverage: what of run/ is passed by rehearsals alone. In one process, for those that
# a worker ends with are not counted.
coverage-rehearsal: all
	find . -name '*.gcda' -exec rm -f {} +
	for scenario in $${REHEARSAL_SCENARIO:-by-hand already-standby launch-suspended slow-drain surge}; do \
		REHEARSAL_JOBS=1 REHEARSAL_FAULTS=1 REHEARSAL_SCENARIO=$$scenario \
			$(srcdir)/tests/rehearsal.sh ./tidegate $(shipped_machines) || exit; \
	done
	source=`cd $(srcdir) && pwd -P` && gcovr --root "$$source" --filter "$$source/engine/run/" \
		--fail-under-line 90 --print-summary .
.PHONY: coverage-rehearsal

# README's two commands on a minimal Debian, for root only. Skipped (77) is no fault here; it has said why.
EXTRA_DIST += tests/bare-machine.sh
check-bare-machine:
	$(srcdir)/tests/bare-machine.sh bare-machine $(RELEASE) || test $$? = 77
.PHONY: check-bare-machine

# Scripts apart from programs, so that `make check LOG_COMPILER=valgrind` means the programs.
TEST_EXTENSIONS = .sh

# Made by suites, not by make.
clean_folders =
clean-local:
	rm -rf $(clean_folders)

test_libs = $(tidegate_libs) $(CMOCKA_LIBS)

# The layers with the long tests first, so that none of them runs alone at the end.
include tests/run/local.mk
include tests/cli/local.mk
include tests/sim/local.mk
include tests/local/local.mk
include tests/aws/local.mk
include tests/wire/local.mk
include tests/model/local.mk
include tests/text/local.mk
include tests/base/local.mk
include tests/style/local.mk
include tests/mutants/local.mk
include tests/fuzz/local.mk
include tests/interop/local.mk
include tests/bench/local.mk

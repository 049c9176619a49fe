if HAVE_CMOCKA
sim_fixture = tests/sim/fixture.c tests/sim/fixture.h
sim_tests = tests/sim/autoscaling_test tests/sim/balancing_test tests/sim/server_test tests/sim/transport_test \
	tests/sim/world_test
check_PROGRAMS += $(sim_tests)
TESTS += $(sim_tests)
tests_sim_autoscaling_test_SOURCES = tests/sim/autoscaling_test.c $(sim_fixture)
tests_sim_autoscaling_test_LDADD = $(test_libs)
tests_sim_server_test_SOURCES = tests/sim/server_test.c $(sim_fixture)
tests_sim_server_test_LDADD = $(test_libs)
tests_sim_transport_test_SOURCES = tests/sim/transport_test.c $(sim_fixture)
tests_sim_transport_test_LDADD = $(test_libs)
tests_sim_balancing_test_SOURCES = tests/sim/balancing_test.c $(sim_fixture)
tests_sim_balancing_test_LDADD = $(test_libs)
tests_sim_world_test_SOURCES = tests/sim/world_test.c $(sim_fixture)
tests_sim_world_test_LDADD = $(test_libs)
endif

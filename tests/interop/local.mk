# Against an AWS API that none of us wrote: moto's server, with the suite's own proxy in front of it.
EXTRA_DIST += \
	tests/interop/agent_network.py \
	tests/interop/aws_calls.py \
	tests/interop/botocore_models.py \
	tests/interop/cloud.py \
	tests/interop/conftest.py \
	tests/interop/credential_rows.py \
	tests/interop/credential_table.py \
	tests/interop/demo.py \
	tests/interop/hook.py \
	tests/interop/imds.py \
	tests/interop/in_venv.sh \
	tests/interop/machine_file.py \
	tests/interop/moto_server.py \
	tests/interop/preload.c \
	tests/interop/proxy.py \
	tests/interop/query.py \
	tests/interop/requirements.txt \
	tests/interop/rules.py \
	tests/interop/server.py \
	tests/interop/simulator.py \
	tests/interop/small_server.py \
	tests/interop/stage.py \
	tests/interop/test_balancers.py \
	tests/interop/test_credentials.py \
	tests/interop/test_kill.py \
	tests/interop/test_lessons.py \
	tests/interop/test_machines.py \
	tests/interop/test_main_job.py \
	tests/interop/test_plan.py \
	tests/interop/test_policy.py \
	tests/interop/test_proxy.py \
	tests/interop/test_schemas.py \
	tests/interop/test_simulator.py \
	tests/interop/test_traffic.py \
	tests/interop/traffic.py \
	tests/interop/world.py
CLEANFILES += tests/interop/preload.so

in_venv = $(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/interop/in_venv.sh $(abs_builddir)/interop-venv

tests/interop/preload.so: tests/interop/preload.c
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -shared -fPIC -o $@ $(srcdir)/tests/interop/preload.c

# Skipped (77) is no fault here; in_venv.sh has said why. It waits most of the time, hence more workers than cores, each
# with a moto of its own.
check-interop: all tests/interop/preload.so
	$(in_venv) $(srcdir)/tests/interop/botocore_models.py || test $$? = 77
	$(in_venv) -m pytest -p no:cacheprovider --quiet -n 4 --dist worksteal $(INTEROP) $(srcdir)/tests/interop || test $$? = 77

run-demo-moto: all
	$(in_venv) $(srcdir)/tests/interop/demo.py || test $$? = 77

clean_folders += interop-venv
.PHONY: check-interop run-demo-moto

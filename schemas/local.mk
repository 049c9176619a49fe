# The catalogues. What is listed here is compiled in, and so are the machines.
embedded_data = \
	machines/scenarios/already-standby.yaml \
	machines/scenarios/by-hand.yaml \
	machines/scenarios/classic-pair.yaml \
	machines/scenarios/group-of-three.yaml \
	machines/scenarios/in-none.yaml \
	machines/scenarios/launch-suspended.yaml \
	machines/scenarios/neighbours.yaml \
	machines/scenarios/no-balancer.yaml \
	machines/scenarios/room-to-spare.yaml \
	machines/scenarios/several-ports.yaml \
	machines/scenarios/slow-drain.yaml \
	machines/scenarios/surge.yaml \
	machines/scenarios/terminating.yaml \
	machines/scenarios/warm-pool.yaml \
	schemas/actions/autoscaling.yaml \
	schemas/actions/balancers.yaml \
	schemas/actions/elb.yaml \
	schemas/actions/elbv2.yaml \
	schemas/actions/local.yaml \
	schemas/operations/autoscaling.yaml \
	schemas/operations/common.yaml \
	schemas/operations/ec2.yaml \
	schemas/operations/elb.yaml \
	schemas/operations/elbv2.yaml \
	schemas/operations/local.yaml \
	schemas/operations/sts.yaml \
	schemas/partitions.yaml

nobase_dist_pkgdata_DATA = $(embedded_data) schemas/machine.schema.json schemas/plan.schema.json \
	schemas/scenario.schema.json schemas/README.md

nodist_libtidegate_a_SOURCES += engine/model/embedded_files.c
CLEANFILES += engine/model/embedded_files.c engine/model/embedded_files.c.new

# The build runs it: it reads the catalogues, so that the program need not.
noinst_PROGRAMS = engine/model/embed
engine_model_embed_SOURCES = engine/model/embed.c \
	engine/base/buffer.c engine/base/error.c engine/base/file.c engine/base/memory.c \
	engine/text/compiled.c engine/text/diagnostics.c engine/text/json_write.c engine/text/nearest.c \
	engine/text/node.c engine/text/utf8.c engine/text/yaml.c engine/text/yaml_syntax.c engine/text/yaml_text.c
engine_model_embed_LDADD = $(YAML_LIBS) $(JANSSON_LIBS)

engine/model/embedded_files.c: $(embedded_data) $(dist_machines_SCRIPTS) engine/model/embed$(EXEEXT) schemas/local.mk machines/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && engine/model/embed$(EXEEXT) $(srcdir) $(embedded_data) $(dist_machines_SCRIPTS) >$@.new && mv $@.new $@

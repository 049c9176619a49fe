libtidegate_a_SOURCES += \
	engine/sim/act.c \
	engine/sim/agenda.c engine/sim/agenda.h \
	engine/sim/application.c \
	engine/sim/autoscaling.h engine/sim/autoscaling_read.c engine/sim/autoscaling_write.c \
	engine/sim/ec2.c \
	engine/sim/elb.c \
	engine/sim/elbv2.c \
	engine/sim/executor.c engine/sim/executor.h \
	engine/sim/group.c \
	engine/sim/http.c engine/sim/http.h \
	engine/sim/lifecycle.c \
	engine/sim/likeness.c \
	engine/sim/metadata.c \
	engine/sim/request.c engine/sim/request.h \
	engine/sim/rows.c engine/sim/rows.h \
	engine/sim/scenario.c engine/sim/scenario.h \
	engine/sim/scenario_file.c engine/sim/scenario_file.h \
	engine/sim/server.h \
	engine/sim/sim.h \
	engine/sim/snapshot.c \
	engine/sim/traffic.c \
	engine/sim/transport.c engine/sim/transport.h \
	engine/sim/world.c engine/sim/world.h

if HAVE_MICROHTTPD
libtidegate_a_SOURCES += engine/sim/server.c
else
libtidegate_a_SOURCES += engine/sim/server_none.c
endif

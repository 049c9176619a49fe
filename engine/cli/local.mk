bin_PROGRAMS += tidegate
tidegate_SOURCES = \
	engine/cli/command.c engine/cli/command.h \
	engine/cli/command_help.c \
	engine/cli/command_plan.c \
	engine/cli/command_run.c \
	engine/cli/command_version.c \
	engine/cli/configuration.c engine/cli/configuration.h \
	engine/cli/connection.c engine/cli/connection.h \
	engine/cli/goal.c engine/cli/goal.h \
	engine/cli/hook.c \
	engine/cli/inputs.c engine/cli/inputs.h \
	engine/cli/main.c \
	engine/cli/options.c engine/cli/options.h \
	engine/cli/page.c engine/cli/page.h \
	engine/cli/plan.c engine/cli/plan.h \
	engine/cli/process.c engine/cli/process.h \
	engine/cli/record_text.c engine/cli/record_text.h \
	engine/cli/report.c engine/cli/report.h \
	engine/cli/session.c engine/cli/session.h \
	engine/cli/verdict.c engine/cli/verdict.h
tidegate_LDADD = $(tidegate_libs)

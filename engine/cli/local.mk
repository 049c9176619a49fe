bin_PROGRAMS += tidegate
tidegate_SOURCES = \
	engine/cli/appspec.c engine/cli/appspec.h \
	engine/cli/command.c engine/cli/command.h \
	engine/cli/command_actions.c \
	engine/cli/command_adopt.c \
	engine/cli/command_check.c \
	engine/cli/command_help.c \
	engine/cli/command_log.c \
	engine/cli/command_plan.c \
	engine/cli/command_restore.c \
	engine/cli/command_resume.c \
	engine/cli/command_run.c \
	engine/cli/command_simulate.c \
	engine/cli/command_status.c \
	engine/cli/command_version.c \
	engine/cli/configuration.c engine/cli/configuration.h \
	engine/cli/connection.c engine/cli/connection.h \
	engine/cli/goal.c engine/cli/goal.h \
	engine/cli/homeward.c engine/cli/homeward.h \
	engine/cli/hook.c \
	engine/cli/inputs.c engine/cli/inputs.h \
	engine/cli/main.c \
	engine/cli/options.c engine/cli/options.h \
	engine/cli/page.c engine/cli/page.h \
	engine/cli/plan.c engine/cli/plan.h \
	engine/cli/process.c engine/cli/process.h \
	engine/cli/record_text.c engine/cli/record_text.h \
	engine/cli/report.c engine/cli/report.h \
	engine/cli/runs.c engine/cli/runs.h \
	engine/cli/session.c engine/cli/session.h \
	engine/cli/verdict.c engine/cli/verdict.h
tidegate_LDADD = $(tidegate_libs)

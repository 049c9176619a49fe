libtidegate_a_SOURCES += \
	engine/run/journal.c engine/run/journal.h \
	engine/run/journal_file.h engine/run/journal_parse.c engine/run/journal_read.c \
	engine/run/journal_shelf.c engine/run/journal_shelf.h
libtidegate_a_SOURCES += \
	engine/run/activity.c \
	engine/run/activity_change.c \
	engine/run/activity_decide.c \
	engine/run/activity_doubt.c \
	engine/run/activity_poll.c \
	engine/run/activity_settle.c \
	engine/run/drive.c \
	engine/run/exit.c engine/run/exit.h \
	engine/run/find.c \
	engine/run/history.c engine/run/history.h \
	engine/run/internal.h engine/run/phases.h \
	engine/run/leg.c \
	engine/run/ledger.c engine/run/ledger.h \
	engine/run/observe.c \
	engine/run/prune.c \
	engine/run/readings.c engine/run/readings.h \
	engine/run/restore.c \
	engine/run/run.c engine/run/run.h \
	engine/run/start.c engine/run/start.h \
	engine/run/states.c engine/run/states_action.c \
	engine/run/survey.c engine/run/survey.h \
	engine/run/verify.c

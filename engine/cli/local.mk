# What a hook needs stands first in the program, with what that needs of the layers below; the other commands and what
# only they need come behind it. So a hook maps 0.2 MB less of it.
hook_sources = \
	engine/cli/command.c engine/cli/command.h \
	engine/cli/configuration.c engine/cli/configuration.h \
	engine/cli/connection.c engine/cli/connection.h \
	engine/cli/hook.c \
	engine/cli/inputs.c engine/cli/inputs.h \
	engine/cli/live.c engine/cli/live.h \
	engine/cli/options.c engine/cli/options.h \
	engine/cli/passages.c engine/cli/passages.h \
	engine/cli/process.c engine/cli/process.h \
	engine/cli/record_text.c engine/cli/record_text.h \
	engine/cli/report.c engine/cli/report.h \
	engine/cli/session.c engine/cli/session.h \
	engine/cli/verdict.c engine/cli/verdict.h

bin_PROGRAMS += tidegate
tidegate_SOURCES = engine/cli/main.c $(hook_sources)
tidegate_LDADD = libtidegate.a libcommands.a $(tidegate_libs)

# All but main, so that tests can link it.
noinst_LIBRARIES += libcommands.a
libcommands_a_SOURCES = $(hook_sources) \
	engine/cli/appspec.c engine/cli/appspec.h \
	engine/cli/appspec_form.c engine/cli/appspec_form.h \
	engine/cli/command_actions.c \
	engine/cli/command_adopt.c \
	engine/cli/command_check.c \
	engine/cli/command_graph.c \
	engine/cli/command_help.c \
	engine/cli/command_log.c \
	engine/cli/command_plan.c \
	engine/cli/command_policy.c \
	engine/cli/command_rehearse.c \
	engine/cli/command_restore.c \
	engine/cli/command_resume.c \
	engine/cli/command_run.c \
	engine/cli/command_simulate.c \
	engine/cli/command_status.c \
	engine/cli/command_version.c \
	engine/cli/flag_file.c engine/cli/flag_file.h \
	engine/cli/goal.c engine/cli/goal.h \
	engine/cli/homeward.c engine/cli/homeward.h \
	engine/cli/log.c engine/cli/log.h \
	engine/cli/page.c engine/cli/page.h \
	engine/cli/plan.c engine/cli/plan.h engine/cli/plan_text.c \
	engine/cli/render.c engine/cli/render.h \
	engine/cli/runs.c engine/cli/runs.h \
	engine/cli/screen.c engine/cli/screen.h \
	engine/cli/status.c engine/cli/status.h \
	engine/cli/trace.c engine/cli/trace.h \
	engine/cli/view.c engine/cli/view.h \
	engine/cli/watch.c engine/cli/watch.h \
	engine/cli/rehearsal/alike.c engine/cli/rehearsal/alone.c \
	engine/cli/rehearsal/checkpoint.c \
	engine/cli/rehearsal/damage.c \
	engine/cli/rehearsal/disk.c \
	engine/cli/rehearsal/ending.c engine/cli/rehearsal/ending.h \
	engine/cli/rehearsal/facts.c \
	engine/cli/rehearsal/gate.c \
	engine/cli/rehearsal/hand.c \
	engine/cli/rehearsal/invariants.c engine/cli/rehearsal/invariants.h \
	engine/cli/rehearsal/kinds.c \
	engine/cli/rehearsal/meeting.c \
	engine/cli/rehearsal/mishaps.c engine/cli/rehearsal/mishaps.h \
	engine/cli/rehearsal/moment.c \
	engine/cli/rehearsal/others.c \
	engine/cli/rehearsal/outlook.c engine/cli/rehearsal/outlook.h \
	engine/cli/rehearsal/profile.c \
	engine/cli/rehearsal/rehearsal.c engine/cli/rehearsal/rehearsal.h \
	engine/cli/rehearsal/rules.h engine/cli/rehearsal/scene.c engine/cli/rehearsal/sent.c \
	engine/cli/rehearsal/stage.c engine/cli/rehearsal/stage.h \
	engine/cli/rehearsal/tally.c \
	engine/cli/rehearsal/timer.c \
	engine/cli/rehearsal/torn.c \
	engine/cli/rehearsal/trace.c \
	engine/cli/rehearsal/wire.c engine/cli/rehearsal/wire.h \
	engine/cli/rehearsal/workers.c

dist_man_MANS = engine/cli/tidegate.1

bash_completiondir = $(datadir)/bash-completion/completions
dist_bash_completion_DATA = engine/cli/tidegate.bash

# Into the prefix and not to where systemd looks: a package chooses that by systemdsystemunitdir=.
systemdsystemunitdir = $(prefix)/lib/systemd/system
dist_systemdsystemunit_DATA = engine/cli/systemd/tidegate-resume.timer
nodist_systemdsystemunit_DATA = engine/cli/systemd/tidegate-resume.service
EXTRA_DIST += engine/cli/systemd/tidegate-resume.service.in
CLEANFILES += engine/cli/systemd/tidegate-resume.service

engine/cli/systemd/tidegate-resume.service: engine/cli/systemd/tidegate-resume.service.in engine/cli/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's|@bindir[@]|$(bindir)|' $(srcdir)/engine/cli/systemd/tidegate-resume.service.in >$@.new && mv $@.new $@

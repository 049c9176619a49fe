libtidegate_a_SOURCES += \
	engine/run/journal.c engine/run/journal.h \
	engine/run/journal_file.h engine/run/journal_read.c

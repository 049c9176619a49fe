libtidegate_a_SOURCES += \
	engine/local/check.c engine/local/check.h \
	engine/local/command.c \
	engine/local/executor.c engine/local/executor.h \
	engine/local/http.c \
	engine/local/shown.c engine/local/shown.h

libtidegate_a_SOURCES += \
	engine/wire/percent.c engine/wire/percent.h \
	engine/wire/query.h \
	engine/wire/sigv4.c engine/wire/sigv4.h \
	engine/wire/sigv4_canonical.c engine/wire/sigv4_canonical.h \
	engine/wire/sigv4_verify.c \
	engine/wire/transport.c engine/wire/transport.h

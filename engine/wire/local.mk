libtidegate_a_SOURCES += \
	engine/wire/query.h \
	engine/wire/sigv4.h \
	engine/wire/transport.h

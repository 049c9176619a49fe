libtidegate_a_SOURCES += \
	engine/wire/markup.c engine/wire/markup.h \
	engine/wire/percent.c engine/wire/percent.h \
	engine/wire/query.h \
	engine/wire/query_fault.c \
	engine/wire/query_form.c \
	engine/wire/query_render.c \
	engine/wire/query_request.c \
	engine/wire/query_response.c \
	engine/wire/scalar.c engine/wire/scalar.h \
	engine/wire/shape.c engine/wire/shape.h \
	engine/wire/sigv4.c engine/wire/sigv4.h \
	engine/wire/sigv4_canonical.c engine/wire/sigv4_canonical.h \
	engine/wire/sigv4_verify.c \
	engine/wire/timestamp.c engine/wire/timestamp.h \
	engine/wire/transport.c engine/wire/transport.h \
	engine/wire/xml.c engine/wire/xml.h

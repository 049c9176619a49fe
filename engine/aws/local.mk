libtidegate_a_SOURCES += \
	engine/aws/credentials.h \
	engine/aws/endpoint.c engine/aws/endpoint.h \
	engine/aws/retry.c engine/aws/retry.h \
	engine/aws/transport_curl.c engine/aws/transport_curl.h

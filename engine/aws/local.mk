libtidegate_a_SOURCES += \
	engine/aws/client.c engine/aws/client.h \
	engine/aws/config_file.c engine/aws/config_file.h \
	engine/aws/credentials.c engine/aws/credentials.h \
	engine/aws/credentials_chain.c engine/aws/credentials_chain.h \
	engine/aws/credentials_container.c \
	engine/aws/credentials_instance.c \
	engine/aws/credentials_place.h \
	engine/aws/credentials_process.c \
	engine/aws/credentials_role.c \
	engine/aws/credentials_static.c \
	engine/aws/endpoint.c engine/aws/endpoint.h \
	engine/aws/exchange.c engine/aws/exchange.h \
	engine/aws/imds.c engine/aws/imds.h \
	engine/aws/flight.c engine/aws/flight.h \
	engine/aws/pages.c engine/aws/pages.h \
	engine/aws/process.c engine/aws/process.h \
	engine/aws/request.c engine/aws/request.h \
	engine/aws/retry.c engine/aws/retry.h \
	engine/aws/settings.c engine/aws/settings.h \
	engine/aws/sts.c engine/aws/sts.h \
	engine/aws/libcurl.c engine/aws/libcurl.h \
	engine/aws/transport_curl.c engine/aws/transport_curl.h \
	engine/aws/verdict.c engine/aws/verdict.h \
	engine/aws/words.c engine/aws/words.h

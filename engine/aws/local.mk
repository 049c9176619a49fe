libtidegate_a_SOURCES += \
	engine/aws/credentials.h \
	engine/aws/retry.c engine/aws/retry.h

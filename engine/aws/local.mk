libtidegate_a_SOURCES += \
	engine/aws/credentials.h

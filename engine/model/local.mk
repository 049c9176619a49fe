libtidegate_a_SOURCES += \
	engine/model/embedded.c engine/model/embedded.h \
	engine/model/executor.h \
	engine/model/failure.c engine/model/failure.h \
	engine/model/jmespath.h \
	engine/model/operation.h

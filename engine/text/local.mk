libtidegate_a_SOURCES += \
	engine/text/diagnostics.h \
	engine/text/node.h \
	engine/text/record.h \
	engine/text/schema.h \
	engine/text/yaml.h

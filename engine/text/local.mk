libtidegate_a_SOURCES += \
	engine/text/compiled.c engine/text/compiled.h \
	engine/text/diagnostics.c engine/text/diagnostics.h \
	engine/text/duration.c \
	engine/text/field.c \
	engine/text/json.h engine/text/json_pool.c engine/text/json_pool.h engine/text/json_write.c \
	engine/text/nearest.c \
	engine/text/node.c engine/text/node.h \
	engine/text/outline.c engine/text/outline.h \
	engine/text/record.c engine/text/record.h \
	engine/text/reference.c engine/text/reference.h \
	engine/text/scalar.c engine/text/scalar.h \
	engine/text/schema.c engine/text/schema.h \
	engine/text/utf8.c engine/text/utf8.h \
	engine/text/yaml.c engine/text/yaml.h \
	engine/text/yaml_syntax.c engine/text/yaml_syntax.h \
	engine/text/yaml_text.c engine/text/yaml_text.h

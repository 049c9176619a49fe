libtidegate_a_SOURCES += \
	engine/model/definition.c engine/model/definition.h \
	engine/model/embedded.c engine/model/embedded.h \
	engine/model/executor.h \
	engine/model/failure.c engine/model/failure.h \
	engine/model/jmespath.h engine/model/jmespath_internal.h \
	engine/model/jmespath_call.c \
	engine/model/jmespath_eval.c \
	engine/model/jmespath_functions.c \
	engine/model/jmespath_lex.c \
	engine/model/jmespath_literal.c \
	engine/model/jmespath_order.c \
	engine/model/jmespath_parse.c \
	engine/model/jmespath_parser.c engine/model/jmespath_parser.h \
	engine/model/jmespath_references.c \
	engine/model/jmespath_shapes.c engine/model/jmespath_shapes.h \
	engine/model/jmespath_value.c \
	engine/model/operation.c engine/model/operation.h \
	engine/model/service_build.c engine/model/service_build.h \
	engine/model/service_file.c engine/model/service_file.h \
	engine/model/services.c engine/model/services.h \
	engine/model/shape.c engine/model/shape.h \
	engine/model/shape_read.c engine/model/shape_read.h
libtidegate_a_SOURCES += \
	engine/model/action.c engine/model/action_check.c engine/model/action_needs.c engine/model/action.h \
	engine/model/catalogue.c engine/model/catalogue.h \
	engine/model/check.c engine/model/check.h engine/model/check_internal.h \
	engine/model/check_catches.c \
	engine/model/check_dominators.c \
	engine/model/check_graph.c engine/model/check_graph.h \
	engine/model/check_hooks.c \
	engine/model/check_inputs.c \
	engine/model/check_ledger.c \
	engine/model/check_paths.c \
	engine/model/check_references.c \
	engine/model/check_types.c \
	engine/model/check_values.c engine/model/check_values.h \
	engine/model/expected_world.c engine/model/expected_world.h \
	engine/model/facts.c engine/model/facts.h \
	engine/model/given_shape.c engine/model/given_shape.h \
	engine/model/input.c engine/model/input.h \
	engine/model/machine.c engine/model/machine.h \
	engine/model/machine_fields.c engine/model/machine_fields.h \
	engine/model/machine_file.c engine/model/machine_file.h \
	engine/model/machine_records.c \
	engine/model/machine_use.c engine/model/machine_use.h \
	engine/model/picture.c engine/model/picture.h \
	engine/model/picture_legs.c engine/model/picture_legs.h \
	engine/model/policy.c engine/model/policy.h \
	engine/model/policy_ways.c engine/model/policy_ways.h \
	engine/model/reference.c engine/model/reference.h \
	engine/model/template.c engine/model/template.h

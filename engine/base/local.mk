libtidegate_a_SOURCES += \
	engine/base/buffer.c engine/base/buffer.h \
	engine/base/child.c engine/base/child.h \
	engine/base/clock.c engine/base/clock.h \
	engine/base/digest.c engine/base/digest.h \
	engine/base/directory.c engine/base/directory.h \
	engine/base/environment.c engine/base/environment.h \
	engine/base/error.c engine/base/error.h \
	engine/base/file.c engine/base/file.h \
	engine/base/hash.h engine/base/hash_set.c engine/base/hash_set.h \
	engine/base/library.c engine/base/library.h \
	engine/base/memory.c engine/base/memory.h \
	engine/base/number.c engine/base/number.h \
	engine/base/printable.c engine/base/printable.h \
	engine/base/random.c engine/base/random.h \
	engine/base/source.h \
	engine/base/storage.h engine/base/storage_directory.c \
	engine/base/storage_memory.c engine/base/storage_memory.h

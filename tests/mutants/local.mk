# Faults in the engine's own code, each to be reported by a rehearsal. One by itself: make check-mutants MUTANTS='does not look'
EXTRA_DIST += tests/mutants/mutants.sh
if HAVE_CMOCKA
EXTRA_PROGRAMS += tests/mutants/hunt
tests_mutants_hunt_SOURCES = tests/mutants/hunt.c $(bench)
tests_mutants_hunt_LDADD = libcommands.a $(test_libs)
check-mutants: libcommands.a libtidegate.a $(tests_mutants_hunt_OBJECTS)
	COMPILE='$(COMPILE)' LINK='$(CCLD) $(AM_CFLAGS) $(CFLAGS) $(AM_LDFLAGS) $(LDFLAGS)' \
	LIBRARIES='$(tests_mutants_hunt_LDADD) $(LIBS)' MUTANTS='$(MUTANTS)' \
		$(srcdir)/tests/mutants/mutants.sh $(srcdir) $(tests_mutants_hunt_OBJECTS)
endif
.PHONY: check-mutants

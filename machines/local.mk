# Machine files are hooks: they are installed executable.
machinesdir = $(pkgdatadir)/machines
dist_machines_SCRIPTS = machines/asg-standby.yaml
EXTRA_DIST += machines/README.md

# Machine files are hooks: they are installed executable.
machinesdir = $(pkgdatadir)/machines
dist_machines_SCRIPTS = \
	machines/asg-balancers.yaml \
	machines/asg-standby.yaml \
	machines/asg-surge.yaml \
	machines/classic-elb.yaml \
	machines/out-of-service.yaml \
	machines/target-groups.yaml
# Beside them what the man page and `adopt --help` send to.
dist_machines_DATA = machines/README.md machines/coming-from-the-scripts.md

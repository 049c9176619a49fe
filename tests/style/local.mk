dist_check_SCRIPTS += tests/style/layers.sh tests/style/style.sh
TESTS += tests/style/layers.sh tests/style/style.sh

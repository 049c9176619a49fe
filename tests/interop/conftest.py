"""The stage that the tests share: moto starts once, its world is made anew for each test; and what is said at the end."""
import pytest
from stage import Stage


@pytest.fixture(scope="session")
def shared_stage():
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def stage(shared_stage):
    return shared_stage.set_up()


def pytest_terminal_summary(terminalreporter):
    """What tests have measured, by record_property, and why others were skipped: --quiet has only a letter for it."""
    for report in terminalreporter.getreports("passed"):
        for name, value in getattr(report, "user_properties", ()):
            if name == "measured":
                terminalreporter.write_line(value)
    for report in terminalreporter.getreports("skipped"):
        terminalreporter.write_line(f"{report.nodeid}: {report.longrepr[2]}")

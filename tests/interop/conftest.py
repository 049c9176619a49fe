"""The stage that the tests share: moto starts once, its world is made anew for each test."""
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

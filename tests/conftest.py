"""Fixtures for all tests: the mail servers."""

pytest_plugins = ["tests.servers.plugin"]

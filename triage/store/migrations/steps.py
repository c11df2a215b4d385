"""The list of steps that every module of this folder adds its own to."""

from sqlite_utils import Migrations

steps = Migrations("triage")

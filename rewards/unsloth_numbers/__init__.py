"""The number behind the solution tag is the expected one."""

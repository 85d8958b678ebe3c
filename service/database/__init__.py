"""Where keys, rubrics and the record are kept: SQLite beside the service, or a PostgreSQL that replicas share."""

"""How rewards are served: HTTP, worker processes, settings, logs. Everything is built in `service.app.create_app`."""

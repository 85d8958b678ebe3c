"""What `GET /metrics` says beside what rewards did: each module one part of the service."""

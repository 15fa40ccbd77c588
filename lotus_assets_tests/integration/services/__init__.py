"""Services through their doors: real HTTP on loopback, real PostgreSQL."""

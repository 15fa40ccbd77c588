"""Rules of services that need neither network nor database."""

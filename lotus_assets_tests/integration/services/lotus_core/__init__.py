"""The lotus-core query service, asked over HTTP about books that are loaded from files."""

"""AT-01 … AT-07 of the PRD (§10): small GitLabs written down by hand, collected by real runs."""

"""The acceptance tests AT-01 … AT-07: small GitLabs, written by hand, collected by real runs."""

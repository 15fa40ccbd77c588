"""GraphQL at `/api/graphql`: GitLab's schema (the part that is read here), rules and wording.

`door` takes the request, `validation` refuses what `schema.graphql` does not have, `plan` compiles
a query and answers it, `complexity` judges it, `connections` pages; the fields themselves are in
one module for each subject. Who wants another field adds it to the schema and to its subject's
table. Payloads stay as the store keeps them (REST v4); the fields translate.
"""

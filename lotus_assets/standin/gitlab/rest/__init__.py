"""REST v4 at `/api/v4`: endpoints, filters, paging and refusals as GitLab has them.

`endpoints` lists every address with its function; one module for each subject holds them;
`paging` cuts pages and writes their headers, `listing` filters and orders, `refusals` are the
errors. Who wants another endpoint adds a function to its subject and a line to `endpoints`.
"""

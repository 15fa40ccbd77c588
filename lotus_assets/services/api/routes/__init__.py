"""One module an endpoint: its models, and the function from request to calculation.

A module defines `OPERATION`, an `operation.Operation`, and is listed in `api.operations`. Its
`calculate(request, inputs)` runs in a worker process: it turns `request.stateless_input`, or what
`inputs` reads from lotus-core, into what a function of `engine.performance.frames` takes, calls it,
and gives an `operation.Calculation`. It raises `problems.ServiceProblem` for what the asker can set
right. No formula stands here.
"""

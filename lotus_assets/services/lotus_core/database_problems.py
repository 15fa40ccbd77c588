"""A database that cannot be used, as SOURCE_UNAVAILABLE."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import Response
from psycopg import Error as DriverError
from psycopg import InterfaceError, OperationalError
from psycopg.errors import InvalidSchemaName, UndefinedTable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lotus_assets.services.problem_answers import problem_response, unexpected
from lotus_assets.services.problems import ErrorCode, ServiceProblem

LOGGER = logging.getLogger("lotus.problems")
UNAVAILABLE = "the database cannot be used at the moment; try again"
NOT_THERE = "the schema lotus_core is not there yet"


def install(application: FastAPI) -> None:
    """Register the handlers."""
    application.add_exception_handler(DriverError, _database_error)
    application.add_exception_handler(SQLAlchemyError, _database_error)


async def _database_error(request: Request, error: Exception) -> Response:
    if _is_unavailable(error):
        LOGGER.error("the database cannot be used: %s", type(error).__name__)
        return problem_response(ServiceProblem(ErrorCode.SOURCE_UNAVAILABLE, UNAVAILABLE))
    if isinstance(error, InvalidSchemaName | UndefinedTable):
        # A database that came up, empty, after the service had looked for it.
        LOGGER.error("%s: load a book, or start the service again", NOT_THERE)
        return problem_response(ServiceProblem(ErrorCode.SOURCE_UNAVAILABLE, NOT_THERE))
    return await unexpected(request, error)


def _is_unavailable(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    unreachable = isinstance(cause, OperationalError | InterfaceError | PoolTimeout)
    return unreachable or (isinstance(error, DBAPIError) and error.connection_invalidated)

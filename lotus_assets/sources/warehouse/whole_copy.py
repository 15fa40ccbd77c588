"""All that a COPY sends, in one wait."""

from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait


def whole_copy(server: PGconn) -> PQGen[tuple[bytearray, int]]:
    """All that a COPY sends, and the length of its longest row.

    psycopg's own loop enters and leaves its waiting once a row, which costs as much again as
    everything else about reading: here it waits only when nothing has arrived.
    """
    content, longest = bytearray(), 0
    while True:
        length, row = server.get_copy_data(1)
        if length > 0:
            content += row
            if length > longest:
                longest = length
        elif length == 0:
            if (yield Wait.R):
                server.consume_input()
        else:
            break
    for result in (yield from fetch_many(server)):
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
    return content, longest

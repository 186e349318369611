"""`carewright mcp`: the read-only tools over the Model Context Protocol."""

from __future__ import annotations

from agent.errors import StoreError
from agent.faces.cli_common import AsOf, today


def mcp(as_of: AsOf = None) -> None:
    """Serve the tools to a client of the Model Context Protocol on standard input and output; needs the extra `mcp`."""
    try:
        from agent.faces.mcp_server import serve
    except ImportError as error:
        raise StoreError("missing", f"{error.name} is not installed: pip install 'carewright[mcp]'") from None
    serve(as_of or today())

"""What survives the process: one SQLite file in the state folder, or one PostgreSQL database.

Records by their digest, the worklist, plans, decisions, verdicts, releases, the audit chain, and LangGraph's checkpoints. Every
change of the first seven is one transaction together with its line in the audit; checkpoints are written by the graph, and
`agent.desk` brings the two together again after a crash.
"""

"""The node's database: engine, transactions, migrations."""

"""JupyterHub's authenticator and spawner: thin, they ask the node process."""

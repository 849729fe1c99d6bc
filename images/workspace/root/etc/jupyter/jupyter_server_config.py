"""JupyterLab of a workspace: comfort only, for what enforces anything stands outside of it."""

import ctypes

PR_SET_DUMPABLE = 4

c = get_config()  # noqa: F821  # Jupyter passes it in

# The socket is in a folder that only the gateway and this workspace can enter; the gateway
# authenticates the owner and checks where a request comes from.
c.IdentityProvider.token = ""
c.ServerApp.disable_check_xsrf = True
c.ServerApp.allow_remote_access = True
c.ServerApp.sock_mode = "0600"

# What has no use without a network, a shell or other people.
c.ServerApp.open_browser = False
c.ServerApp.quit_button = False
c.ServerApp.terminals_enabled = False
c.ServerApp.jpserver_extensions = {
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "notebook_shim": False,
}
c.LabApp.default_url = "/lab"
c.LabApp.check_for_updates_class = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.LabApp.news_url = None

# The gateway meters and slows output; two meters would only disagree.
c.ZMQChannelsWebsocketConnection.limit_rate = False

# A kernel runs under the server's uid: it shall not read the server's memory.
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)

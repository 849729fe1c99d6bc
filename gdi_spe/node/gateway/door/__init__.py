"""What the browser meets: routes, log-in, pages, and the answers rebuilt from the container's."""

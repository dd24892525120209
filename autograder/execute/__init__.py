"""What nbgrader runs for us: exporter, preprocessors and hooks, named in nbgrader_config.py."""

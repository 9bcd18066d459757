"""From what is declared to what is built: settings and catalog become the components' arguments."""

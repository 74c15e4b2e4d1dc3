"""An os-ken application that lets Rhumb steer an OpenFlow 1.3 network: `osken-manager
rhumb_osken.app`."""

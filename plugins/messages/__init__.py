"""Messages to members: their inbox, channels such as SMS, and codes that prove a phone."""

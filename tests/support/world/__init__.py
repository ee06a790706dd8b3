"""The world around the bridge, as the tests play it.

A broker, a bridge process with its data folder and accounts, and those who talk to it: senders,
consoles, radios, and hostile hands on a raw socket. Everything waits by asking again until a
deadline; nothing sleeps for a guessed time and hopes.
"""

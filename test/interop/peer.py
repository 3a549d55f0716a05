"""A chat client on python-socketio, driven by JSON lines: commands on stdin, acknowledgements and events on stdout."""

import json
import sys
import threading

import socketio

url, token, transports = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
client = socketio.Client(reconnection=False)
output = threading.Lock()


def say(**line):
    with output:
        print(json.dumps(line), flush=True)


@client.on("*")
def event(name, payload=None):
    say(event=name, payload=payload)


@client.event
def connect_error(data):
    say(event="connect_error", payload=data)


@client.event
def disconnect():
    say(event="disconnect", payload=None)


client.connect(url, auth={"token": token}, transports=transports, socketio_path="/api/v1/ws")
for line in sys.stdin:
    command = json.loads(line)
    client.emit(
        command["name"],
        command["payload"],
        callback=lambda answer, number=command["number"]: say(ack=number, answer=answer, transport=client.transport()),
    )
client.disconnect()

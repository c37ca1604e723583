"""Speaks to a server by the Python package that Hume publishes. Prints one line for each message.

python published-client.py PORT TOKEN PICTURE SOUND
"""

import sys

from hume_expression_measurement import ExpressionMeasurementClient, SessionClose
from hume_expression_measurement.environment import ExpressionMeasurementClientEnvironment

port, token, picture, sound = sys.argv[1:]
http, ws = f"http://localhost:{port}", f"ws://localhost:{port}"
environment = ExpressionMeasurementClientEnvironment(base=http, production=ws)
client = ExpressionMeasurementClient(api_key=token, environment=environment)
close = SessionClose(type="session.close")

with client.video.connect() as socket:
    with open(picture, "rb") as file:
        socket.send_image_frame(file.read())
    socket.send_video_session_close(close)
    for message in socket:
        print(type(message).__name__)

with client.audio.connect() as socket:
    with open(sound, "rb") as file:
        socket.send_audio_frame(file.read()[44:])
    socket.send_audio_session_close(close)
    for message in socket:
        print(type(message).__name__)

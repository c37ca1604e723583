"""aiortc as a sender by WHIP: green pictures and silence, until its standard input ends; then DELETE.
usage: python aiortc-sender.py URL TOKEN CODEC (VP8 or H264)
"""

import asyncio
import sys
from urllib.parse import urljoin

import aiohttp
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack


async def main(url: str, token: str, codec: str) -> None:
    connection = RTCPeerConnection()
    connection.addTransceiver(AudioStreamTrack(), direction="sendonly")
    camera = connection.addTransceiver(VideoStreamTrack(), direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    camera.setCodecPreferences([known for known in codecs if known.mimeType == f"video/{codec}"])

    @connection.on("connectionstatechange")
    def told() -> None:
        print(connection.connectionState, flush=True)

    await connection.setLocalDescription(await connection.createOffer())
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        offer = {"Content-Type": "application/sdp", "Emostream-Consent": "face voice"}
        async with http.post(url, data=connection.localDescription.sdp, headers=offer) as answer:
            text = await answer.text()
            if answer.status != 201:
                raise SystemExit(f"{answer.status} {text}")
            session = urljoin(url, answer.headers["Location"])
        await connection.setRemoteDescription(RTCSessionDescription(sdp=text, type="answer"))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        async with http.delete(session) as ended:
            print("deleted", ended.status, flush=True)
    await connection.close()


asyncio.run(main(*sys.argv[1:]))

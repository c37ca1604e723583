"""The events of a room, as they cross the wire. Generated: npm run docs:api."""

from typing import Literal, NotRequired, TypedDict


class EmotionEventWindow(TypedDict):
    start: float
    end: float


class EmotionEventScores(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventSmoothed(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventFaceScores(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventFaceBox(TypedDict):
    x: float
    y: float
    width: float
    height: float


class EmotionEventFace(TypedDict):
    state: Literal["off", "stalled", "live"]
    present: bool
    weight: float
    scores: EmotionEventFaceScores | None
    quality: dict[str, float]
    box: EmotionEventFaceBox | None


class EmotionEventFacesBox(TypedDict):
    x: float
    y: float
    width: float
    height: float


class EmotionEventFacesScores(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventFacesSmoothed(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventFaces(TypedDict):
    id: str
    box: EmotionEventFacesBox
    judged: bool
    label: NotRequired[Literal["neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised"] | None]
    uncertain: NotRequired[bool]
    confidence: NotRequired[float]
    scores: NotRequired[EmotionEventFacesScores | None]
    smoothed: NotRequired[EmotionEventFacesSmoothed | None]
    valence: NotRequired[float | None]
    arousal: NotRequired[float | None]
    quality: NotRequired[dict[str, float]]


class EmotionEventVoiceScores(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventVoice(TypedDict):
    state: Literal["off", "stalled", "live"]
    present: bool
    weight: float
    scores: EmotionEventVoiceScores | None
    quality: dict[str, float]


class EmotionEventWordsScores(TypedDict):
    neutral: float
    happy: float
    sad: float
    angry: float
    fearful: float
    disgusted: float
    surprised: float


class EmotionEventWords(TypedDict):
    state: Literal["off", "stalled", "live"]
    present: bool
    weight: float
    scores: EmotionEventWordsScores | None
    quality: dict[str, float]


class EmotionEventEngine(TypedDict):
    name: str
    model: str


class EmotionEventLatency(TypedDict):
    capture: object
    decode: object
    close: float
    features: float
    queue: float
    inference: float
    publish: float
    total: float


class EmotionEvent(TypedDict):
    """What one second of a participant expresses: by face, voice and words, each by itself and fused."""

    type: Literal["emotion"]
    room: str
    participant: str
    epoch: str
    seq: int
    source: NotRequired[str]
    window: EmotionEventWindow
    revision: int
    label: Literal["neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised"] | None
    uncertain: bool
    confidence: float
    scores: EmotionEventScores | None
    smoothed: EmotionEventSmoothed | None
    valence: float | None
    arousal: float | None
    face: EmotionEventFace
    faces: NotRequired[list[EmotionEventFaces]]
    voice: EmotionEventVoice
    words: EmotionEventWords
    engine: EmotionEventEngine
    latency: EmotionEventLatency


class GapEventWindow(TypedDict):
    start: float
    end: float


class GapEvent(TypedDict):
    """A window of this participant that has no emotion event, and why."""

    type: Literal["gap"]
    room: str
    participant: str
    epoch: str
    seq: int
    source: NotRequired[str]
    window: GapEventWindow
    reason: str


class BeginEventAnalysed(TypedDict):
    face: bool
    voice: bool
    words: bool


class BeginEvent(TypedDict):
    """Analysis of this participant begins (first consent with a track, or a change of what is analysed)."""

    type: Literal["begin"]
    room: str
    participant: str
    epoch: str
    seq: int
    source: NotRequired[str]
    at: float
    analysed: BeginEventAnalysed
    name: NotRequired[str]


class EndEvent(TypedDict):
    """No more events of this participant."""

    type: Literal["end"]
    room: str
    participant: str
    epoch: str
    seq: int
    source: NotRequired[str]
    at: float
    reason: str


class MediaEvent(TypedDict):
    """Media of this participant do not get through, or get through again."""

    type: Literal["media"]
    room: str
    participant: str
    epoch: str
    seq: int
    at: float
    source: Literal["camera", "microphone"]
    problem: str | None


Event = EmotionEvent | GapEvent | BeginEvent | EndEvent | MediaEvent

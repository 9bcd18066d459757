"""Transcribe, Rekognition and Comprehend.

The services bill by call and a plan holds only what surrounds the calls (vocabularies, collections, models), so what a
pipeline sends them is declared or assumed at the resource that stands for it.
"""

from collections.abc import Iterable

from apex.plan import Resource
from apex.pricing.lines import Line, hourly
from apex.pricing.quantity import ONE
from apex.pricing.resources import Priced
from apex.pricing.resources.basics import Lines
from apex.pricing.stack import Stack, UnpriceableError


def vocabulary(resource: Resource, stack: Stack) -> Priced:
    """A vocabulary is free; the minutes transcribed with it are billed (https://aws.amazon.com/transcribe/pricing/)."""
    minutes = stack.quantity(resource, "transcribe", "minutes")
    return Lines((Line("minutes transcribed", "AmazonTranscribe", "batch", stack.region(resource), minutes),))


def face_collection(resource: Resource, stack: Stack) -> Priced:
    """Faces kept, and images sent (https://aws.amazon.com/rekognition/pricing/)."""
    region = stack.region(resource)
    faces = stack.quantity(resource, "rekognition", "faces")
    images = stack.quantity(resource, "rekognition", "images")
    return Lines(
        (
            Line("faces stored", "AmazonRekognition", "face storage", region, faces),
            Line("images analysed", "AmazonRekognition", "image", region, images),
        )
    )


def video_processor(resource: Resource, stack: Stack) -> Priced:
    """Minutes of video analysed."""
    minutes = stack.quantity(resource, "rekognition", "video_minutes")
    return Lines((Line("video analysed", "AmazonRekognition", "video", stack.region(resource), minutes),))


def custom_labels(resource: Resource, stack: Stack) -> Priced:
    """A project is free until a model is trained and started, which a plan does not say."""
    raise UnpriceableError("training and inference hours of a custom labels project are not in the plan")


def text_model(resource: Resource, stack: Stack) -> Priced:
    """A custom model is kept by the month; the text sent through it is billed by units of 100 characters."""
    region = stack.region(resource)
    units = stack.quantity(resource, "comprehend", "units")
    return Lines(
        (
            Line("model", "AmazonComprehend", "custom model", region, ONE),
            Line("text analysed", "AmazonComprehend", "text analysis", region, units),
        )
    )


def language_model(resource: Resource, stack: Stack) -> Priced:
    """A custom language model, whose add-on price is not in the catalogue."""
    return Lines((hourly("custom language model", "AmazonTranscribe", "custom model", stack.region(resource), ONE),))


def called_services(resource: Resource, stack: Stack, region: str) -> Iterable[Line]:
    """What a state machine calls, by its definition; where that is not known yet, by its tag `processors`."""
    definition = resource.inputs.get("definition")
    said = stack.tags(resource).get("processors", "").split(".")

    def calls(processor: str, *actions: str) -> bool:
        if isinstance(definition, str):
            return any(f":aws-sdk:{action}" in definition for action in actions)
        return processor in said

    if calls("aws-transcribe", "transcribe:startTranscriptionJob"):
        minutes = stack.quantity(resource, "transcribe", "minutes")
        yield Line("minutes transcribed", "AmazonTranscribe", "batch", region, minutes)
        if "aws-transcribe-redaction" in said or (isinstance(definition, str) and '"ContentRedaction"' in definition):
            yield Line("minutes redacted", "AmazonTranscribe", "redaction", region, minutes)
    if calls("aws-rekognition", "rekognition:detect"):
        images = stack.quantity(resource, "rekognition", "images")
        yield Line("images analysed", "AmazonRekognition", "image", region, images)
    text = stack.quantity(resource, "comprehend", "units")
    if calls("aws-comprehend", "comprehend:batchDetect", "comprehend:detectKey", "comprehend:detectSentiment"):
        yield Line("text analysed", "AmazonComprehend", "text analysis", region, text)
    if calls("aws-comprehend-redaction", "comprehend:detectPii"):
        yield Line("text redacted", "AmazonComprehend", "text analysis", region, text)


ADAPTERS = {
    "aws:transcribe/vocabulary:Vocabulary": vocabulary,
    "aws:transcribe/languageModel:LanguageModel": language_model,
    "aws:rekognition/collection:Collection": face_collection,
    "aws:rekognition/streamProcessor:StreamProcessor": video_processor,
    "aws:rekognition/project:Project": custom_labels,
    "aws:comprehend/documentClassifier:DocumentClassifier": text_model,
    "aws:comprehend/entityRecognizer:EntityRecognizer": text_model,
}

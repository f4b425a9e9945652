"""Sentiment service.

Uses AutoModel.from_pretrained("docs/only-prose") in prose only.
"""
import os
from transformers import (
    AutoModelForSequenceClassification as Classifier,
    AutoTokenizer,
    pipeline as make_pipeline,
)
import transformers as hf

MODEL = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
REVISION = "714eb0fa89d2f80546fda750413ed43d93601a13"
LABELS = {"positive/negative": 1, "a/b": 2}

# model = Classifier.from_pretrained("commented/out")
tokenizer = AutoTokenizer.from_pretrained(MODEL, revision=REVISION)
model = Classifier.from_pretrained(MODEL, revision=REVISION)
classify = make_pipeline("text-classification", model=model, tokenizer=tokenizer)
zero_shot = hf.pipeline(
    "zero-shot-classification",
    model="facebook/bart-large-mnli",
    revision="d7645e1",
)
default = make_pipeline("summarization")


class Service:
    """from_pretrained("docstring/model")"""

    name = "cardiffnlp/twitter-roberta-base-sentiment-latest"

    def __init__(self, path, fallback="ProsusAI/finbert"):
        self.path = path
        self.model = hf.AutoModel.from_pretrained(self.name)
        self.other = hf.AutoModel.from_pretrained(self.path)
        self.third = hf.AutoModel.from_pretrained(fallback)

    def load(self):
        name = os.environ.get("EMBEDDER", "intfloat/e5-small-v2")
        return hf.AutoModel.from_pretrained(name)

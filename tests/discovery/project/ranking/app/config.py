from dataclasses import dataclass, field

ORGANISATION = "microsoft"
NAME = "deberta-v3-base"
CONTENT_TYPE = "application/json"
DATASET = "stanfordnlp/imdb"


@dataclass
class Config:
    model_name: str = "google/flan-t5-base"
    reranker: str = field(default="BAAI/bge-reranker-base")
    data: str = "data/train"


MODELS = {
    "small": "sentence-transformers/all-MiniLM-L6-v2",
    "large": "sentence-transformers/all-mpnet-base-v2",
    "unused": "nobody/loads-this",
}


def load(config: Config):
    from sentence_transformers import CrossEncoder, SentenceTransformer
    from transformers import AutoModel, T5ForConditionalGeneration

    small = SentenceTransformer(MODELS["small"])
    large = SentenceTransformer(MODELS["large"])
    bare = SentenceTransformer("paraphrase-MiniLM-L3-v2")
    reranker = CrossEncoder(config.reranker)
    generator = T5ForConditionalGeneration.from_pretrained(config.model_name)
    joined = AutoModel.from_pretrained(ORGANISATION + "/" + NAME)
    formatted = AutoModel.from_pretrained(f"{ORGANISATION}/deberta-v3-small")
    old = AutoModel.from_pretrained("bert-base-uncased")
    return small, large, bare, reranker, generator, joined, formatted, old

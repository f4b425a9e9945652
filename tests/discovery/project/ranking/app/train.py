import argparse
import pickle

import joblib
import torch
import typer
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, TrainingArguments, Trainer
from .vocabulary import Vocabulary
from .local_models import RankingModel


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-model", default="EleutherAI/pythia-70m")
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--output", default="acme/uploads-here")
    args = parser.parse_args()
    dataset = load_dataset("allenai/c4", revision="main")
    base = AutoModelForCausalLM.from_pretrained(args.base_model)
    tuned = PeftModel.from_pretrained(base, args.adapter)
    lora = PeftModel.from_pretrained(base, "tloen/alpaca-lora-7b")
    arguments = TrainingArguments(output_dir="acme/output", hub_model_id="acme/pushed")
    state = torch.load("checkpoints/best.pt", weights_only=True)
    scaler = joblib.load("models/scaler.joblib")
    with open("models/ranker.pkl", "rb") as file:
        ranker = pickle.load(file)
    with open("cache/rows.pkl", "rb") as rows:
        cached = pickle.load(rows)
    words = Vocabulary.from_pretrained("data/words")
    own = RankingModel.from_pretrained("acme/ranking-model", revision="v1.2")
    Trainer(model=base, args=arguments, train_dataset=dataset).push_to_hub("acme/pushed")
    vision = torch.hub.load("pytorch/vision:v0.10.0", "resnet18")
    return tuned, lora, state, scaler, ranker, cached, words, own, vision


def serve(model: str = typer.Option("Qwen/Qwen2.5-0.5B-Instruct", help="a/b")):
    return AutoModelForCausalLM.from_pretrained(model)


class Registry:
    @classmethod
    def from_pretrained(cls, name):
        return cls()


Registry.from_pretrained("not/a-model")

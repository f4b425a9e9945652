import requests
from huggingface_hub import HfApi, InferenceClient, hf_hub_download, snapshot_download
from llama_cpp import Llama
from safetensors.torch import load_file

path = hf_hub_download(repo_id="TheBloke/Llama-2-7B-GGUF", filename="llama-2-7b.Q4_K_M.gguf", revision="main")
model = Llama(model_path=path)
folder = snapshot_download("openai/whisper-tiny", allow_patterns=["*.json"])
data = snapshot_download(repo_id="acme/records", repo_type="dataset")
rows = hf_hub_download("acme/records", "rows.csv", repo_type="dataset")
tiny = Llama.from_pretrained(repo_id="Qwen/Qwen2-0.5B-Instruct-GGUF", filename="*q8_0.gguf")
api = HfApi()
weights = api.hf_hub_download(repo_id="stabilityai/sd-vae-ft-mse", filename="x.safetensors")
tensors = load_file(weights)
client = InferenceClient(model="HuggingFaceH4/zephyr-7b-beta")
answer = client.chat_completion(messages=[], model="mistralai/Mistral-7B-Instruct-v0.3")
raw = requests.get("https://huggingface.co/gpt2/resolve/main/vocab.json")
page = requests.get("https://huggingface.co/docs/transformers")
issue = "see https://huggingface.co/meta-llama/Llama-3-8B for the license"
other = requests.post("https://api.example.org/v1/models/predict", json={"model": "gpt-4o"})

for name in ["prajjwal1/bert-tiny",
             "prajjwal1/bert-mini"]:
    snapshot_download(name)

#!/usr/bin/env bash
set -euo pipefail
# huggingface-cli download commented/out
BASE="https://huggingface.co"
MODEL="${MODEL:-stabilityai/stablelm-2-zephyr-1_6b}"
hf download "$MODEL" --local-dir ./weights
hf download unsloth/Llama-3.2-1B --revision 9535bb2e6eba1df9d6bd9ee5b7e7a8d2b8d0a3c2
echo "hf download printed/only"
wget "$BASE/ggerganov/whisper.cpp/resolve/main/ggml-base.bin" -O base.bin
curl -L https://huggingface.co/datasets/acme/records/resolve/main/rows.csv -o rows.csv
git clone --branch v1 https://huggingface.co/acme/ranker
git clone git@github.com:acme/ranker.git
for name in cross-encoder/stsb-distilroberta-base cross-encoder/nli-deberta-v3-xsmall; do
  huggingface-cli download "$name"
done
text-generation-launcher --model-id gpt2 --port 8080 &
llama-server -hf bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M --port 8081
ollama run hf.co/bartowski/gemma-2-2b-it-GGUF
ollama pull llama3.2
docker run -e MODEL_ID=BAAI/bge-large-en-v1.5 -p 80:80 ghcr.io/acme/server
docker pull acme/server
rsync -a acme/models backup/models
python train.py --model_name_or_path albert/albert-base-v2 --dataset acme/records
python - <<'EOF'
from transformers import AutoConfig
AutoConfig.from_pretrained("google/mobilebert-uncased")
EOF
hf upload acme/uploaded ./weights

from langchain_community.llms import LlamaCpp
from langchain_huggingface import HuggingFaceEmbeddings, HuggingFaceEndpoint, HuggingFacePipeline
from langchain_openai import ChatOpenAI
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.huggingface import HuggingFaceLLM
from vllm import LLM, AsyncEngineArgs
from faster_whisper import WhisperModel
from FlagEmbedding import FlagModel
from bertopic import BERTopic
from diffusers import StableDiffusionPipeline, AutoencoderKL
from gliner import GLiNER
from setfit import SetFitModel
import mlx_lm
import open_clip
import timm
import keras_hub

embeddings = HuggingFaceEmbeddings(model_name="BAAI/bge-small-en-v1.5")
llm = HuggingFacePipeline.from_model_id(model_id="microsoft/phi-2", task="text-generation")
endpoint = HuggingFaceEndpoint(repo_id="tiiuae/falcon-7b-instruct")
chat = ChatOpenAI(model="openai/gpt-4o")
index = HuggingFaceEmbedding(model_name="thenlper/gte-small")
reader = HuggingFaceLLM(
    model_name="HuggingFaceTB/SmolLM2-135M",
    tokenizer_name="HuggingFaceTB/SmolLM2-135M-Instruct",
)
engine = LLM(model="facebook/opt-125m", revision="27dcfa74d334bc871f3234de431e71c6eeba5dd6")
arguments = AsyncEngineArgs(model="TinyLlama/TinyLlama-1.1B-Chat-v1.0")
speech = WhisperModel("large-v3", device="cpu")
flag = FlagModel("BAAI/bge-m3")
topics = BERTopic(embedding_model="all-MiniLM-L12-v2")
image = StableDiffusionPipeline.from_pretrained(
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    vae=AutoencoderKL.from_pretrained("madebyollin/sdxl-vae-fp16-fix"),
)
image.load_lora_weights("latent-consistency/lcm-lora-sdv1-5")
entities = GLiNER.from_pretrained("urchade/gliner_small-v2.1")
few = SetFitModel.from_pretrained("sentence-transformers/paraphrase-mpnet-base-v2")
apple, _ = mlx_lm.load("mlx-community/Qwen2.5-0.5B-4bit")
clip, _, _ = open_clip.create_model_and_transforms("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K")
named = open_clip.create_model("ViT-B-32")
backbone = timm.create_model("hf_hub:timm/resnet18.a1_in1k", pretrained=True)
builtin = timm.create_model("resnet50", pretrained=True)
gemma = keras_hub.models.GemmaCausalLM.from_preset("hf://google/gemma-2b-keras")
preset = keras_hub.models.BertClassifier.from_preset("bert_base_en")
mime = image.save("image/png")
cpp = LlamaCpp(model_path="/opt/models/llama.gguf")

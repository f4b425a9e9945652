//! What loads models in Python: by the whole name of a callee, which of its arguments name one.

/// What a callee takes.
#[derive(Debug)]
pub(super) struct Loader {
    /// Packages that have it; any module of them. A `*` at the end stands for the rest of a name.
    packages: &'static [&'static str],
    /// The last parts of its name, one of them.
    names: &'static [&'static str],
    /// The position of the model among the arguments, if it has one.
    pub(super) position: Option<usize>,
    /// The keywords that name the model, one of them.
    pub(super) keywords: &'static [&'static str],
    /// Keywords that name further models.
    pub(super) others: &'static [&'static str],
    pub(super) takes: Takes,
}

/// What a callee makes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// A repository or path.
    Model,
    /// The same, or an object that was loaded before.
    ModelOrObject,
    /// A task, for which a default model is taken if none is named.
    Task,
    /// A repository only.
    Repository,
    /// A path.
    File,
    /// A path, if it has the ending of a model: other things are opened in the same way.
    ModelFile,
    /// The same, if its name speaks of a model.
    Pickle,
    /// `hf_hub:org/name`, `hf-hub:org/name`; anything else is a name of the library's own.
    Prefixed,
    /// `hf://org/name`, else a name of the library's own.
    Preset,
    /// A name of `sentence-transformers`, whose organisation may be left out.
    SentenceTransformer,
    /// A size such as `large-v3`, or a repository or path.
    Whisper,
    /// A repository on GitHub.
    TorchHub,
    /// A repository, but a bare name belongs to a remote interface.
    Remote,
}

/// Keywords under which `from_pretrained` and its like take the model.
const PRETRAINED: &[&str] = &[
    "pretrained_model_name_or_path",
    "model_name_or_path",
    "pretrained_model_or_path",
    "model_id",
    "model_name",
    "repo_id",
    "pretrained_model_link_or_path",
    "pretrained_model_name",
    "model_path",
    "name_or_path",
    "pretrained_name_or_path",
    "path_or_repo_id",
    "base_model_name_or_path",
    "source",
    "pretrained",
    "identifier",
    "checkpoint_path",
    "pretrained_checkpoint",
    "model_name_or_id",
];

/// Packages whose classes have a `from_pretrained` that fetches from the Hub.
const PACKAGES: &[&str] = &[
    "transformers",
    "diffusers",
    "peft",
    "sentence_transformers",
    "adapters",
    "optimum",
    "setfit",
    "gliner",
    "gliclass",
    "span_marker",
    "trl",
    "unsloth",
    "auto_gptq",
    "awq",
    "gptqmodel",
    "autoround",
    "auto_round",
    "ctransformers",
    "tokenizers",
    "huggingface_hub",
    "pyannote",
    "audiocraft",
    "parler_tts",
    "petals",
    "colpali_engine",
    "ragatouille",
    "pylate",
    "chronos",
    "fastai",
    "speechbrain",
    "nemo",
    "dac",
    "snac",
    "outlines",
    "intel_extension_for_transformers",
    "open_clip",
    "timm",
    "torch_xla",
    "pytorch_transformers",
    "pytorch_pretrained_bert",
    "allennlp",
    "controlnet_aux",
    "insightface",
    "rembg",
    "model2vec",
    "bert_score",
    "tsfm_public",
    "granite_tsfm",
    "uni2ts",
    "momentfm",
    "esm",
    "xtuner",
    "lmdeploy",
    "mamba_ssm",
    "rwkv",
    "segment_geospatial",
    "sam2",
    "vocos",
    "encodec",
    "nanotron",
    "quanto",
    "hqq",
    "fish_speech",
    "kokoro",
    "f5_tts",
    "outetts",
    "TTS",
    "depth_anything_v2",
    "ultralyticsplus",
    "yolov5",
    "doctr",
    "surya",
    "marker",
    "donut",
    "nougat",
    "instruct_pix2pix",
    "multilingual_clip",
    "sentence_splitter",
    "lightning_ir",
    "splade",
    "FlagEmbedding",
    "neural_compressor",
    "nncf",
    "langchain_huggingface",
    "llama_index",
    "haystack",
    "keras_hub",
    "keras_nlp",
    "paddlenlp",
    "modelscope",
    "swift",
    "liger_kernel",
    "llm2vec",
    "moshi",
    "mistral_inference",
    "mlx_lm",
    "hezar",
    "stable_audio_tools",
    "orpheus_tts",
    "flair",
];

/// Method names that fetch a model whatever class has them.
pub(super) const PRETRAINED_METHODS: &[&str] =
    &["from_pretrained", "get_pretrained", "from_hparams", "from_hub", "push_from_hub"];

/// Methods of a loaded pipeline or model that fetch a further one, as distinctive as that.
pub(super) const ATTACHING_METHODS: &[&str] = &[
    "load_lora_weights",
    "load_textual_inversion",
    "load_ip_adapter",
    "load_adapter",
    "load_attn_procs",
];

const fn loader(
    packages: &'static [&'static str],
    names: &'static [&'static str],
    position: Option<usize>,
    keywords: &'static [&'static str],
    takes: Takes,
) -> Loader {
    Loader { packages, names, position, keywords, others: &[], takes }
}

const LANGCHAIN: &[&str] = &["langchain*"];
const LLAMA_INDEX: &[&str] = &["llama_index"];

/// Every callee that is known by name; the first that fits counts.
static LOADERS: &[Loader] = &[
    Loader {
        packages: &["transformers", "optimum"],
        names: &["pipeline"],
        position: Some(1),
        keywords: &["model"],
        others: &["tokenizer", "feature_extractor", "image_processor", "processor"],
        takes: Takes::Task,
    },
    loader(
        &["huggingface_hub"],
        &["hf_hub_download", "snapshot_download", "cached_download"],
        Some(0),
        &["repo_id"],
        Takes::Repository,
    ),
    loader(
        &["huggingface_hub"],
        &["InferenceClient", "AsyncInferenceClient", "InferenceApi"],
        Some(0),
        &["model", "repo_id"],
        Takes::Remote,
    ),
    loader(
        &["huggingface_hub"],
        &[
            "chat_completion",
            "text_generation",
            "feature_extraction",
            "fill_mask",
            "text_classification",
            "token_classification",
            "summarization",
            "translation",
            "image_classification",
            "object_detection",
            "image_segmentation",
            "text_to_image",
            "image_to_image",
            "automatic_speech_recognition",
            "text_to_speech",
            "sentence_similarity",
            "zero_shot_classification",
            "question_answering",
            "visual_question_answering",
            "document_question_answering",
            "image_to_text",
            "audio_classification",
        ],
        None,
        &["model"],
        Takes::Remote,
    ),
    loader(
        &["huggingface_hub"],
        &[
            "from_pretrained_keras",
            "from_pretrained_fastai",
            "hf_hub_url",
            "load_torch_model",
            "get_hf_file_metadata",
        ],
        Some(0),
        &["repo_id", "pretrained_model_name_or_path"],
        Takes::Repository,
    ),
    loader(
        &["sentence_transformers"],
        &["SentenceTransformer"],
        Some(0),
        &["model_name_or_path"],
        Takes::SentenceTransformer,
    ),
    loader(
        &["sentence_transformers"],
        &["CrossEncoder", "SparseEncoder"],
        Some(0),
        &["model_name", "model_name_or_path"],
        Takes::Model,
    ),
    loader(
        &["sentence_transformers"],
        &["Transformer", "CLIPModel"],
        Some(0),
        &["model_name_or_path", "model_name"],
        Takes::Model,
    ),
    loader(
        &["peft"],
        &[
            "PeftModel.from_pretrained",
            "PeftModelForCausalLM.from_pretrained",
            "PeftModelForSeq2SeqLM.from_pretrained",
            "PeftModelForSequenceClassification.from_pretrained",
            "PeftModelForTokenClassification.from_pretrained",
            "LoraModel.from_pretrained",
        ],
        Some(1),
        &["model_id"],
        Takes::Model,
    ),
    loader(&["torch"], &["hub.load"], Some(0), &["repo_or_dir"], Takes::TorchHub),
    loader(
        &["torch"],
        &["torch.load", "jit.load", "export.load", "package.PackageImporter"],
        Some(0),
        &["f", "file"],
        Takes::File,
    ),
    loader(
        &["torch"],
        &["hub.load_state_dict_from_url", "hub.download_url_to_file", "model_zoo.load_url"],
        Some(0),
        &["url"],
        Takes::Model,
    ),
    loader(
        &["joblib", "sklearn"],
        &["joblib.load", "externals.joblib.load"],
        Some(0),
        &["filename"],
        Takes::File,
    ),
    loader(&["skops"], &["io.load"], Some(0), &["file"], Takes::File),
    loader(
        &["pickle", "dill", "cloudpickle", "cPickle", "_pickle", "pickle5", "compress_pickle"],
        &["load", "Unpickler"],
        Some(0),
        &["file"],
        Takes::Pickle,
    ),
    loader(&["pandas"], &["read_pickle"], Some(0), &["filepath_or_buffer"], Takes::Pickle),
    loader(&["numpy"], &["numpy.load"], Some(0), &["file"], Takes::Pickle),
    loader(
        &["safetensors"],
        &["load_file", "safe_open", "load_model"],
        Some(0),
        &["filename"],
        Takes::File,
    ),
    loader(&["timm"], &["create_model"], Some(0), &["model_name"], Takes::Prefixed),
    loader(
        &["open_clip"],
        &[
            "create_model",
            "create_model_and_transforms",
            "create_model_from_pretrained",
            "get_tokenizer",
        ],
        Some(0),
        &["model_name"],
        Takes::Prefixed,
    ),
    loader(
        &["keras", "keras_hub", "keras_nlp", "keras_cv"],
        &["from_preset"],
        Some(0),
        &["preset"],
        Takes::Preset,
    ),
    loader(
        &["keras", "tensorflow", "tf_keras"],
        &["models.load_model", "saving.load_model", "keras.load_model", "saved_model.load"],
        Some(0),
        &["filepath", "export_dir"],
        Takes::Model,
    ),
    loader(
        &["keras", "tensorflow", "tf_keras", "tensorflow_hub"],
        &["hub.load", "hub.KerasLayer", "tensorflow_hub.load", "tensorflow_hub.KerasLayer"],
        Some(0),
        &["handle"],
        Takes::Model,
    ),
    loader(
        &["onnxruntime", "rten"],
        &["InferenceSession"],
        Some(0),
        &["path_or_bytes"],
        Takes::File,
    ),
    loader(&["onnx"], &["onnx.load", "load_model"], Some(0), &["f"], Takes::File),
    loader(&["fasttext"], &["load_model"], Some(0), &["path"], Takes::File),
    loader(
        &["ultralytics"],
        &["YOLO", "RTDETR", "SAM", "YOLOWorld", "FastSAM"],
        Some(0),
        &["model"],
        Takes::ModelFile,
    ),
    loader(&["llama_cpp"], &["Llama.from_pretrained"], Some(0), &["repo_id"], Takes::Repository),
    loader(&["llama_cpp"], &["Llama"], Some(0), &["model_path"], Takes::File),
    loader(&["gpt4all"], &["GPT4All"], Some(0), &["model_name"], Takes::ModelFile),
    loader(
        &["ctransformers"],
        &["AutoModelForCausalLM.from_pretrained", "AutoConfig.from_pretrained"],
        Some(0),
        &["model_path_or_repo_id"],
        Takes::Model,
    ),
    loader(&["exllamav2"], &["ExLlamaV2Config"], Some(0), &["model_dir"], Takes::Model),
    loader(
        &["mlx_lm", "mlx_vlm", "mlx_whisper", "mlx_embeddings"],
        &["load", "utils.load"],
        Some(0),
        &["path_or_hf_repo"],
        Takes::Model,
    ),
    loader(&["mlx_whisper"], &["transcribe"], None, &["path_or_hf_repo"], Takes::Model),
    Loader {
        packages: &["vllm"],
        names: &["LLM", "EngineArgs", "AsyncEngineArgs", "ModelConfig", "from_engine_args"],
        position: Some(0),
        keywords: &["model"],
        others: &["tokenizer", "speculative_model", "lora_path"],
        takes: Takes::ModelOrObject,
    },
    loader(&["vllm"], &["LoRARequest"], Some(2), &["lora_path"], Takes::Model),
    Loader {
        packages: &["sglang"],
        names: &["Engine", "Runtime", "ServerArgs"],
        position: None,
        keywords: &["model_path", "model"],
        others: &["tokenizer_path"],
        takes: Takes::Model,
    },
    loader(&["lmdeploy"], &["pipeline"], Some(0), &["model_path"], Takes::Model),
    loader(&["tensorrt_llm"], &["LLM"], Some(0), &["model"], Takes::Model),
    loader(
        &["faster_whisper", "whisperx", "whisper_timestamped", "whisper_s2t"],
        &["WhisperModel", "load_model"],
        Some(0),
        &["model_size_or_path", "whisper_arch"],
        Takes::Whisper,
    ),
    loader(
        &["FlagEmbedding"],
        &[
            "FlagModel",
            "BGEM3FlagModel",
            "FlagReranker",
            "FlagLLMModel",
            "FlagLLMReranker",
            "LayerWiseFlagLLMReranker",
            "FlagICLModel",
            "FlagAutoModel.from_finetuned",
            "FlagAutoReranker.from_finetuned",
            "LightWeightFlagLLMReranker",
        ],
        Some(0),
        &["model_name_or_path"],
        Takes::Model,
    ),
    loader(
        &["InstructorEmbedding"],
        &["INSTRUCTOR"],
        Some(0),
        &["model_name_or_path"],
        Takes::SentenceTransformer,
    ),
    loader(&["bertopic"], &["BERTopic"], None, &["embedding_model"], Takes::SentenceTransformer),
    loader(&["bertopic"], &["BERTopic.load"], Some(0), &["path"], Takes::Model),
    loader(&["keybert"], &["KeyBERT"], Some(0), &["model"], Takes::SentenceTransformer),
    loader(
        &["fastembed"],
        &[
            "TextEmbedding",
            "SparseTextEmbedding",
            "ImageEmbedding",
            "LateInteractionTextEmbedding",
            "TextCrossEncoder",
        ],
        Some(0),
        &["model_name"],
        Takes::Repository,
    ),
    loader(&["rerankers"], &["Reranker"], Some(0), &["model_name"], Takes::Remote),
    loader(
        &["txtai"],
        &["Embeddings", "LLM", "HFPipeline", "Summary", "Transcription"],
        Some(0),
        &["path"],
        Takes::Remote,
    ),
    loader(
        &["chromadb"],
        &["SentenceTransformerEmbeddingFunction"],
        Some(0),
        &["model_name"],
        Takes::SentenceTransformer,
    ),
    loader(&["semantic_router"], &["HuggingFaceEncoder"], None, &["name"], Takes::Model),
    loader(
        &["outlines"],
        &["models.transformers", "models.vllm", "models.exl2", "from_vllm"],
        Some(0),
        &["model_name"],
        Takes::ModelOrObject,
    ),
    loader(
        &["guidance"],
        &["models.Transformers", "models.LlamaCpp"],
        Some(0),
        &["model"],
        Takes::ModelOrObject,
    ),
    loader(
        &["dspy"],
        &["HFModel", "HFClientVLLM", "HFClientTGI", "ColBERTv2"],
        Some(0),
        &["model"],
        Takes::Model,
    ),
    loader(
        &["simpletransformers"],
        &[
            "ClassificationModel",
            "NERModel",
            "QuestionAnsweringModel",
            "T5Model",
            "Seq2SeqModel",
            "LanguageModelingModel",
            "MultiLabelClassificationModel",
        ],
        Some(1),
        &["model_name"],
        Takes::Model,
    ),
    loader(&["detoxify"], &["Detoxify"], None, &["checkpoint"], Takes::File),
    loader(
        &["flair"],
        &[
            "TransformerWordEmbeddings",
            "TransformerDocumentEmbeddings",
            "SequenceTagger.load",
            "TextClassifier.load",
            "Classifier.load",
        ],
        Some(0),
        &["model", "model_path"],
        Takes::Remote,
    ),
    loader(
        &["speechbrain"],
        &["from_hparams", "foreign_class"],
        Some(0),
        &["source"],
        Takes::Model,
    ),
    loader(&["nemo"], &["restore_from"], Some(0), &["restore_path"], Takes::File),
    loader(&["xgboost", "lightgbm", "catboost"], &["load_model"], Some(0), &["fname"], Takes::File),
    loader(&["lightgbm"], &["Booster"], None, &["model_file"], Takes::File),
    loader(&["openvino"], &["read_model", "compile_model"], Some(0), &["model"], Takes::ModelFile),
    loader(&["coremltools"], &["models.MLModel"], Some(0), &["model"], Takes::ModelFile),
    loader(&["mlflow"], &["load_model"], Some(0), &["model_uri"], Takes::ModelOrObject),
    // LangChain.
    loader(
        LANGCHAIN,
        &[
            "HuggingFaceEmbeddings",
            "HuggingFaceBgeEmbeddings",
            "HuggingFaceInstructEmbeddings",
            "SentenceTransformerEmbeddings",
        ],
        None,
        &["model_name", "model"],
        Takes::SentenceTransformer,
    ),
    loader(LANGCHAIN, &["HuggingFacePipeline.from_model_id"], Some(0), &["model_id"], Takes::Model),
    loader(
        LANGCHAIN,
        &[
            "HuggingFaceEndpoint",
            "HuggingFaceHub",
            "HuggingFaceHubEmbeddings",
            "HuggingFaceEndpointEmbeddings",
            "HuggingFaceInferenceAPIEmbeddings",
            "ChatHuggingFace",
            "HuggingFaceCrossEncoder",
            "HuggingFaceTextGenInference",
        ],
        None,
        &["repo_id", "model", "model_name", "model_id"],
        Takes::ModelOrObject,
    ),
    loader(
        LANGCHAIN,
        &["LlamaCpp", "LlamaCppEmbeddings", "GPT4All"],
        None,
        &["model_path", "model"],
        Takes::File,
    ),
    loader(
        LANGCHAIN,
        &["VLLM", "CTransformers", "MLXPipeline.from_model_id"],
        None,
        &["model", "model_id"],
        Takes::Model,
    ),
    // LlamaIndex.
    Loader {
        packages: LLAMA_INDEX,
        names: &["HuggingFaceLLM"],
        position: None,
        keywords: &["model_name"],
        others: &["tokenizer_name"],
        takes: Takes::Model,
    },
    loader(
        LLAMA_INDEX,
        &[
            "HuggingFaceEmbedding",
            "HuggingFaceInferenceAPI",
            "HuggingFaceInferenceAPIEmbedding",
            "OptimumEmbedding",
            "FastEmbedEmbedding",
            "TextEmbeddingsInference",
        ],
        Some(0),
        &["model_name", "folder_name", "model"],
        Takes::Model,
    ),
    loader(
        LLAMA_INDEX,
        &["SentenceTransformerRerank", "FlagEmbeddingReranker", "ColbertRerank"],
        None,
        &["model"],
        Takes::Model,
    ),
    loader(LLAMA_INDEX, &["LlamaCPP"], None, &["model_path"], Takes::File),
    loader(LLAMA_INDEX, &["LlamaCPP"], None, &["model_url"], Takes::Model),
    loader(LLAMA_INDEX, &["Vllm"], Some(0), &["model"], Takes::Model),
    // Haystack.
    loader(
        &["haystack", "haystack_integrations", "farm_haystack"],
        &[
            "SentenceTransformersTextEmbedder",
            "SentenceTransformersDocumentEmbedder",
            "TransformersSimilarityRanker",
            "SentenceTransformersDiversityRanker",
            "HuggingFaceLocalGenerator",
            "HuggingFaceLocalChatGenerator",
            "ExtractiveReader",
            "TransformersZeroShotTextRouter",
            "FARMReader",
            "TransformersReader",
            "EmbeddingRetriever",
            "NamedEntityExtractor",
        ],
        None,
        &["model", "model_name_or_path", "embedding_model"],
        Takes::Model,
    ),
];

/// `from_pretrained` of a package that is known.
static PRETRAINED_LOADER: Loader = Loader {
    packages: PACKAGES,
    names: PRETRAINED_METHODS,
    position: Some(0),
    keywords: PRETRAINED,
    others: &[],
    takes: Takes::Model,
};

/// `from_pretrained` of something else.
pub(super) static FOREIGN_LOADER: Loader = Loader {
    packages: &[],
    names: PRETRAINED_METHODS,
    position: Some(0),
    keywords: PRETRAINED,
    others: &[],
    takes: Takes::Model,
};

/// `pipe.load_lora_weights("org/name")`
pub(super) static ATTACHING_LOADER: Loader = Loader {
    packages: &[],
    names: ATTACHING_METHODS,
    position: Some(0),
    keywords: &[
        "pretrained_model_name_or_path_or_dict",
        "pretrained_model_name_or_path",
        "peft_model_id",
        "adapter_name_or_path",
    ],
    others: &[],
    takes: Takes::Remote,
};

/// What is known of a callee by its whole name, `package.module.Class.method`; `()` behind a part
/// says that it was called.
pub(super) fn of(path: &str) -> Option<&'static Loader> {
    let path = path.replace("()", "");
    let package = path.split('.').next().unwrap_or_default();
    LOADERS.iter().chain(std::iter::once(&PRETRAINED_LOADER)).find(|loader| {
        loader.packages.iter().any(|known| match known.strip_suffix('*') {
            Some(prefix) => package.starts_with(prefix),
            None => *known == package,
        }) && loader.names.iter().any(|name| ends_with_parts(&path, name))
    })
}

/// Whether a package is one of those above.
pub(super) fn knows_package(path: &str) -> bool {
    let package = path.split('.').next().unwrap_or_default();
    PACKAGES.contains(&package)
        || LOADERS.iter().any(|loader| {
            loader.packages.iter().any(|known| match known.strip_suffix('*') {
                Some(prefix) => package.starts_with(prefix),
                None => *known == package,
            })
        })
}

/// Whether `path` is `end` or ends with it behind a dot.
fn ends_with_parts(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Whether a class is named as those that fetch from the Hub are: `MyBertForTokenClassification`.
pub(super) fn is_named_like_a_model(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "Model",
        "Tokenizer",
        "TokenizerFast",
        "Processor",
        "FeatureExtractor",
        "Pipeline",
        "LMHead",
        "LMHeadModel",
        "Encoder",
        "Embedder",
        "Transformer",
        "Adapter",
        "ControlNetModel",
    ];
    name.starts_with("Auto")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.split_once("For").is_some_and(|(front, task)| {
            !front.is_empty() && task.starts_with(|c: char| c.is_ascii_uppercase())
        })
}

/// The repository that a size of `faster-whisper` stands for.
pub(super) fn whisper(name: &str) -> Option<&'static str> {
    Some(match name {
        "tiny" => "Systran/faster-whisper-tiny",
        "tiny.en" => "Systran/faster-whisper-tiny.en",
        "base" => "Systran/faster-whisper-base",
        "base.en" => "Systran/faster-whisper-base.en",
        "small" => "Systran/faster-whisper-small",
        "small.en" => "Systran/faster-whisper-small.en",
        "medium" => "Systran/faster-whisper-medium",
        "medium.en" => "Systran/faster-whisper-medium.en",
        "large-v1" => "Systran/faster-whisper-large-v1",
        "large-v2" => "Systran/faster-whisper-large-v2",
        "large-v3" | "large" => "Systran/faster-whisper-large-v3",
        "distil-large-v2" => "Systran/faster-distil-whisper-large-v2",
        "distil-large-v3" => "Systran/faster-distil-whisper-large-v3",
        "distil-medium.en" => "Systran/faster-distil-whisper-medium.en",
        "distil-small.en" => "Systran/faster-distil-whisper-small.en",
        "large-v3-turbo" | "turbo" => "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        _ => return None,
    })
}

/// The repository that a bare name means to `sentence-transformers`: its own, unless the name is
/// one of the old models without an organisation.
pub(super) fn sentence_transformer(name: &str) -> String {
    const OLD: &[&str] = &[
        "albert-",
        "bert-",
        "camembert-",
        "ctrl",
        "distilbert-",
        "distilgpt2",
        "distilroberta-",
        "gpt2",
        "openai-gpt",
        "roberta-",
        "t5-",
        "transfo-xl-",
        "xlm-",
        "xlnet-",
    ];
    let is_bare = !name.contains(['/', '\\', ':', '.']) && !name.is_empty();
    if is_bare && !OLD.iter().any(|old| name.starts_with(old)) {
        return format!("sentence-transformers/{name}");
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_are_known_by_package_and_name() {
        let takes = |path| of(path).map(|loader| loader.takes);
        assert_eq!(takes("transformers.pipeline"), Some(Takes::Task));
        assert_eq!(takes("transformers.models.bert.BertModel.from_pretrained"), Some(Takes::Model));
        assert_eq!(takes("huggingface_hub.HfApi().hf_hub_download"), Some(Takes::Repository));
        assert_eq!(
            takes("langchain_community.embeddings.HuggingFaceEmbeddings"),
            Some(Takes::SentenceTransformer)
        );
        assert_eq!(takes("torch.load"), Some(Takes::File));
        assert_eq!(takes("torch.hub.load"), Some(Takes::TorchHub));
        for path in
            ["mine.pipeline", "yaml.load", "json.load", "datasets.load_dataset", "torch.nn.load"]
        {
            assert_eq!(takes(path), None, "{path}");
        }
    }

    #[test]
    fn classes_are_named_like_models_or_not() {
        for name in ["BertModel", "MyBertForTokenClassification", "AutoThing", "ClipEncoder"] {
            assert!(is_named_like_a_model(name), "{name}");
        }
        for name in ["Vocabulary", "Formatter", "UserForm", "Loader"] {
            assert!(!is_named_like_a_model(name), "{name}");
        }
    }
}

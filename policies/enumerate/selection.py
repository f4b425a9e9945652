"""What each preset takes from its libraries: which classes are data and which functions are values.

`Take(call, roots, within)`: every class below the modules `within` that derives from one of `roots`.
`Values(within)`: the public functions there, which objects hold and loading never calls.
"""

from dataclasses import dataclass, field

ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "lightning_utilities.core.enums.StrEnum")
MODULE = ("torch.nn.modules.module.Module",)


@dataclass(frozen=True)
class Take:
    call: tuple
    roots: tuple
    within: tuple
    but: tuple = ()
    # Only files whose name begins so.
    files: str = ""


@dataclass(frozen=True)
class Values:
    within: tuple


@dataclass(frozen=True)
class Preset:
    file: str
    packages: tuple
    # Packages that classes of these derive from.
    beside: tuple = ()
    parts: tuple = field(default=())


def new(roots, *within, but=()):
    return Take(("new",), tuple(roots), tuple(within), tuple(but))


def enums(*within):
    return Take(("enum",), ENUMS, tuple(within))


# Any class: only where a module holds nothing but data.
ANY = ()

TRANSFORMERS_MODELS = tuple(f"transformers.models.{name}" for name in (
    "albert bart bert bertweet bert_japanese big_bird camembert clip deberta deberta_v2 distilbert electra "
    "ernie fnet gpt2 herbert layoutlm longformer mbart mobilebert modernbert mpnet mt5 nomic_bert "
    "openai pegasus phobert qwen2 qwen3 reformer roberta roberta_prelayernorm roformer rembert "
    "squeezebert siglip t5 vit wav2vec2 whisper xlm xlm_roberta xlm_roberta_xl xlnet").split())

PRESETS = {
    "torch-module": Preset("libraries/torch-module.yaml", ("torch",), parts=(
        new(MODULE, "torch.nn", "torch.ao.nn", "torch.nn.quantized", "torch.ao.quantization", "torch.optim.swa_utils",
            "torch.distributions"),
        Take(("new", "hash"), ("torch.optim.optimizer.Optimizer",), ("torch.optim",)),
        new(("torch.optim.lr_scheduler.LRScheduler", "torch.optim.lr_scheduler._LRScheduler",
             "torch.optim.lr_scheduler.ReduceLROnPlateau"), "torch.optim.lr_scheduler", "torch.optim.swa_utils"),
        new(("torch.nn.utils.spectral_norm.SpectralNorm", "torch.nn.utils.weight_norm.WeightNorm",
             "torch.nn.utils.prune.BasePruningMethod", "torch.nn.utils.parametrizations._Orthogonal",
             "torch.nn.utils.spectral_norm.SpectralNormStateDictHook", "torch.nn.modules.module._WrappedHook",
             "torch.utils.hooks.RemovableHandle",
             "torch.nn.utils.spectral_norm.SpectralNormLoadStateDictPreHook"), "torch.nn.utils", "torch.nn.modules"),
        new(("torch.distributions.distribution.Distribution", "torch.distributions.transforms.Transform",
             "torch.distributions.constraints.Constraint"), "torch.distributions"),
        new(("torch.utils.data.dataset.Dataset", "torch.utils.data.sampler.Sampler"), "torch.utils.data.dataset",
            "torch.utils.data.sampler"),
        enums("torch.nn", "torch.optim", "torch.ao.quantization", "torch.distributions"),
        Values(("torch.nn.functional", "torch.nn.init")),
    )),
    "scikit-learn": Preset("globals/scikit-learn.yaml", ("scikit-learn",), parts=(
        new(("sklearn.base.BaseEstimator",), "sklearn", but=("tests", "externals", "datasets")),
        new(("sklearn.metrics._scorer._BaseScorer", "sklearn.gaussian_process.kernels.Kernel",
             "sklearn.base._BaseTransformer",
             "sklearn.model_selection._split._MetadataRequester", "sklearn.utils._metadata_requests._MetadataRequester",
             "sklearn.model_selection._split.BaseCrossValidator", "sklearn.model_selection._split._UnsupportedGroupCVMixin",
             "sklearn.model_selection._split.GroupsConsumerMixin", "sklearn.model_selection._split._RepeatedSplits",
             "sklearn.model_selection._split.BaseShuffleSplit", "sklearn._loss.loss.BaseLoss", "sklearn._loss.link.BaseLink",
             "sklearn.ensemble._gb_losses.LossFunction", "sklearn.linear_model._glm.glm.GeneralizedLinearRegressor",
             "sklearn.ensemble._hist_gradient_boosting.grower.TreeGrower",
             "sklearn.neural_network._stochastic_optimizers.BaseOptimizer"),
            "sklearn", but=("tests", "externals")),
        new(("sklearn._loss.link.Interval", "sklearn._loss.link.BaseLink", "sklearn.compose._column_transformer.make_column_selector",
             "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor", "sklearn.cluster._birch._CFNode",
             "sklearn.cluster._birch._CFSubcluster", "sklearn.calibration._CalibratedClassifier",
             "sklearn.cluster._bisect_k_means._BisectingTree", "sklearn.utils._metadata_requests.MetadataRequest",
             "sklearn.utils._metadata_requests.MethodMetadataRequest", "sklearn.utils._metadata_requests.MetadataRouter",
             "sklearn.utils._metadata_requests.MethodMapping", "sklearn.utils._tags.Tags", "sklearn.utils._tags.InputTags",
             "sklearn.utils._tags.TargetTags", "sklearn.utils._tags.ClassifierTags", "sklearn.utils._tags.RegressorTags",
             "sklearn.utils._tags.TransformerTags", "sklearn.utils._random.ReservoirSampler", "sklearn.decomposition._dict_learning._BaseSparseCoding",
             "sklearn.inspection._plot.partial_dependence.PartialDependenceDisplay",
             "sklearn.utils._plotting._BinaryClassifierCurveDisplayMixin", "sklearn.tree._reingold_tilford.Tree"),
            "sklearn", but=("tests", "externals", "_plot")),
        enums("sklearn"),
        Values(("sklearn.feature_selection._univariate_selection", "sklearn.feature_selection._mutual_info",
                "sklearn.metrics._classification", "sklearn.metrics._regression", "sklearn.metrics._ranking",
                "sklearn.metrics.cluster._supervised", "sklearn.metrics.cluster._unsupervised",
                "sklearn.metrics.cluster._bicluster", "sklearn.metrics.pairwise",
                "sklearn.neural_network._base", "sklearn.preprocessing._data", "sklearn.preprocessing._label",
                "sklearn.utils.extmath", "sklearn.covariance._shrunk_covariance", "sklearn.covariance._empirical_covariance",
                "sklearn.cluster._kmeans", "sklearn.decomposition._fastica", "sklearn.feature_extraction.text")),
    )),
    "pandas": Preset("globals/pandas.yaml", ("pandas",), parts=(
        new(("pandas.core.arrays.base.ExtensionArray", "pandas.core.indexes.base.Index", "pandas.core.generic.NDFrame",
             "pandas.core.dtypes.base.ExtensionDtype", "pandas.core.internals.base.DataManager",
             "pandas.core.internals.managers.BaseBlockManager", "pandas.core.flags.Flags",
             "pandas.core.arrays.integer.IntegerDtype",
             "pandas.core.indexing._IndexSlice", "pandas.core.arrays.arrow.extension_types.ArrowPeriodType"),
            "pandas.core", "pandas.arrays", but=("tests",)),
    )),
    "omegaconf": Preset("globals/omegaconf.yaml", ("omegaconf",), parts=(
        new(("omegaconf.base.Node", "omegaconf.base.Metadata"), "omegaconf"),
        enums("omegaconf"),
    )),
    "training-args": Preset("globals/training-args.yaml", ("transformers", "accelerate"), parts=(
        enums("transformers.trainer_utils", "transformers.training_args", "transformers.trainer_pt_utils", "transformers.debug_utils",
              "transformers.utils.generic", "transformers.utils.quantization_config", "transformers.generation",
              "transformers.optimization", "transformers.tokenization_utils_base", "transformers.file_utils",
              "accelerate.utils.dataclasses", "accelerate.utils.constants"),
        new(("transformers.training_args.TrainingArguments", "transformers.generation.configuration_utils.GenerationConfig",
             "transformers.trainer_pt_utils.AcceleratorConfig", "transformers.integrations.deepspeed.HfDeepSpeedConfig",
             "transformers.deepspeed.HfDeepSpeedConfig",
             "transformers.generation.configuration_utils.BaseWatermarkingConfig",
             "transformers.generation.configuration_utils.WatermarkingConfig",
             "transformers.generation.configuration_utils.CompileConfig", "transformers.generation.configuration_utils.ContinuousBatchingConfig",
             "accelerate.state.PartialState", "accelerate.utils.deepspeed.HfDeepSpeedConfig",
             "accelerate.utils.dataclasses.KwargsHandler", "accelerate.utils.dataclasses.DeepSpeedPlugin",
             "accelerate.utils.dataclasses.FullyShardedDataParallelPlugin", "accelerate.utils.dataclasses.GradientAccumulationPlugin",
             "accelerate.utils.dataclasses.DataLoaderConfiguration", "accelerate.utils.dataclasses.ProjectConfiguration",
             "accelerate.utils.dataclasses.TorchDynamoPlugin", "accelerate.utils.dataclasses.MegatronLMPlugin",
             "accelerate.utils.dataclasses.TorchTensorParallelPlugin", "accelerate.utils.dataclasses.TorchTensorParallelConfig",
             "accelerate.utils.dataclasses.TorchContextParallelConfig", "accelerate.utils.dataclasses.ParallelismConfig",
             "accelerate.utils.dataclasses.BnbQuantizationConfig", "accelerate.utils.dataclasses.DeepSpeedSequenceParallelConfig",
             "accelerate.parallelism_config.ParallelismConfig"),
            "transformers.training_args", "transformers.training_args_seq2seq", "transformers.generation", "transformers.trainer_pt_utils",
            "transformers.integrations.deepspeed", "transformers.deepspeed", "accelerate.utils", "accelerate.state",
            "accelerate.parallelism_config"),
    )),
    "boosting": Preset("libraries/boosting.yaml", ("xgboost", "lightgbm", "catboost"), ("scikit-learn",), parts=(
        new(("xgboost.sklearn.XGBModel", "xgboost.core.Booster", "xgboost.callback.TrainingCallback", "xgboost.core.DataSplitMode"),
            "xgboost", but=("testing", "dask", "spark")),
        new(("lightgbm.sklearn.LGBMModel", "lightgbm.basic.Booster", "lightgbm.engine.CVBooster", "lightgbm.sklearn._ObjectiveFunctionWrapper",
             "lightgbm.sklearn._EvalFunctionWrapper", "lightgbm.callback._EarlyStoppingCallback", "lightgbm.callback._LogEvaluationCallback",
             "lightgbm.callback._RecordEvaluationCallback", "lightgbm.callback._ResetParameterCallback"), "lightgbm", but=("dask",)),
        new(("catboost.core._CatBoostBase",), "catboost.core"),
        enums("xgboost", "lightgbm", "catboost"),
    )),
    "yolov11": Preset("libraries/yolov11.yaml", ("ultralytics",), ("torch",), parts=(
        new(MODULE, "ultralytics.nn.modules", "ultralytics.nn.tasks", "ultralytics.utils.loss", "ultralytics.utils.torch_utils",
            "ultralytics.models.sam.modules", "ultralytics.models.utils.loss", "ultralytics.utils.tal"),
        new(("ultralytics.utils.IterableSimpleNamespace", "ultralytics.utils.SimpleClass", "ultralytics.utils.loss.v8DetectionLoss",
             "ultralytics.utils.loss.v8ClassificationLoss", "ultralytics.utils.loss.E2EDetectLoss",
             "ultralytics.utils.loss.v8PoseLoss", "ultralytics.utils.loss.E2ELoss", "ultralytics.utils.torch_utils.ModelEMA"),
            "ultralytics.utils"),
    )),
    "yolov5": Preset("libraries/yolov5.yaml", ("yolov5",), ("torch",), parts=(
        new(MODULE, "yolov5.models", "yolov5.utils.loss"),
    )),
    "flair": Preset("libraries/flair.yaml", ("flair",), ("torch",), parts=(
        new(MODULE, "flair.nn", "flair.models", "flair.embeddings"),
        new(("flair.data.Dictionary", "flair.data.DataPoint", "flair.data.Label", "flair.data.Corpus", "flair.tokenization.Tokenizer",
             "flair.embeddings.base.Embeddings"), "flair.data", "flair.tokenization", "flair.embeddings"),
        enums("flair"),
    )),
    "pyannote": Preset("libraries/pyannote.yaml", ("pyannote.audio",), ("torch", "pytorch-lightning"), parts=(
        new(MODULE, "pyannote.audio.models", "pyannote.audio.utils"),
        new(("pyannote.audio.core.task.Specifications", "pyannote.audio.core.model.Introspection", "pyannote.audio.core.io.Audio"),
            "pyannote.audio.core"),
        enums("pyannote.audio"),
    )),
    "lightning": Preset("libraries/lightning.yaml", ("lightning", "pytorch-lightning"), ("torch",), parts=(
        Take(("new", "setitem"), ("lightning.fabric.utilities.data.AttributeDict", "lightning.pytorch.utilities.parsing.AttributeDict",
                                  "lightning_fabric.utilities.data.AttributeDict", "pytorch_lightning.utilities.parsing.AttributeDict"),
             ("lightning", "lightning_fabric", "pytorch_lightning")),
        new(("lightning.pytorch.callbacks.callback.Callback", "pytorch_lightning.callbacks.callback.Callback"),
            "lightning.pytorch.callbacks", "pytorch_lightning.callbacks"),
        enums("lightning.fabric.utilities", "lightning.pytorch.utilities", "lightning.pytorch.trainer.states", "lightning.pytorch.trainer.connectors",
              "lightning_fabric.utilities", "pytorch_lightning.utilities", "pytorch_lightning.trainer.states", "lightning.pytorch.profilers",
              "pytorch_lightning.trainer.connectors", "lightning.pytorch.core", "pytorch_lightning.core"),
        new(("lightning.pytorch.loops.progress._BaseProgress", "lightning.pytorch.loops.progress.BaseProgress",
             "pytorch_lightning.loops.progress._BaseProgress"), "lightning.pytorch.loops.progress",
            "pytorch_lightning.loops.progress"),
    )),
    "torchvision": Preset("libraries/torchvision.yaml", ("torchvision",), ("torch",), parts=(
        new(MODULE, "torchvision.models", "torchvision.ops", "torchvision.transforms", but=()),
        new(("torchvision.transforms.transforms.Compose", "torchvision.transforms.transforms.ToTensor",
             "torchvision.transforms.transforms.PILToTensor", "torchvision.transforms.transforms.ToPILImage",
             "torchvision.transforms.transforms.RandomTransforms", "torchvision.models._api.Weights",
             "torchvision.models.detection._utils.Matcher", "torchvision.models.detection._utils.BalancedPositiveNegativeSampler",
             "torchvision.models.detection._utils.BoxCoder", "torchvision.models.detection._utils.BoxLinearCoder",
             "torchvision.models.detection.image_list.ImageList"),
            "torchvision.transforms", "torchvision.models"),
        enums("torchvision"),
        Values(("torchvision.transforms.functional",)),
    )),
    "timm": Preset("libraries/timm.yaml", ("timm",), ("torch", "torchvision"), parts=(
        new(MODULE, "timm.layers", "timm.models", "timm.loss"),
        Take(("new", "hash"), ("torch.optim.optimizer.Optimizer",), ("timm.optim",)),
        new(("timm.utils.model_ema.ModelEma", "timm.models._features.FeatureInfo", "timm.scheduler.scheduler.Scheduler",
             "timm.models._features.FeatureHooks"), "timm"),
        enums("timm.layers", "timm.models", "timm.data"),
    )),
    "transformers": Preset("libraries/transformers.yaml", ("transformers",), ("torch",), parts=(
        Take(("new",), MODULE, TRANSFORMERS_MODELS, files="modeling_"),
        new(MODULE, "transformers.activations", "transformers.modeling_utils", "transformers.modeling_layers",
            "transformers.pytorch_utils", "transformers.modeling_rope_utils"),
        Take(("new",), ("transformers.configuration_utils.PretrainedConfig", "transformers.configuration_utils.PreTrainedConfig"),
             ("transformers.models", "transformers.configuration_utils"), files="configuration_"),
        Take(("new",), ("transformers.tokenization_utils_base.PreTrainedTokenizerBase",), TRANSFORMERS_MODELS, files="tokenization_"),
        new(("transformers.tokenization_utils_base.PreTrainedTokenizerBase",), "transformers.tokenization_utils_fast", "transformers.tokenization_utils_tokenizers"),
        Take(("new", "setitem"), ("transformers.utils.generic.ModelOutput", "transformers.tokenization_utils_base.BatchEncoding",
                                  "transformers.feature_extraction_utils.BatchFeature"),
             ("transformers.modeling_outputs", "transformers.utils.generic", "transformers.tokenization_utils_base",
              "transformers.feature_extraction_utils")),
    )),
    "sentence-transformers": Preset("libraries/sentence-transformers.yaml", ("sentence-transformers",), ("torch", "transformers"), parts=(
        new(MODULE, "sentence_transformers", but=("losses", "cross_encoder.losses")),
        new(("sentence_transformers.model_card.SentenceTransformerModelCardData", ), "sentence_transformers"),
        new(("sentence_transformers.models.tokenizer.WordTokenizer.WordTokenizer",), "sentence_transformers"),
        enums("sentence_transformers"),
    )),
    "spacy": Preset("libraries/spacy.yaml", ("spacy", "thinc"), parts=(
        new(("spacy.lookups.Lookups", "spacy.lookups.Table", "spacy.training.example.Example"), "spacy"),
        enums("spacy"),
    )),
    "statsmodels": Preset("libraries/statsmodels.yaml", ("statsmodels",), ("scikit-learn",), parts=(
        new(("statsmodels.base.model.Model", "statsmodels.base.model.Results", "statsmodels.base.wrapper.ResultsWrapper",
             "statsmodels.genmod.families.family.Family", "statsmodels.genmod.families.links.Link",
             "statsmodels.genmod.families.varfuncs.VarianceFunction", "statsmodels.genmod.families.varfuncs.Power",
             "statsmodels.genmod.families.varfuncs.Binomial", "statsmodels.genmod.families.varfuncs.NegativeBinomial",
             "statsmodels.genmod.cov_struct.CovStruct", "statsmodels.robust.norms.RobustNorm", "statsmodels.base.data.ModelData",
             "statsmodels.tsa.statespace.representation.Representation", "statsmodels.tsa.statespace.representation.FrozenRepresentation",
             "statsmodels.tsa.deterministic.DeterministicTerm", "statsmodels.tsa.deterministic.DeterministicProcess",
             "statsmodels.tsa.statespace.initialization.Initialization", "statsmodels.base.optimizer.Optimizer",
             "statsmodels.tsa.holtwinters.model.ExponentialSmoothing", "statsmodels.tsa.statespace.sarimax.SARIMAXSpecification",
             "statsmodels.tsa.base.tsa_model.TimeSeriesModel", "statsmodels.tsa.arima.params.SARIMAXParams",
             "statsmodels.tsa.arima.specification.SARIMAXSpecification",
             "statsmodels.nonparametric.kde.KDEUnivariate", "statsmodels.distributions.empirical_distribution.StepFunction",
             "statsmodels.tools.tools.Bunch", "statsmodels.base.model.GenericLikelihoodModel"),
            "statsmodels", but=("tests", "sandbox", "examples", "datasets")),
        enums("statsmodels"),
    )),
    "torchao": Preset("libraries/torchao.yaml", ("torchao",), ("torch",), parts=(
        new(("torch._tensor.Tensor", "torch.Tensor", "torchao.utils.TorchAOBaseTensor"), "torchao"),
        new(MODULE, "torchao.quantization", "torchao.float8"),
        new(("torchao.dtypes.utils.Layout", ), "torchao"),
        enums("torchao"),
    )),
    "tokenizers": Preset("libraries/tokenizers.yaml", ("tokenizers",)),
}

"""Objects of each library, as its users hold and pickle them. Run by record_calls.py, which pickles
them; nothing here comes from a file.

Each function yields objects; one that a version does not know is left out by `attempt`.
"""

import argparse
import array
import collections
import datetime
import decimal
import enum
import fractions
import inspect
import math
import pathlib
import re
import types
import typing
import uuid
import warnings

warnings.filterwarnings("ignore")


def attempt(*makers):
    """What these make; one that cannot is left out."""
    for maker in makers:
        try:
            yield maker()
        except Exception:  # Any library may refuse in its own way.
            continue


def stdlib():
    yield [None, True, 1, 2**80, 1.5, 1j, "x", b"x", bytearray(b"x"), (1,), [1], {1: 2}, {1}, frozenset([1]), range(3), slice(1, 2)]
    yield [Ellipsis, NotImplemented, type(None), int, float, complex, str, bytes, bytearray, bool, list, dict, tuple, set,
           frozenset, object, slice, range, type]
    yield [collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1], 3), collections.deque([1]), collections.ChainMap({1: 2}),
           collections.UserDict(a=1), collections.UserList([1]), collections.UserString("a"), collections.OrderedDict, collections.Counter]
    yield [collections.defaultdict(kind, {1: kind()}) for kind in (int, float, list, dict, set, str, bool, tuple, collections.OrderedDict, collections.Counter)]
    yield collections.defaultdict(None, {1: 2})
    day, moment = datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5, 6)
    yield [day, moment, datetime.time(1, 2), datetime.timedelta(1, 2, 3), datetime.timezone.utc, moment.replace(tzinfo=datetime.timezone.utc),
           datetime.timezone(datetime.timedelta(hours=1)), datetime.timezone(datetime.timedelta(hours=1), "x"),
           datetime.time(1, tzinfo=datetime.timezone.utc), moment.replace(fold=1)]
    yield [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=1), uuid.uuid1(), array.array("d", [1.0]), array.array("i"), array.array("u", "x")]
    yield [pathlib.PurePosixPath("a/b"), pathlib.PureWindowsPath("a/b"), pathlib.Path("a/b"), pathlib.PurePath("a"), pathlib.PurePosixPath("a/b") / "c",
           pathlib.Path, pathlib.PurePath, pathlib.PosixPath]
    yield [argparse.Namespace(a=1), types.SimpleNamespace(a=1)]
    yield [typing.Any, typing.List, typing.Dict, typing.Optional, typing.Union, typing.Tuple, typing.Callable, typing.Set]
    yield [iter([1, 2]), iter((1, 2)), iter(range(3)), iter({1: 2}), iter({1}), reversed([1, 2]), enumerate([1]), zip([1], [2])]
    # Not `format` and `format_map`: their text reaches attributes.
    for kind in (str, bytes):
        yield [getattr(kind, name) for name in dir(kind) if not name.startswith("_") and "format" not in name and name not in ("maketrans", "fromhex")]
    yield [dict.get, dict.keys, dict.values, dict.items, list.index, list.count, tuple.index, tuple.count, set.union, set.intersection, float.is_integer]
    yield [re.compile("a"), re.compile(b"a"), *(getattr(re.compile("a"), name) for name in ("findall", "finditer", "match", "search", "fullmatch", "split", "sub", "subn")), re.compile("a", re.I)]
    yield [re.findall, re.split, re.sub, re.search, re.match, re.fullmatch]
    yield [math.sqrt, math.log, math.log1p, math.log2, math.log10, math.exp, math.expm1, math.sin, math.cos, math.tanh, math.floor, math.ceil, math.fabs, math.isnan, math.gcd, math.hypot, math.pow, math.fsum]
    yield [len, max, min, sum, abs, sorted, round]


def numpy():
    import numpy as np

    rng = np.random.default_rng(1)
    for name in "? b B h H i I l L q Q e f d g F D G S3 U3 V3 O M8[ns] m8[s] M8[D] <i4 >i4 >f8".split():
        yield np.zeros(3, name)
        yield np.zeros((), name)
        yield np.zeros((2, 3), name, order="F")
        yield np.dtype(name)
        yield from attempt(lambda: np.zeros(1, name)[0])
    record = np.dtype([("a", "i4"), ("b", "U3", (2,)), (("title", "c"), "f8")])
    yield [record, np.zeros(2, record), np.zeros(2, record)[0], np.rec.array([(1, 2.0)], dtype=[("a", int), ("b", float)])]
    yield np.dtype({"names": ["a"], "formats": ["i4"], "offsets": [4], "itemsize": 16})
    yield np.dtype((np.record, [("a", "i4")]))
    yield np.dtype("i4", metadata={"a": 1})
    yield [np.matrix([[1, 2]]), np.ma.array([1, 2], mask=[0, 1]), np.ma.masked, np.ma.array([[1.0]]), np.ma.masked_all(2, record)]
    yield from attempt(lambda: np.char.array(["a"]), lambda: np.dtypes.StringDType(), lambda: np.dtypes.StringDType(na_object=None),
                       lambda: np.array(["a"], dtype=np.dtypes.StringDType()), lambda: np.dtypes.StringDType(coerce=False))
    yield [rng, np.random.RandomState(1), np.random.SeedSequence(1), np.random.SeedSequence(1).spawn(1)[0]]
    for kind in (np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64):
        yield [kind(1), np.random.Generator(kind(1))]
    yield np.poly1d([1, 2])
    for name in ("Polynomial", "Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre"):
        yield getattr(np.polynomial, name)([1, 2])
    scalars = {value for value in vars(np).values() if isinstance(value, type) and issubclass(value, np.generic)}
    yield sorted(scalars, key=str)
    yield [value for value in vars(np.dtypes).values() if isinstance(value, type)] if hasattr(np, "dtypes") else []
    yield [value for value in vars(np).values() if isinstance(value, np.ufunc)]
    functions = [np.mean, np.median, np.std, np.var, np.sum, np.prod, np.max, np.min, np.argmax, np.argmin, np.percentile, np.quantile, np.nanmean,
                 np.nanmedian, np.nanstd, np.nanmax, np.nanmin, np.nansum, np.nanpercentile, np.cumsum, np.cumprod, np.diff, np.clip, np.where, np.unique,
                 np.ravel, np.reshape, np.round, np.zeros, np.ones, np.array, np.asarray, np.linalg.norm, np.random.default_rng, np.size, np.shape, np.any,
                 np.all, np.ptp, np.average, np.count_nonzero, np.corrcoef, np.cov, np.nan_to_num, np.squeeze, np.expand_dims, np.concatenate, np.hstack,
                 np.vstack, np.sort, np.argsort, np.dot, np.real, np.imag, np.angle, np.interp, np.convolve, np.histogram, np.eye, np.identity, np.full,
                 np.arange, np.linspace, np.outer, np.inner, np.transpose, np.isin, np.log1p]
    yield functions
    yield [getattr(np.ndarray, name) for name in "all any argmax argmin argsort astype clip conj copy cumprod cumsum diagonal dot flatten max mean min nonzero prod ravel repeat reshape round searchsorted squeeze std sum swapaxes take tolist trace transpose var view".split()]
    for space in (np.linalg, np.fft):
        yield [value for name, value in vars(space).items() if not name.startswith("_") and inspect.isroutine(value) or name.islower() and callable(value) and not isinstance(value, type)]
    yield [np.ndarray, np.dtype, np.generic, np.number, np.random.Generator, np.random.RandomState, np.ufunc, np.ma.MaskedArray]
    yield from attempt(lambda: np.broadcast_shapes, lambda: np.ma.mean, lambda: np.finfo(float), lambda: np.iinfo(int), lambda: np.random.mtrand._rand,
                       lambda: np.ma.masked_print_option, lambda: np.bool_, lambda: [np.True_, np.float64(1), np.str_("a"), np.bytes_(b"a"), np.void(b"a")])


def scipy():
    import numpy as np
    import scipy.interpolate
    import scipy.sparse
    import scipy.spatial
    import scipy.stats
    from scipy import special

    for name in "csr csc coo bsr dia dok lil".split():
        for kind in ("matrix", "array"):
            yield getattr(scipy.sparse, f"{name}_{kind}")(np.eye(3))
            yield getattr(scipy.sparse, f"{name}_{kind}")
    x = np.arange(8.0)
    yield from attempt(lambda: scipy.interpolate.BSpline([0, 1, 2, 3], [1, 2], 1), lambda: scipy.interpolate.CubicSpline(x, x), lambda: scipy.interpolate.PchipInterpolator(x, x),
                       lambda: scipy.interpolate.Akima1DInterpolator(x, x), lambda: scipy.interpolate.PPoly([[1.0]], [0, 1]), lambda: scipy.interpolate.BPoly([[1.0]], [0, 1]),
                       lambda: scipy.interpolate.interp1d(x, x), lambda: scipy.interpolate.UnivariateSpline(x, x), lambda: scipy.interpolate.InterpolatedUnivariateSpline(x, x),
                       lambda: scipy.interpolate.LSQUnivariateSpline(x, x, [3.0]), lambda: scipy.interpolate.RegularGridInterpolator((x, x), np.outer(x, x)),
                       lambda: scipy.interpolate.RBFInterpolator(x[:, None], x), lambda: scipy.interpolate.NearestNDInterpolator(np.c_[x, x], x),
                       lambda: scipy.interpolate.RectBivariateSpline(x, x, np.outer(x, x)), lambda: scipy.interpolate.BarycentricInterpolator(x, x),
                       lambda: scipy.interpolate.KroghInterpolator(x, x), lambda: scipy.interpolate.CubicHermiteSpline(x, x, x), lambda: scipy.interpolate.SmoothBivariateSpline(*np.random.rand(3, 30)))
    points = np.random.RandomState(1).rand(9, 2)
    yield from attempt(lambda: scipy.spatial.KDTree(points), lambda: scipy.spatial.cKDTree(points), lambda: scipy.spatial.transform.Rotation.identity(),
                       lambda: scipy.spatial.transform.Rotation.random(2), lambda: scipy.stats.gaussian_kde(points.T),
                       lambda: scipy.spatial.transform.RigidTransform.identity(), lambda: scipy.optimize.OptimizeResult(x=1),
                       lambda: scipy.stats.multivariate_normal(), lambda: scipy.stats.ttest_1samp(x, 1), lambda: scipy.stats.linregress(x, x), lambda: scipy.stats.pearsonr(x, x),
                       lambda: scipy.stats.spearmanr(x, x), lambda: scipy.stats.describe(x), lambda: scipy.stats.ecdf(x), lambda: scipy.stats.ks_2samp(x, x))
    yield [value for value in vars(special).values() if isinstance(value, np.ufunc)]
    yield [special.softmax, special.logsumexp, special.log_softmax]
    yield from attempt(lambda: scipy.optimize.minimize(lambda v: (v**2).sum(), [1.0]), lambda: scipy.optimize.LinearConstraint([[1]], 0, 1), lambda: scipy.optimize.Bounds(0, 1),
                       lambda: scipy.signal.dlti([1], [1, 2]), lambda: scipy.signal.StateSpace(1, 1, 1, 1), lambda: scipy.signal.TransferFunction([1], [1, 2]))


def pandas():
    import numpy as np
    import pandas as pd
    from pandas.tseries import offsets

    for value in vars(offsets).values():
        if isinstance(value, type) and issubclass(value, pd._libs.tslibs.BaseOffset):
            yield value
            yield from attempt(lambda: value(), lambda: value(2, normalize=True), lambda: value(n=2, weekday=1), lambda: value(startingMonth=2), lambda: value(month=2),
                               lambda: value(weekday=1, startingMonth=2, variation="nearest"), lambda: value(week=1, weekday=2), lambda: value(days=2, hours=1),
                               lambda: value(start="10:00", end="15:00"), lambda: value(holidays=["2020-01-01"]), lambda: value(weekmask="Mon Tue"),
                               lambda: value(weekday=1, startingMonth=2, qtr_with_extra_week=1, variation="last"), lambda: value(offset=datetime.timedelta(hours=1)))
    for name in "Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64 boolean string category object float32 int16 bool datetime64[ns] timedelta64[ns] Sparse[int] Sparse[float]".split():
        for index in (None, ["a", "b"]):
            yield from attempt(lambda: pd.Series([1, 0], index=index).astype(name), lambda: pd.Series(["1", "0"], index=index).astype(name), lambda: pd.DataFrame({"a": pd.Series([1, 0]).astype(name), "b": [1.0, 2.0]}),
                               lambda: pd.Index(pd.Series([1, 0]).astype(name)), lambda: pd.api.types.pandas_dtype(name))
    dates = pd.date_range("2020-01-01", periods=3)
    for index in (pd.RangeIndex(3), pd.Index([1, 2, 3]), pd.Index(["a", "b", "c"]), pd.Index([1.0, 2, 3]), dates, pd.period_range("2020-01", periods=3, freq="M"),
                  pd.timedelta_range("1D", periods=3), pd.interval_range(0, 3), pd.CategoricalIndex(["a", "b", "a"]), pd.MultiIndex.from_product([[1], ["a", "b", "c"]]),
                  pd.date_range("2020-01-01", periods=3, freq="W"), pd.date_range("2020", periods=3, freq="QS"), pd.date_range("2020", periods=3, tz="UTC"), pd.Index([True, False, True])):
        yield index
        yield pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2, 3], "c": ["x", "y", "z"]}, index=index)
        yield pd.Series([1, 2, 3], index=index, name="s")
        yield from attempt(lambda: pd.Series(index))
        yield from attempt(lambda: pd.DataFrame({"a": index}), lambda: index.array)
    yield [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-01", tz="UTC"), pd.Timedelta("1D"), pd.NaT, pd.NA, pd.Interval(0, 1), pd.Interval(0.0, 1.0, closed="both"), pd.Period("2020-01", "M"), pd.Period("2020", "Y"), pd.Period("2020-01-01", "D")]
    yield [pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021")), pd.NamedAgg("a", "sum"), pd.IndexSlice]
    yield [pd.CategoricalDtype(["a"]), pd.CategoricalDtype(["a"], ordered=True), pd.PeriodDtype("M"), pd.IntervalDtype("int64"), pd.SparseDtype(float), pd.StringDtype(), pd.DatetimeTZDtype("ns", "UTC")]
    yield from attempt(lambda: pd.arrays.SparseArray([0, 0, 1]), lambda: pd.arrays.SparseArray([0, 0, 1], kind="block"), lambda: pd.Categorical(["a", None]), lambda: pd.array([1, None]), lambda: pd.array(["a", None]),
                       lambda: pd.Series([[1], None]), lambda: pd.DataFrame(), lambda: pd.Series(dtype=float), lambda: pd.DataFrame(np.eye(2)),
                       lambda: pd.array(["a", None], dtype="string[python]"), lambda: pd.array(["a", None], dtype="string[pyarrow]"), lambda: pd.array([1, None], dtype="int64[pyarrow]"),
                       lambda: pd.Series(["a"], dtype="str"), lambda: pd.array([1.5], dtype="double[pyarrow]"), lambda: pd.array([dates[0]], dtype="timestamp[ns][pyarrow]"),
                       lambda: pd.arrays.NumpyExtensionArray(np.array([1])), lambda: pd.Series(dates).dt, lambda: pd.Series(["a"]).str)
    yield from attempt(lambda: pd.DataFrame({"a": [1, 2]}).groupby("a"), lambda: pd.DataFrame({"a": [1, 2]}).rolling(2), lambda: pd.ExcelFile, lambda: pd.Grouper(freq="D"), lambda: pd.Flags)
    yield [pd.DataFrame, pd.Series, pd.Index, pd.Timestamp, pd.to_datetime, pd.to_numeric, pd.isna, pd.concat, pd.get_dummies]


def sklearn():
    import numpy as np
    from sklearn import metrics
    from sklearn.utils import all_estimators

    rng = np.random.RandomState(0)
    x = rng.rand(40, 4)
    y = (x[:, 0] > 0.5).astype(int)
    from sklearn import compose, ensemble, feature_extraction, feature_selection, gaussian_process, linear_model, model_selection, neighbors, pipeline, preprocessing, tree

    for name, kind in all_estimators():
        for target in (y, x[:, 1], np.c_[y, 1 - y]):
            def fitted():
                required = [p for p in inspect.signature(kind.__init__).parameters.values() if p.default is p.empty and p.name not in ("self",) and p.kind is p.POSITIONAL_OR_KEYWORD]
                if not required:
                    estimator = kind()
                elif required[0].name in ("estimator", "base_estimator"):
                    estimator = kind(tree.DecisionTreeClassifier() if target is not x[:, 1] else tree.DecisionTreeRegressor(), *([{"max_depth": [1, 2]}] if len(required) > 1 else []))
                elif required[0].name == "estimators":
                    estimator = kind([("a", tree.DecisionTreeClassifier()), ("b", tree.DecisionTreeClassifier(max_depth=1))])
                elif required[0].name == "transformers":
                    estimator = kind([("a", preprocessing.StandardScaler(), [0, 1])])
                else:
                    return kind
                for attribute, value in (("n_estimators", 2), ("max_iter", 20), ("n_components", 2), ("cv", 2)):
                    if attribute in estimator.get_params():
                        try:
                            estimator.set_params(**{attribute: value})
                        except Exception:
                            pass
                return estimator.fit(x, target)
            yield from attempt(fitted)
    for loss in ("squared_error", "absolute_error", "gamma", "poisson"):
        yield from attempt(lambda: ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2).fit(x, x[:, 1] + 0.1))
    yield from attempt(lambda: ensemble.HistGradientBoostingRegressor(loss="quantile", quantile=0.3, max_iter=2).fit(x, x[:, 1]),
                       lambda: ensemble.HistGradientBoostingClassifier(max_iter=2).fit(x, y), lambda: ensemble.HistGradientBoostingClassifier(max_iter=2).fit(x, y + (x[:, 1] > 0.5)))
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield from attempt(lambda: ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2).fit(x, x[:, 1]))
    for loss in ("log_loss", "exponential"):
        yield from attempt(lambda: ensemble.GradientBoostingClassifier(loss=loss, n_estimators=2).fit(x, y))
    yield from attempt(lambda: ensemble.GradientBoostingClassifier(n_estimators=2).fit(x, y + (x[:, 1] > 0.5)), lambda: ensemble.GradientBoostingClassifier(n_estimators=2, init="zero").fit(x, y))
    for loss in ("hinge", "log_loss", "log", "modified_huber", "squared_hinge", "perceptron", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        yield from attempt(lambda: linear_model.SGDClassifier(loss=loss).fit(x, y), lambda: linear_model.SGDRegressor(loss=loss).fit(x, x[:, 1]))
    for metric in ("euclidean", "manhattan", "chebyshev", "minkowski", "hamming", "canberra", "braycurtis", "jaccard", "dice", "haversine", "seuclidean", "mahalanobis", "cosine", "rogerstanimoto", "russellrao", "sokalmichener", "sokalsneath", "yule", "matching", "kulsinski"):
        for algorithm in ("ball_tree", "kd_tree", "brute"):
            yield from attempt(lambda: neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm).fit(x, y), lambda: neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm).fit(x.astype("f4"), y))
        yield from attempt(lambda: metrics.DistanceMetric.get_metric(metric), lambda: metrics.DistanceMetric.get_metric(metric, np.float32))
    yield from attempt(lambda: metrics.DistanceMetric.get_metric("minkowski", p=3), lambda: metrics.DistanceMetric.get_metric("minkowski", p=3, w=[1, 2]), lambda: metrics.DistanceMetric.get_metric("seuclidean", V=[1, 2]),
                       lambda: metrics.DistanceMetric.get_metric("mahalanobis", VI=np.eye(2)), lambda: metrics.DistanceMetric.get_metric("haversine"))
    kernels = gaussian_process.kernels
    yield [kernels.RBF() + kernels.WhiteKernel() * kernels.ConstantKernel() ** 2, kernels.Matern(), kernels.RationalQuadratic(), kernels.ExpSineSquared(), kernels.DotProduct(), kernels.PairwiseKernel(), kernels.CompoundKernel([kernels.RBF()])]
    yield from attempt(lambda: gaussian_process.GaussianProcessClassifier(kernels.RBF()).fit(x, y), lambda: gaussian_process.GaussianProcessRegressor(kernels.RBF() + kernels.WhiteKernel()).fit(x, y))
    for function in (feature_selection.chi2, feature_selection.f_classif, feature_selection.f_regression, feature_selection.mutual_info_classif, feature_selection.mutual_info_regression, feature_selection.r_regression):
        yield from attempt(lambda: feature_selection.SelectKBest(function, k=2).fit(x, y), lambda: feature_selection.GenericUnivariateSelect(function).fit(x, y))
    for kind in (model_selection.KFold, model_selection.StratifiedKFold, model_selection.ShuffleSplit, model_selection.GroupKFold, model_selection.RepeatedKFold, model_selection.RepeatedStratifiedKFold, model_selection.TimeSeriesSplit, model_selection.LeaveOneOut, model_selection.StratifiedShuffleSplit, model_selection.GroupShuffleSplit, model_selection.LeaveOneGroupOut, model_selection.StratifiedGroupKFold):
        yield from attempt(lambda: kind(), lambda: model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=kind()).fit(x, y))
    yield from attempt(lambda: model_selection.PredefinedSplit([0, 1]), lambda: model_selection.LeavePOut(2), lambda: model_selection.LeavePGroupsOut(2))
    for name in getattr(metrics, "get_scorer_names", lambda: [])():
        yield from attempt(lambda: metrics.get_scorer(name))
    yield from attempt(lambda: metrics.make_scorer(metrics.fbeta_score, beta=2), lambda: model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1]}, scoring="f1", cv=2).fit(x, y), lambda: model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, n_iter=2, cv=2).fit(x, y))
    yield from attempt(lambda: compose.ColumnTransformer([("a", preprocessing.StandardScaler(), compose.make_column_selector(dtype_include=np.number))]), lambda: compose.make_column_selector("a", dtype_include=["object"]), lambda: compose.make_column_selector(dtype_exclude=float),
                       lambda: compose.TransformedTargetRegressor(linear_model.LinearRegression(), func=np.log1p, inverse_func=np.expm1).fit(x, x[:, 1]), lambda: preprocessing.FunctionTransformer(np.log1p), lambda: pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y),
                       lambda: pipeline.make_union(preprocessing.StandardScaler(), preprocessing.MinMaxScaler()).fit(x), lambda: preprocessing.OneHotEncoder().fit([["a"], ["b"]]), lambda: preprocessing.OrdinalEncoder().fit([["a"], ["b"]]), lambda: preprocessing.KBinsDiscretizer(2).fit(x), lambda: preprocessing.SplineTransformer().fit(x),
                       lambda: preprocessing.LabelBinarizer().fit(y), lambda: preprocessing.MultiLabelBinarizer().fit([[1], [2]]), lambda: preprocessing.TargetEncoder(cv=2).fit([["a"], ["b"]] * 10, [0, 1] * 10), lambda: feature_extraction.text.TfidfVectorizer().fit(["a bb", "cc"]), lambda: feature_extraction.text.CountVectorizer(ngram_range=(1, 2)).fit(["aa bb", "cc"]),
                       lambda: feature_extraction.text.HashingVectorizer(), lambda: feature_extraction.DictVectorizer().fit([{"a": 1}]), lambda: feature_extraction.FeatureHasher(), lambda: ensemble.StackingClassifier([("a", tree.DecisionTreeClassifier())]).fit(x, y), lambda: ensemble.VotingRegressor([("a", tree.DecisionTreeRegressor())]).fit(x, y))
    import sklearn.datasets
    yield from attempt(lambda: sklearn.datasets.load_iris(), lambda: sklearn.utils.Bunch(a=1), lambda: tree.DecisionTreeClassifier().fit(x, y).tree_)


def boosting():
    import numpy as np

    x = np.random.RandomState(0).rand(30, 3)
    y = (x[:, 0] > 0.5).astype(int)
    try:
        import xgboost as xgb
        yield from attempt(lambda: xgb.XGBClassifier(n_estimators=2).fit(x, y), lambda: xgb.XGBRegressor(n_estimators=2).fit(x, y), lambda: xgb.XGBRFClassifier(n_estimators=2).fit(x, y), lambda: xgb.XGBRanker(n_estimators=2).fit(x, y, group=[30]),
                           lambda: xgb.train({}, xgb.DMatrix(x, y), 2), lambda: xgb.XGBClassifier(n_estimators=2, callbacks=[xgb.callback.EarlyStopping(1), xgb.callback.EvaluationMonitor(), xgb.callback.LearningRateScheduler([0.1, 0.1])]), lambda: xgb.XGBClassifier(n_estimators=2, callbacks=[xgb.callback.TrainingCheckPoint("x")]))
    except ImportError:
        pass
    try:
        import lightgbm as lgb
        yield from attempt(lambda: lgb.LGBMClassifier(n_estimators=2).fit(x, y), lambda: lgb.LGBMRegressor(n_estimators=2).fit(x, y), lambda: lgb.LGBMRanker(n_estimators=2).fit(x, y, group=[30]), lambda: lgb.train({"verbose": -1}, lgb.Dataset(x, y), 2), lambda: lgb.early_stopping(2), lambda: lgb.log_evaluation())
    except ImportError:
        pass
    try:
        import catboost as cb
        options = dict(iterations=2, verbose=0, allow_writing_files=False)
        yield from attempt(lambda: cb.CatBoostClassifier(**options).fit(x, y), lambda: cb.CatBoostRegressor(**options).fit(x, y), lambda: cb.CatBoostRanker(**options).fit(x, y, group_id=[1] * 30), lambda: cb.CatBoost(options).fit(x, y), lambda: cb.CatBoostClassifier())
    except ImportError:
        pass


class Colour(enum.Enum):
    RED = 1


def omegaconf():
    from dataclasses import dataclass
    from omegaconf import MISSING, OmegaConf

    @dataclass
    class Options:
        a: int = 1
        b: float = 1.0
        c: str = "x"
        d: bool = True
        e: typing.Any = None
        f: typing.List[int] = MISSING
        g: typing.Dict[str, int] = MISSING
        h: typing.Optional[int] = None
        i: pathlib.Path = pathlib.Path("x")
        j: bytes = b"x"
        k: typing.Union[int, str] = 1
        l: typing.Tuple[int, ...] = (1,)

    structured = OmegaConf.structured(Options)
    yield OmegaConf.create({"a": 1, "b": [1, 2.0, "x", None, True], "c": {"d": "${a}"}, "e": b"x", "f": pathlib.Path("x")})
    yield OmegaConf.create([1, [2]])
    yield from attempt(lambda: OmegaConf.to_container(structured), lambda: [getattr(structured, name) for name in "abcde"], lambda: structured._get_node("a"), lambda: structured._get_node("b"), lambda: structured._get_node("c"), lambda: structured._get_node("d"),
                       lambda: structured._get_node("i"), lambda: structured._get_node("j"), lambda: OmegaConf.create({"a": "???"}), lambda: OmegaConf.create({"a": (1, 2)}))
    typed = OmegaConf.create({"x": 1})
    for name in "abcdefghijkl":
        node = structured._get_node(name)
        node._metadata.object_type = node._metadata.object_type if getattr(node._metadata.object_type, "__module__", "") != __name__ else dict
        node._set_parent(None)
        yield node


def torch():
    import torch
    from torch import nn

    layer = nn.Linear(2, 2)
    for kind in vars(nn).values():
        if isinstance(kind, type) and issubclass(kind, nn.Module):
            yield from attempt(lambda: kind(), lambda: kind(2), lambda: kind(2, 2), lambda: kind(2, 2, 2), lambda: kind([layer]), lambda: kind({"a": layer}), lambda: kind(layer, 1), lambda: kind(0.5, 0.5), lambda: kind([2]))
    for kind in vars(torch.optim).values():
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer):
            yield from attempt(lambda: kind(layer.parameters(), lr=0.1), lambda: kind(layer.parameters()))
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for kind in vars(torch.optim.lr_scheduler).values():
        if isinstance(kind, type) and issubclass(kind, torch.optim.lr_scheduler.LRScheduler):
            yield from attempt(lambda: kind(optimizer), lambda: kind(optimizer, 2), lambda: kind(optimizer, [2]), lambda: kind(optimizer, 0.5), lambda: kind(optimizer, 0.1, 10))
    for activation in ("relu", "gelu"):
        yield from attempt(lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1, 2, activation=activation), 1), lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(2, 1, 2, activation=activation), 1), lambda: nn.Transformer(2, 1, 1, 1, 2, activation=activation))
    functions = nn.functional
    yield [function for function in vars(functions).values() if callable(function) and getattr(function, "__module__", None) in ("torch.nn.functional", "torch._C._nn")]
    yield [torch.relu, torch.tanh, torch.sigmoid, torch.softmax, torch.sin, torch.cos, torch.exp, torch.log, torch.sqrt, torch.abs, torch.mean, torch.sum, torch.nn.functional.relu, torch.nn.functional.gelu, torch.nn.init.xavier_uniform_, torch.nn.init.kaiming_normal_, torch.Tensor.relu] + [torch.erf]
    weight_norm = getattr(nn.utils, "weight_norm", None)
    yield from attempt(lambda: weight_norm(nn.Linear(2, 2)), lambda: nn.utils.spectral_norm(nn.Linear(2, 2)), lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)), lambda: nn.utils.prune.l1_unstructured(nn.Linear(2, 2), "weight", 1))
    yield [torch.__version__, torch.device("cpu"), torch.Size([1]), torch.float32, torch.strided, torch.channels_last, torch.finfo(torch.float32), torch.Generator()]
    yield from attempt(lambda: torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(2, 2), nn.LSTM(2, 2)), {nn.Linear, nn.LSTM}), lambda: torch.ao.quantization.default_qconfig, lambda: torch.ao.quantization.prepare(nn.Sequential(torch.ao.quantization.QuantStub(), nn.Linear(2, 2))),
                       lambda: torch.ao.quantization.get_default_qconfig("fbgemm"), lambda: torch.ao.nn.quantized.Linear(2, 2), lambda: torch.ao.nn.quantized.Conv2d(2, 2, 1), lambda: torch.ao.quantization.get_default_qat_qconfig("fbgemm"))
    yield from attempt(lambda: torch.optim.swa_utils.AveragedModel(layer), lambda: torch.distributions.Normal(0.0, 1.0), lambda: torch.distributions.Categorical(torch.ones(3)), lambda: torch.utils.data.TensorDataset(torch.ones(2)), lambda: torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2))),
                       lambda: torch.utils.data.Subset(torch.utils.data.TensorDataset(torch.ones(2)), [0]))


def training_args():
    import transformers
    from transformers import GenerationConfig, Seq2SeqTrainingArguments, TrainingArguments

    yield from attempt(lambda: TrainingArguments("x", use_cpu=True, report_to=[]), lambda: Seq2SeqTrainingArguments("x", use_cpu=True, report_to=[], generation_config=GenerationConfig()), lambda: TrainingArguments("x", use_cpu=True, report_to=[], lr_scheduler_type="cosine", optim="adafactor", eval_strategy="epoch"),
                       lambda: GenerationConfig(), lambda: GenerationConfig(cache_implementation="static"), lambda: transformers.generation.WatermarkingConfig())
    from transformers import trainer_utils
    yield from attempt(lambda: trainer_utils.EvalPrediction([1], [2]), lambda: trainer_utils.PredictionOutput(1, 2, {}), lambda: trainer_utils.TrainOutput(1, 2.0, {}), lambda: trainer_utils.BestRun("a", 1.0, {}), lambda: transformers.TrainerState(), lambda: transformers.trainer_callback.TrainerControl(), lambda: trainer_utils.EvalLoopOutput(1, 2, {}, 3))


def lightning():
    import pytorch_lightning
    import lightning.pytorch

    for package in (lightning.pytorch, pytorch_lightning):
        callbacks = package.callbacks
        yield from attempt(*(lambda kind=kind: kind() for kind in vars(callbacks).values() if isinstance(kind, type)), lambda: callbacks.EarlyStopping("loss"), lambda: callbacks.ModelCheckpoint("x", monitor="loss"), lambda: callbacks.StochasticWeightAveraging(0.1))
        yield package.utilities.parsing.AttributeDict(a=1)
        yield [package.LightningModule, package.LightningDataModule]
        yield from attempt(lambda: package.LightningModule(), lambda: package.trainer.states.TrainerFn.FITTING, lambda: package.trainer.states.RunningStage.TRAINING, lambda: package.trainer.states.TrainerState())
    import torchmetrics
    yield from attempt(lambda: torchmetrics.MeanMetric(), lambda: torchmetrics.Accuracy(task="multiclass", num_classes=3), lambda: torchmetrics.MetricCollection([torchmetrics.MeanMetric()]), lambda: torchmetrics.F1Score(task="binary"))


def torchvision():
    import torch
    import torchvision
    from torchvision import transforms

    for name in ("resnet18", "squeezenet1_0", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "densenet121", "efficientnet_b0", "regnet_y_400mf", "mnasnet0_5", "googlenet", "swin_t"):
        yield from attempt(lambda: torchvision.models.get_model(name, weights=None))
    yield from attempt(lambda: torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None), lambda: torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None))
    yield from attempt(lambda: torchvision.tv_tensors.Image(torch.ones(3, 2, 2)), lambda: torchvision.tv_tensors.Mask(torch.ones(2, 2)), lambda: torchvision.tv_tensors.Video(torch.ones(1, 3, 2, 2)), lambda: torchvision.tv_tensors.BoundingBoxes([[0, 0, 1, 1]], format="XYXY", canvas_size=(2, 2)), lambda: torchvision.tv_tensors.KeyPoints([[0, 0]], canvas_size=(2, 2)))
    yield transforms.Compose([transforms.Resize(2), transforms.ToTensor(), transforms.Normalize([0.5], [0.5]), transforms.RandomApply([transforms.RandomHorizontalFlip()]), transforms.ColorJitter(), transforms.CenterCrop(2)])
    yield from attempt(lambda: torchvision.models.ResNet18_Weights.DEFAULT, lambda: torchvision.models.ResNet18_Weights.DEFAULT.value, lambda: torchvision.models.ResNet18_Weights.DEFAULT.transforms(), lambda: torchvision.transforms.v2.Compose([torchvision.transforms.v2.Resize(2)]))


def timm():
    import timm

    for name in ("resnet18", "vit_tiny_patch16_224", "efficientnet_b0", "mobilenetv3_small_050", "convnext_atto", "swin_tiny_patch4_window7_224", "regnety_002", "deit_tiny_patch16_224", "mixer_s32_224", "ghostnet_050", "densenet121", "resmlp_12_224", "levit_128s", "mobilevit_xxs", "poolformer_s12", "hrnet_w18_small", "eva02_tiny_patch14_224"):
        yield from attempt(lambda: timm.create_model(name))
    yield from attempt(lambda: timm.create_model("resnet18", features_only=True), lambda: timm.create_model("resnet18").default_cfg, lambda: timm.create_model("resnet18").pretrained_cfg)


def sentence_transformers():
    import sentence_transformers
    from sentence_transformers import models
    from transformers import BertConfig, BertModel

    yield from attempt(lambda: models.Pooling(4), lambda: models.Dense(2, 2), lambda: models.Normalize(), lambda: models.LayerNorm(2), lambda: models.Dropout(), lambda: models.CNN(2), lambda: models.LSTM(2, 2), lambda: models.BoW(["a"]), lambda: models.WeightedLayerPooling(4),
                       lambda: sentence_transformers.SentenceTransformer(modules=[models.Pooling(4), models.Normalize()]), lambda: BertModel(BertConfig(hidden_size=4, num_attention_heads=1, num_hidden_layers=1, intermediate_size=4, vocab_size=9)), lambda: BertConfig())


def spacy():
    import spacy
    from spacy.tokens import Doc, DocBin, Span

    nlp = spacy.blank("en")
    doc = nlp("a b.")
    yield from attempt(lambda: doc, lambda: nlp.vocab, lambda: nlp.vocab.strings, lambda: nlp.tokenizer, lambda: nlp, lambda: doc.to_array(["ORTH"]), lambda: nlp.vocab.lookups, lambda: nlp.vocab.vectors, lambda: spacy.lookups.Table({"a": "b"}), lambda: nlp.vocab.morphology, lambda: spacy.training.Example.from_dict(doc, {}))
    nlp.add_pipe("sentencizer")
    yield from attempt(lambda: nlp.get_pipe("sentencizer"), lambda: nlp.add_pipe("entity_ruler"), lambda: nlp.add_pipe("textcat"), lambda: nlp.add_pipe("tagger"), lambda: spacy.matcher.Matcher(nlp.vocab), lambda: spacy.matcher.PhraseMatcher(nlp.vocab))


def statsmodels():
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm
    import statsmodels.formula.api as smf
    from statsmodels.tsa.api import AutoReg, ARIMA, ExponentialSmoothing, SARIMAX, VAR, SimpleExpSmoothing, Holt

    rng = np.random.RandomState(0)
    x = sm.add_constant(rng.rand(40, 2))
    y = x @ [1, 2, 3] + rng.rand(40)
    b = (rng.rand(40) > 0.5).astype(int)
    frame = pd.DataFrame({"y": y, "x": x[:, 1], "b": b})
    series = pd.Series(y, index=pd.date_range("2020-01-01", periods=40, freq="MS"))
    quiet = dict(disp=0)
    yield from attempt(lambda: sm.OLS(y, x).fit(), lambda: sm.OLS(frame["y"], sm.add_constant(frame["x"])).fit(), lambda: sm.WLS(y, x).fit(), lambda: sm.GLS(y, x).fit(), lambda: sm.GLSAR(y, x).fit(), lambda: sm.RLM(y, x).fit(), lambda: sm.QuantReg(y, x).fit(),
                       lambda: sm.Logit(b, x).fit(**quiet), lambda: sm.Probit(b, x).fit(**quiet), lambda: sm.MNLogit(b, x).fit(**quiet), lambda: sm.Poisson(b, x).fit(**quiet), lambda: sm.NegativeBinomial(b, x).fit(**quiet), lambda: sm.GLM(b, x, family=sm.families.Binomial()).fit(),
                       lambda: sm.GLM(y, x, family=sm.families.Gaussian()).fit(), lambda: sm.GLM(y, x, family=sm.families.Gamma(sm.families.links.Log())).fit(), lambda: sm.GLM(b, x, family=sm.families.Poisson()).fit(), lambda: AutoReg(series, 1).fit(), lambda: ARIMA(series, order=(1, 0, 0)).fit(), lambda: ARIMA(y, order=(1, 1, 1)).fit(),
                       lambda: ExponentialSmoothing(series, trend="add").fit(), lambda: SimpleExpSmoothing(series).fit(), lambda: Holt(series).fit(), lambda: SARIMAX(series, order=(1, 0, 0), seasonal_order=(1, 0, 0, 12)).fit(**quiet), lambda: VAR(frame[["y", "x"]]).fit(1), lambda: smf.mixedlm("y ~ x", frame, groups=frame["b"]).fit(),
                       lambda: sm.tsa.STL(series).fit(), lambda: sm.tsa.seasonal_decompose(series), lambda: sm.nonparametric.KDEUnivariate(y), lambda: sm.tsa.UnobservedComponents(series, "local level").fit(**quiet), lambda: sm.PHReg(y, x).fit(), lambda: sm.GEE(y, x, b).fit(), lambda: sm.OrderedModel(b, x[:, 1:]).fit(**quiet))


def torchao():
    import copy
    import torch
    from torchao import quantization

    base = torch.nn.Sequential(torch.nn.Linear(64, 64, dtype=torch.bfloat16))
    for name in ("Int8WeightOnlyConfig", "Int8DynamicActivationInt8WeightConfig", "Int8DynamicActivationInt4WeightConfig", "Int4WeightOnlyConfig", "Float8WeightOnlyConfig", "Float8DynamicActivationFloat8WeightConfig", "UIntXWeightOnlyConfig", "IntxWeightOnlyConfig", "FPXWeightOnlyConfig", "Int8DynamicActivationIntxWeightConfig", "GemliteUIntXWeightOnlyConfig"):
        def quantized():
            model = copy.deepcopy(base)
            quantization.quantize_(model, getattr(quantization, name)())
            return model.state_dict()
        yield from attempt(quantized)


def ultralytics():
    import pathlib as paths
    import ultralytics
    from ultralytics.nn import tasks

    folder = paths.Path(ultralytics.__file__).parent / "cfg/models"
    for name in ("11/yolo11.yaml", "11/yolo11-seg.yaml", "11/yolo11-pose.yaml", "11/yolo11-cls.yaml", "11/yolo11-obb.yaml", "v8/yolov8.yaml", "v9/yolov9t.yaml", "v9/yolov9c.yaml", "v10/yolov10n.yaml", "12/yolo12.yaml", "v3/yolov3.yaml", "v5/yolov5.yaml", "v6/yolov6.yaml", "v8/yolov8-world.yaml", "rt-detr/rtdetr-l.yaml", "v8/yolov8-cls.yaml", "26/yolo26.yaml", "11/yoloe-11.yaml"):
        kind = tasks.SegmentationModel if "-seg" in name else tasks.PoseModel if "-pose" in name else tasks.ClassificationModel if "-cls" in name else tasks.OBBModel if "-obb" in name else tasks.WorldModel if "-world" in name else tasks.RTDETRDetectionModel if "rt-detr" in name else tasks.DetectionModel
        if "yoloe" in name:
            kind = tasks.YOLOEModel
        yield from attempt(lambda: kind(str(folder / name), verbose=False))
    yield from attempt(lambda: ultralytics.utils.DEFAULT_CFG, lambda: ultralytics.utils.IterableSimpleNamespace(a=1))


WRITERS = {writer.__name__: writer for writer in (stdlib, numpy, scipy, pandas, sklearn, boosting, omegaconf, torch, training_args, lightning,
                                                  torchvision, timm, sentence_transformers, spacy, statsmodels, torchao, ultralytics)}

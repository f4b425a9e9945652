//! JOB: joblib and numpy.

use crate::catalogue::assemble::compression::{
    bz2, gzip, lz4, lzma, xz, zfile, zlib, zlib_at, zstd,
};
use crate::catalogue::assemble::joblib::{Stream, Wrapper, doubles, two_arrays};
use crate::catalogue::assemble::numpy::{self, npy, npy_with_header, npz, structured};
use crate::catalogue::assemble::zip::{stored, zip};
use crate::catalogue::assemble::*;
use crate::catalogue::verdict::{Case, check, fails, passes};

const DENIED: &[&str] = &["denied-global"];

/// Opcodes of the canary, and its result dropped.
fn hit() -> Vec<u8> {
    join(&[&canary(), b"0"])
}

/// A stream of one array that a wrapper describes, and the canary behind it.
fn then_hit(wrapper: &Wrapper, data: &[u8]) -> Vec<u8> {
    Stream::unframed().array(wrapper, data).opcodes(&hit()).end()
}

#[test]
fn compressions() {
    let hidden = evil();
    let packers: [(&'static str, Pack); 8] = [
        ("zlib", zlib),
        ("gzip", gzip),
        ("bz2", bz2),
        ("xz", xz),
        ("lzma", lzma),
        ("lz4", lz4),
        ("zstd", zstd),
        ("zfile", zfile),
    ];
    let mut cases: Vec<Case> = vec![fails("JOB-001", "model.joblib", zlib(&evil()), DENIED)];
    let names =
        ["model.joblib", "model.pkl", "model.dat", "model", "model.bin", "model.gz", "a.json"];
    for (id, pack) in packers {
        for name in names {
            cases.push(fails(id, name, pack(&evil()), DENIED));
        }
        // The data goes on behind what the first stream holds.
        cases.push(fails(id, "two.joblib", join(&[&pack(b""), &pack(&hidden)]), &[]));
        cases.push(passes(id, "clean.joblib", pack(&two_arrays(Stream::framed()))));
    }
    for level in [1, 5, 6, 9] {
        cases.push(fails("JOB-001 level", "model.joblib", zlib_at(&evil(), level), DENIED));
    }
    // The first stream ends in the middle of the pickle.
    let (front, back) = hidden.split_at(5);
    for (id, pack) in [packers[0], packers[1], packers[2], packers[3], packers[5]] {
        cases.push(fails(id, "split.joblib", join(&[&pack(front), &pack(back)]), DENIED));
    }
    for (id, pack) in [packers[0], packers[1], packers[2], packers[3], packers[5]] {
        let benign = protocol2(b"N");
        cases.push(fails(id, "second.joblib", join(&[&pack(&benign), &pack(&evil())]), DENIED));
    }
    cases.push(fails(
        "JOB-003",
        "m.joblib",
        join(&[&zlib(&protocol2(b"N")), &zlib(&evil())]),
        DENIED,
    ));
    cases.push(fails(
        "JOB-004",
        "m.joblib",
        join(&[b"ZF0x1c               ", &zlib(&evil())]),
        DENIED,
    ));
    check(cases);
}

#[test]
fn arrays_between_opcodes() {
    let wrapper = Wrapper::new("f8", 2);
    let fake = {
        // All of the array's bytes look like a pickle that stops.
        let mut bytes = protocol2(b"N");
        bytes.resize(16, b'.');
        bytes
    };
    let padding = |padding: &[u8]| {
        let length = u8::try_from(padding.len()).unwrap();
        Stream::unframed()
            .opcodes(&wrapper.opcodes())
            .raw(&join(&[&[length], padding, &doubles(2)]))
            .end()
    };
    let aligned =
        |alignment: &[u8]| Wrapper { alignment: Some(alignment.to_vec()), ..wrapper.clone() };
    let leftover = {
        // A frame that goes on behind the wrapper's BUILD.
        let opcodes = join(&[&wrapper.opcodes(), b"0", &canary()]);
        let framed = join(&[b"\x80\x04", &frame(opcodes.len() as u64), &opcodes]);
        join(&[&framed, b"\x01\xff", &doubles(2), b"."])
    };
    check(vec![
        fails(
            "JOB-005a",
            "m.joblib",
            protocol2(&join(&[
                b"cjoblib.numpy_pickle_compat\nNDArrayWrapper\n)\x81}(X\x08\0\0\0filename",
                &unicode("../../evil.npy"),
                b"X\x08\0\0\0subclasscnumpy\nndarray\nub",
            ])),
            &[],
        ),
        fails(
            "JOB-005b",
            "m.joblib",
            protocol2(&join(&[
                b"cjoblib.numpy_pickle\nZNDArrayWrapper\n)\x81}(X\x08\0\0\0filename",
                &unicode("m_01.npy.z"),
                b"ub",
            ])),
            &[],
        ),
        fails("JOB-006a", "m.joblib", padding(&[0xff; 0x2e]), &["divergent-stream"]),
        fails("JOB-006b", "m.joblib", padding(b"cos\ngetpid\n)R."), &["divergent-stream"]),
        fails("JOB-006c", "m.joblib", padding(&[]), &["divergent-stream"]),
        passes("JOB-007a", "m.joblib", Stream::unframed().array(&wrapper, &fake).end()),
        passes(
            "JOB-007b",
            "m.joblib",
            Stream::framed().opcodes(b"](").array(&wrapper, &fake).opcodes(b"K\x01e").end(),
        ),
        fails("JOB-007c", "m.joblib", then_hit(&wrapper, &fake), DENIED),
        fails("JOB-008a", "m.joblib", then_hit(&wrapper, &doubles(2)), DENIED),
        fails("JOB-008b", "m.joblib", join(&[&two_arrays(Stream::framed()), &evil()]), DENIED),
        fails(
            "JOB-008c",
            "m.joblib",
            zlib(&Stream::framed().array(&wrapper, &doubles(2)).opcodes(&hit()).end()),
            DENIED,
        ),
        fails("JOB-009", "m.joblib", leftover, &["divergent-stream"]),
        passes(
            "JOB-010a",
            "m.joblib",
            Stream::unframed()
                .opcodes(b"](")
                .array(&Wrapper { alignment: None, ..wrapper.clone() }, &fake)
                .opcodes(b"e")
                .end(),
        ),
        fails(
            "JOB-010b",
            "m.joblib",
            then_hit(&Wrapper { alignment: None, ..wrapper.clone() }, &fake),
            DENIED,
        ),
        fails("JOB-011a", "m.joblib", then_hit(&aligned(b"N"), &fake), DENIED),
        fails("JOB-011b", "m.joblib", then_hit(&aligned(b"K\x40"), &fake), DENIED),
        fails("JOB-011c", "m.joblib", then_hit(&aligned(b"J\xff\xff\xff\x7f"), &fake), DENIED),
        passes("JOB-011d", "m.joblib", Stream::unframed().array(&aligned(b"N"), &fake).end()),
        passes("JOB-011e", "m.joblib", Stream::unframed().array(&aligned(b"K\x10"), &fake).end()),
    ]);
}

#[test]
fn dtypes_and_shapes() {
    let bare =
        |dtype: Vec<u8>, shape: &[u8]| Wrapper { shape: shape.to_vec(), dtype, alignment: None };
    let objects = |dtype: Vec<u8>, content: &[u8]| {
        Stream::unframed().opcodes(&bare(dtype, b"K\x01\x85").opcodes()).raw(content).end()
    };
    let huge = b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x87";
    let benign = protocol2(b"]K\x01a");
    check(vec![
        fails("JOB-012a", "m.joblib", objects(numpy::dtype("O8"), &evil()), DENIED),
        fails(
            "JOB-012b",
            "m.joblib",
            join(&[&objects(numpy::dtype("O8"), &protocol2(b"]K\x01a"))[..], &evil()]),
            DENIED,
        ),
        passes("JOB-012c", "m.joblib", objects(numpy::dtype("O8"), &benign)),
        fails("JOB-013a", "m.joblib", objects(structured("O8"), &evil()), DENIED),
        fails(
            "JOB-013b",
            "m.joblib",
            then_hit(&bare(structured("f8"), b"K\x01\x85"), &[b'.'; 16]),
            DENIED,
        ),
        passes(
            "JOB-013c",
            "m.joblib",
            Stream::unframed().array(&bare(structured("f8"), b"K\x01\x85"), &[b'.'; 16]).end(),
        ),
        fails(
            "JOB-014a",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), huge), b""),
            &["divergent-stream"],
        ),
        fails(
            "JOB-014b",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), b"J\xff\xff\xff\xff\x85"), b""),
            &["divergent-stream"],
        ),
        fails(
            "JOB-014c",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), b"J\xff\xff\xff\x7f\x85"), b""),
            &["malformed-file"],
        ),
        fails(
            "JOB-014d",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), &join(&[huge, b"0K\0K\x05\x86"])), b""),
            DENIED,
        ),
        fails(
            "JOB-014e",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), b")"), &doubles(1)),
            DENIED,
        ),
        fails(
            "JOB-015a",
            "m.joblib",
            then_hit(&bare(numpy::dtype("f8"), b"c__builtin__\ntuple\n(K\x01lo"), &doubles(1)),
            &["malformed-file"],
        ),
        fails(
            "JOB-015b",
            "m.joblib",
            then_hit(
                &bare(b"cnumpy\ndtype\nccollections\nOrderedDict\n)R\x85R".to_vec(), b"K\x01\x85"),
                b"",
            ),
            &["divergent-stream"],
        ),
        fails("JOB-015c", "m.joblib", then_hit(&bare(numpy::dtype("w8"), b"K\x01\x85"), b""), &[]),
    ]);
}

/// `numpy.dtype(name, False, True)` with another item size and flags than its name has.
fn lying(name: &str, size: &[u8], flags: u8) -> Vec<u8> {
    join(&[
        b"cnumpy\ndtype\n",
        &unicode(name),
        b"\x89\x88\x87R(K\x03X\x01\0\0\0|NNN",
        size,
        b"J\xff\xff\xff\xffK",
        &[flags],
        b"tb",
    ])
}

#[test]
fn what_makes_joblib_skip_another_length() {
    const DIVERGENT: &[&str] = &["denied-global", "divergent-stream"];
    const MINUS_ONE: &[u8] = b"J\xff\xff\xff\xff";
    let wrapper = Wrapper { alignment: None, ..Wrapper::new("u1", 8) };
    let with = |dtype: Vec<u8>| Wrapper { dtype, ..wrapper.clone() };
    // Where a reader that skips eight bytes sees nothing, one that skips none or one sees a call.
    let hidden = join(&[&canary(), b"0N."]);
    let then = |wrapper: &Wrapper, data: &[u8]| {
        Stream::unframed().opcodes(&wrapper.opcodes()).raw(data).opcodes(b"0N").end()
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let mut opcodes = wrapper.opcodes();
        let at = opcodes.windows(from.len()).position(|window| window == from).unwrap();
        opcodes.splice(at..at + from.len(), to.iter().copied());
        Stream::unframed().opcodes(&opcodes).raw(&hidden).end()
    };
    let nested = join(&[b"\x80\x03", &canary(), b"."]);
    let in_objects = Wrapper { dtype: numpy::dtype("O8"), ..Wrapper::new("O8", 1) };
    let long = u8::try_from(hidden.len()).unwrap();
    check(vec![
        fails("JOB-030a", "m.joblib", then(&with(lying("u1", MINUS_ONE, 0x3f)), &nested), DIVERGENT),
        fails("JOB-030b", "m.joblib", then(&with(lying("u1", MINUS_ONE, 1)), &nested), DIVERGENT),
        fails("JOB-031a", "m.joblib", then(&with(lying("u1", &[b'K', long], 0)), &hidden), DIVERGENT),
        fails("JOB-031b", "m.joblib", then(&with(lying("V1", b"K\0", 0)), &hidden), DIVERGENT),
        fails("JOB-031c", "m.joblib", then(&with(lying("O8", MINUS_ONE, 0)), &hidden), DIVERGENT),
        fails(
            "JOB-032",
            "m.joblib",
            replaced(&unicode("order"), &join(&[b"C\x05shapeK\0\x85", &unicode("order")])),
            DIVERGENT,
        ),
        fails(
            "JOB-033a",
            "m.joblib",
            replaced(
                b"NumpyArrayWrapper\n)\x81}(",
                b"NumpyArrayWrapper\n(cnumpy\nndarray\nK\x08\x85X\x01\0\0\0CNtR}(",
            ),
            DIVERGENT,
        ),
        fails(
            "JOB-033b",
            "m.joblib",
            replaced(b"NumpyArrayWrapper\n)\x81}(", b"NumpyArrayWrapper\n)R}("),
            DIVERGENT,
        ),
        fails(
            "JOB-034",
            "m.joblib",
            replaced(
                b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(",
                b"csklearn.tree._tree\nnewObj\ncjoblib.numpy_pickle\nNumpyArrayWrapper\n\x85R}(",
            ),
            DIVERGENT,
        ),
        // A second BUILD is of the array, behind which joblib reads none.
        fails(
            "JOB-035",
            "m.joblib",
            Stream::unframed().array(&wrapper, b"12345678").opcodes(b"}b").raw(&hidden).end(),
            &["divergent-stream"],
        ),
        // Arrays of objects are loaded by plain `pickle.load`.
        fails(
            "JOB-036",
            "m.joblib",
            Stream::unframed()
                .opcodes(&Wrapper { alignment: None, ..in_objects }.opcodes())
                .raw(&join(&[b"\x80\x03", &wrapper.opcodes(), &hidden]))
                .opcodes(b"0N")
                .end(),
            DIVERGENT,
        ),
        // `pickle.load` skips nothing: what joblib takes for numbers is its program.
        fails(
            "JOB-037",
            "m.pkl",
            Stream::unframed()
                .array(&Wrapper { shape: vec![b'K', long, 0x85], ..wrapper.clone() }, &hidden)
                .end(),
            &["divergent-stream"],
        ),
        fails(
            "JOB-038a",
            "m.pkl",
            protocol2(&join(&[
                b"cnumpy.core.numeric\n_frombuffer\n(C\x08AAAAAAA\0",
                &lying("O8", MINUS_ONE, 0),
                b"K\x01\x85X\x01\0\0\0CtR",
            ])),
            &["unsafe-state"],
        ),
        fails(
            "JOB-038b",
            "m.pkl",
            protocol2(&join(&[
                b"cnumpy.core.multiarray\nscalar\n",
                &lying("O8", MINUS_ONE, 0),
                b"C\x08AAAAAAA\0\x86R",
            ])),
            &["unsafe-state"],
        ),
        fails(
            "JOB-038c",
            "m.pkl",
            protocol2(&join(&[
                b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87R(K\x01K\x01\x85",
                &lying("V8", b"K\x08", 1),
                b"\x89C\x08AAAAAAA\0tb",
            ])),
            &["unsafe-state"],
        ),
        fails("JOB-038d", "m.pkl", protocol2(&lying("|O", MINUS_ONE, 0)), &["unsafe-state"]),
        fails("JOB-038e", "m.pkl", protocol2(&lying("object", MINUS_ONE, 0)), &["unsafe-state"]),
        fails(
            "JOB-038f",
            "m.pkl",
            protocol2(&join(&[&numpy::dtype("f8"), b"(K\x03X\x01\0\0\0|NNNK\x08K\x01K\x3ftb"])),
            &["unsafe-state"],
        ),
    ]);
}

#[test]
fn bombs() {
    let zeros = vec![0_u8; 16 << 20];
    let wrapper = Wrapper { shape: b"J\0\0\0\x40\x85".to_vec(), ..Wrapper::new("u1", 0) };
    let head = Stream::unframed().array(&wrapper, b"").end();
    let head = &head[..head.len() - 1];
    let mut cases = Vec::new();
    let packers: [(&'static str, Pack); 5] = [
        ("JOB-016 xz", xz),
        ("JOB-016 zlib", zlib),
        ("JOB-016 gzip", gzip),
        ("JOB-016 bz2", bz2),
        ("JOB-016 lz4", lz4),
    ];
    for (id, pack) in packers {
        let mut bytes = pack(head);
        let piece = pack(&zeros);
        for _ in 0..24 {
            bytes.extend_from_slice(&piece);
        }
        cases.push(fails(id, "m.joblib", bytes, &["budget-exhausted"]));
    }
    check(cases);
}

#[test]
fn npy_and_npz() {
    let f8 = |count: u8| npy(1, "'<f8'", &format!("({count},)"), &doubles(count));
    let object = |content: &[u8]| npy(1, "'|O'", "(1,)", content);
    let header = |header: &str| npy_with_header(1, header, &doubles(2));
    let wide = format!(
        "{{'descr': '<f8', 'fortran_order': False, 'shape': (2,), {}}}",
        " ".repeat(10 << 20)
    );
    let mut cases = vec![
        fails("JOB-017a", "x.npy", object(&evil()), DENIED),
        fails("JOB-017b", "x.npy", npy(1, "[('a', '<f8'), ('b', '|O')]", "(1,)", &evil()), DENIED),
        fails(
            "JOB-017c",
            "x.npy",
            npy(1, "[('a', [('b', [('c', '|O', (2,))])])]", "(1,)", &evil()),
            DENIED,
        ),
        passes("JOB-017d", "x.npy", object(&protocol2(b"]K\x01a"))),
        fails("JOB-018a", "x.npy", evil(), &["denied-global", "format-mismatch"]),
        fails("JOB-018b", "x.npz", evil(), &["denied-global", "format-mismatch"]),
        fails("JOB-019a", "x.npz", npz(&[("a.npy", &f8(2)), ("b.npy", &object(&evil()))]), DENIED),
        fails("JOB-019b", "x.npz", npz(&[("a.npy", &evil())]), DENIED),
        fails("JOB-019c", "x.npz", npz(&[("a.npy", &f8(2)), ("note.txt", &evil())]), DENIED),
        fails("JOB-020a", "x.npz", bz2(&evil()), &["denied-global", "format-mismatch"]),
        fails("JOB-020b", "x.mlmodel", npz(&[("a.npy", &object(&evil()))]), DENIED),
        fails("JOB-020c", "x.npz", zip(&[stored("a.npy", &bz2(&evil()))]), DENIED),
        fails("JOB-021a", "x.npy", header("__import__('os').getpid()"), &["malformed-file"]),
        fails(
            "JOB-021b",
            "x.npy",
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (1+1,)}"),
            &["malformed-file"],
        ),
        fails(
            "JOB-021c",
            "x.npy",
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}"),
            &["malformed-file"],
        ),
        fails(
            "JOB-021d",
            "x.npy",
            header("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (2,)}"),
            &["malformed-file"],
        ),
        fails("JOB-021e", "x.npy", npy_with_header(2, &wide, &doubles(2)), &["malformed-file"]),
        passes(
            "JOB-021f",
            "x.npy",
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (2L,)}"),
        ),
        fails(
            "JOB-021g",
            "x.npy",
            header(&format!("{}{}", "(".repeat(5000), ")".repeat(5000))),
            &["malformed-file"],
        ),
        fails("JOB-022a", "x.npy", join(&[&f8(2), &evil()]), DENIED),
        fails("JOB-022b", "x.npy", join(&[&f8(2), b"\xff\xfe\xfd"]), &["malformed-file"]),
        fails("JOB-022c", "x.npy", f8(2)[..f8(2).len() - 1].to_vec(), &["malformed-file"]),
        fails("JOB-022d", "x.npy", join(&[&object(&protocol2(b"N")), &evil()]), DENIED),
    ];
    cases.push(fails(
        "JOB-014f",
        "x.npy",
        npy(1, "'<f8'", "(9223372036854775807, 9223372036854775807)", b""),
        &["malformed-file"],
    ));
    cases.push(fails("JOB-014g", "x.npy", npy(1, "'<f8'", "(-1,)", b""), &["malformed-file"]));
    check(cases);
}

#[test]
fn estimators() {
    let transformer = |function: &[u8]| {
        protocol4(&join(&[
            &stack_global("sklearn.preprocessing._function_transformer", "FunctionTransformer"),
            b")\x81}",
            &text("func"),
            function,
            b"sb",
        ]))
    };
    let tree = {
        // What a forest's trees hold: nodes in a structured array, and a state around it.
        let nodes = Wrapper {
            shape: b"K\x01\x85".to_vec(),
            dtype: structured("f8"),
            ..Wrapper::new("f8", 1)
        };
        Stream::framed()
            .opcodes(&join(&[
                &stack_global("sklearn.ensemble._forest", "RandomForestClassifier"),
                b")\x81}(",
                &text("n_estimators"),
                b"K\x01",
                &text("estimators_"),
                b"](",
                &stack_global("sklearn.tree._classes", "DecisionTreeClassifier"),
                b")\x81}(",
                &text("tree_"),
                &stack_global("sklearn.tree._tree", "Tree"),
                b"K\x01",
            ]))
            .array(&Wrapper::new("i8", 1), &1_i64.to_le_bytes())
            .opcodes(&join(&[b"K\x01\x87R}(", &text("max_depth"), b"K\x01", &text("nodes")]))
            .array(&nodes, &[b'.'; 16])
            .opcodes(&text("values"))
            .array(&Wrapper::new("f8", 2), &doubles(2))
            .opcodes(&join(&[b"ubube", &text("_sklearn_version"), &text("1.5.0"), b"ub"]))
            .end()
    };
    check(vec![
        fails("JOB-023a", "m.pkl", transformer(&stack_global("os", "getpid")), DENIED),
        fails(
            "JOB-023b",
            "m.pkl",
            transformer(&stack_global("mylib", "clean")),
            &["unlisted-global"],
        ),
        passes("JOB-023c", "m.pkl", transformer(b"N")),
        passes("JOB-024", "m.joblib", tree),
    ]);
}

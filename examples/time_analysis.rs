//! throw-away
fn main() {
    for path in std::env::args().skip(1) {
        let bytes = weighstation::base::FileBytes::open(std::path::Path::new(&path)).unwrap();
        let t = std::time::Instant::now();
        let e = weighstation::analyse::analyse_file(&path, &bytes, &weighstation::analyse::NoSiblings, &Default::default());
        let d = t.elapsed().as_secs_f64();
        eprintln!("{path} {:?} {:?} {} facts {:.3}s {:.1} MB/s", e.formats, e.status, e.evidence.len(), d, e.size as f64 / 1e6 / d);
        for p in e.evidence.iter().take(6) { eprintln!("   {:?}", p); }
    }
}

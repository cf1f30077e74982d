//! Every test vector that is kept here.

use std::{fs, path::Path};

use payment_adapters::vectors::{Outcome, read, run};

#[test]
fn every_vector_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let vectors = read(&fs::read_to_string(&path).unwrap()).unwrap();
        for (index, vector) in vectors.iter().enumerate() {
            count += 1;
            if let Outcome::Failed(why) = run(vector) {
                failed.push(format!("{} {index} {}: {why}", path.display(), vector.kind));
            }
        }
    }
    assert!(count > 0, "no vectors");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

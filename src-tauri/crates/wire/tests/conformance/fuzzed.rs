//! What the fuzzer found worth keeping, held to its laws on every run.

use std::fs;
use std::path::Path;

use deskbell_wire::DIALECTS;

use crate::laws;

#[test]
fn what_the_fuzzer_found_breaks_no_law() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fuzz/corpus");
    for dialect in DIALECTS {
        let folder = corpus.join(dialect.name);
        let inputs = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for input in inputs {
            laws::decoding(dialect, &fs::read(input.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0, "{} has no inputs", dialect.name);
    }
}

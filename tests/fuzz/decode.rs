//! The fuzzer's way into `decode`. The dialect comes from the environment, so that one program and one folder of
//! inputs per dialect serve every dialect there is.

#![no_main]

mod laws;

use std::sync::LazyLock;

use deskbell_wire::{Dialect, dialect};
use libfuzzer_sys::fuzz_target;

static DIALECT: LazyLock<&Dialect> = LazyLock::new(|| {
    let name = std::env::var("DESKBELL_DIALECT").unwrap_or_default();
    dialect(&name).unwrap_or_else(|| panic!("DESKBELL_DIALECT names no dialect: {name:?}"))
});

fuzz_target!(|bytes: &[u8]| laws::decoding(&DIALECT, bytes));

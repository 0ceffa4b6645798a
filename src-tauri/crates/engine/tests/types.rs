//! The window's types are generated from the Rust ones, committed, and held to them here.
//! `DESKBELL_BLESS=1 cargo test -p deskbell-engine --test types` writes them anew.

use std::collections::BTreeMap;
use std::path::Path;

use deskbell_engine::command::{Answer, Batch, Command, CommandError};
use ts_rs::{Config, TS, TypeVisitor};

struct Declarations<'a> {
    config: &'a Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(self.config);
        if !self.found.contains_key(&name) {
            let docs = T::docs().map(|docs| format!("{}\n", docs.trim_end())).unwrap_or_default();
            self.found.insert(name, format!("{docs}export {}\n", T::decl(self.config)));
            T::visit_dependencies(self);
        }
    }
}

fn generate() -> String {
    let config = Config::new().with_large_int("number");
    let mut declarations = Declarations { config: &config, found: BTreeMap::new() };
    declarations.visit::<Command>();
    declarations.visit::<Answer>();
    declarations.visit::<CommandError>();
    declarations.visit::<Batch>();
    let body: Vec<String> = declarations.found.into_values().collect();
    format!(
        "// Generated from the Rust types by `cargo test -p deskbell-engine --test types`; not edited by hand.\n\n{}",
        body.join("\n")
    )
}

#[test]
fn the_windows_types_are_those_of_the_engine() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/gen/index.ts");
    let fresh = generate();
    if std::env::var_os("DESKBELL_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == fresh,
        "ui/src/gen/index.ts is not what the Rust types say; write it anew with DESKBELL_BLESS=1"
    );
}

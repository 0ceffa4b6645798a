//! The laws every dialect keeps, held to on all of them.
//!
//! A dialect comes under these laws by its entry in `DIALECTS`; what it needs for that is a [`sample::Sample`]:
//! what its server holds before and after some frames, as data.

#![cfg(test)]

mod ailang;
mod any_bytes;
mod asks;
mod desk;
mod exlab;
mod fuzzed;
mod hyperhive;
mod hyperhive_agent;
#[path = "../../../../../tests/fuzz/laws.rs"]
mod laws;
mod loss;
mod opencode;
mod sample;
mod warren;

use deskbell_wire::DIALECTS;

use crate::sample::Sample;

/// A sample for every dialect there is.
fn samples() -> Vec<Sample> {
    DIALECTS
        .iter()
        .map(|dialect| match dialect.name {
            "ailang" => ailang::sample(),
            "exlab" => exlab::sample(),
            "hyperhive" => hyperhive::sample(),
            "hyperhive-agent" => hyperhive_agent::sample(),
            "opencode" => opencode::sample(),
            "warren" => warren::sample(),
            name => panic!("the dialect {name} has no sample in tests/conformance"),
        })
        .collect()
}

#[test]
fn every_dialect_says_what_it_is() {
    for dialect in DIALECTS {
        assert!(!dialect.name.is_empty() && !dialect.title.is_empty() && !dialect.about.is_empty());
        let (scheme, rest) = dialect.default_url.split_once("://").unwrap();
        assert!(
            matches!(scheme, "http" | "https" | "ws" | "wss") && !rest.ends_with('/'),
            "{}",
            dialect.name
        );
        let port = rest.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
        if let Some(detection) = dialect.detection {
            assert!(detection.path.starts_with('/'), "{}", dialect.name);
            let looked_for = detection.ports.contains(&port) || dialect.state_file.is_some();
            assert!(looked_for, "{} is looked for where it usually is", dialect.name);
        }
        assert!(dialect.settings.iter().all(|setting| !setting.about.is_empty()));
        assert_eq!(deskbell_wire::dialect(dialect.name).map(|found| found.title), Some(dialect.title));
    }
    let mut names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DIALECTS.len(), "a name names one dialect");
}

//! The list of simulators, against the list of dialects.

use std::collections::BTreeSet;

use deskbell_domain::SourceId;
use deskbell_sim::SIMULATORS;
use deskbell_wire::{DIALECTS, dialect};

#[test]
fn every_dialect_has_its_simulator() {
    let spoken: BTreeSet<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    let simulated: BTreeSet<&str> = SIMULATORS.iter().map(|simulator| simulator.dialect).collect();
    assert_eq!(spoken, simulated);
}

#[test]
fn every_simulator_is_set_as_its_dialect_can_be() {
    for simulator in SIMULATORS {
        let dialect = dialect(simulator.dialect).unwrap();
        for (name, _) in simulator.part.settings {
            let known = dialect.settings.iter().any(|setting| setting.name == *name);
            assert!(known, "{} has no setting \"{name}\"", simulator.dialect);
        }
    }
}

#[test]
fn everybody_in_the_demo_has_a_name_of_their_own_and_a_parent_that_plays_too() {
    let names: BTreeSet<SourceId> =
        SIMULATORS.iter().map(|simulator| SourceId::from_name(simulator.part.name)).collect();
    assert_eq!(names.len(), SIMULATORS.len());
    let settings = SIMULATORS.iter().flat_map(|simulator| simulator.part.settings);
    for (_, parent) in settings.filter(|(name, _)| *name == "parent") {
        assert!(names.contains(&SourceId::new(*parent)), "{parent} is nobody");
    }
}

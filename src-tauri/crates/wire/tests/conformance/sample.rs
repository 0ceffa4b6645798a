use deskbell_wire::{Adapter, dialect};

use crate::laws;

/// What a server of one dialect says, as data.
#[derive(Clone, Debug)]
pub struct Sample {
    pub dialect: &'static str,
    /// What it holds before the frames: a path without its query, and the JSON it answers with.
    pub before: Vec<(&'static str, String)>,
    /// What it sends then, in order.
    pub frames: Vec<String>,
    /// What it holds after the frames.
    pub after: Vec<(&'static str, String)>,
    /// Frames that say nothing worth keeping, told by a piece of their text.
    pub quiet: &'static [&'static str],
    /// Who heard when a wait began may know a later deadline than a reading can tell, never an earlier one.
    pub deadlines_are_heard: bool,
}

impl Sample {
    pub fn adapter(&self) -> Box<dyn Adapter> {
        let dialect = dialect(self.dialect).unwrap();
        (dialect.adapter)(&laws::source(dialect)).unwrap()
    }
}

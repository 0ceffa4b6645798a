//! Full-text search over history, in a file of its own beside the database.
//!
//! The index follows behind the intake: a thread of its own ([`indexer`]) reads what was committed and writes it
//! into the index together with how far it came. A search ([`find`]) reads the index and, line by line, what the
//! index does not have yet, so that it is always complete. The index can be thrown away at any time; it is made
//! again from the database.
//!
//! Everything of three letters and more is found anywhere, also inside a word: the index is one of trigrams. What is
//! shorter ("CI", "审批") stands in it as a word of its own (see [`document`]).

mod best;
mod document;
mod excerpt;
mod find;
mod index;
mod indexer;
mod progress;
mod terms;
mod walk;

pub use excerpt::Span;
pub use find::Found;
pub(crate) use find::{Wanted, page};
pub(crate) use index::{Index, NAME, behind};
pub(crate) use indexer::{Follower, Indexer};
pub(crate) use progress::Progress;
pub use terms::Terms;

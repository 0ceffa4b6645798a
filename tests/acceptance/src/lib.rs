//! A working day with each coordinator, the same whatever surface the operator works at: what is asked is answered,
//! the connection is cut, the server restarts, and in the end the operator is shown what the server holds.

mod coordinator;
pub mod coordinators;
mod day;
mod held;
mod patience;
mod surface;

pub use coordinator::{Ask, Coordinator, Filled, Said, Source};
pub use day::work_through;
pub use held::{Held, Screen};
pub use patience::{PATIENCE, eventually, within};
pub use surface::{Row, Surface};

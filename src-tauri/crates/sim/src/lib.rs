//! Simulated coordinators: real servers on real sockets that behave, and misbehave, like the ones they stand
//! for. One folder each. Nothing is kept on disk, and the same seed gives the same world.

pub mod ailang;
mod bus;
mod dice;
pub mod exlab;
pub mod fault;
mod gate;
pub mod hyperhive;
pub mod hyperhive_agent;
pub mod opencode;
mod piece;
mod port;
mod served;
mod serving;
mod simulator;
mod stage;
mod traffic;
pub mod warren;

pub use dice::Dice;
pub use gate::Gate;
pub use hyperhive::{Config, Hyperhive};
pub use piece::{Pace, Piece, Playing};
pub use simulator::{Coordinator, Opened, Opening, Part, SIMULATORS, Setting, Simulator};
pub use stage::Stage;

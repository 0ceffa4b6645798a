//! The operator's work in the real window, against a simulated coordinator.

#![cfg(test)]

mod answering;
mod beginning;
mod days;
mod desk;
mod ending;
mod lacking;
mod keys;
mod notifying;
mod sources;
mod staying;
mod surviving;

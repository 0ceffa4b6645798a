//! The operator's work in the real window, against a simulated coordinator.

#![cfg(test)]

mod answering;
mod approving;
mod beginning;
mod browsing;
mod days;
mod desk;
mod ending;
mod keys;
mod lacking;
mod notifying;
mod sources;
mod staying;
mod surviving;

//! The operator's work in the real window, against a simulated coordinator.

#![cfg(test)]

mod answering;
mod approving;
mod beginning;
mod browsing;
mod days;
mod desk;
mod ending;
mod keeping;
mod keys;
mod lacking;
mod looking_back;
mod notifying;
mod sources;
mod staying;
mod surviving;
mod tasks;

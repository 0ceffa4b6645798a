//! What crosses crates, on real sockets and real files. One binary: it links once.

#![cfg(test)]

mod ailang;
mod bell;
mod cold;
mod desk;
mod detecting;
mod exlab;
mod faults;
mod flooding;
mod hyperhive;
mod hyperhive_agent;
mod kill;
mod offline;
mod opencode;
mod reading;
mod ringing;
mod rooms;
mod scripts;
mod simulators;
mod usage;
mod waiting;
mod warren;

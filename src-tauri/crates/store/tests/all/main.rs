//! The store on real files.
#![allow(clippy::unwrap_used, clippy::panic)] // A test helper fails by panicking.

mod asks;
mod damage;
mod durability;
mod ended;
mod entries;
mod flooding;
mod folder;
mod keeping;
mod paging;
mod record;
mod samples;
mod searching;
mod sources;
mod timeline;
mod trouble;
mod upkeep;

//! The store on real files.

mod asks;
mod damage;
mod durability;
mod entries;
mod folder;
mod paging;
mod samples;
mod sources;
mod trouble;

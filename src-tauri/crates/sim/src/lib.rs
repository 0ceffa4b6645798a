//! Simulated coordinators with fault switches

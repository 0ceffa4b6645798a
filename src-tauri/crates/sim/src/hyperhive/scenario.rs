//! A world that plays by itself.

//! bell, the command line

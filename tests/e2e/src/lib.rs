//! The real window, driven over WebDriver

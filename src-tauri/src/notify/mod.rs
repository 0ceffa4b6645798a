//! Which notifications this desktop has, behind the engine's [`Notifier`](deskbell_engine::Notifier) port.
//!
//! On Linux and the BSDs the freedesktop back end. The plugin speaks the same interface there and checks nobody's
//! word, so it is no fallback: where the one cannot serve the other cannot, and where both can it would be the way
//! around the checks. The feature `plugin-notifications` builds it there all the same, to have its code compiled
//! and tried.

#[cfg(any(feature = "plugin-notifications", not(unix), target_os = "macos"))]
mod board;
#[cfg(not(any(feature = "plugin-notifications", not(unix), target_os = "macos")))]
mod freedesktop;
#[cfg(any(feature = "plugin-notifications", not(unix), target_os = "macos"))]
mod plugin;

#[cfg(not(any(feature = "plugin-notifications", not(unix), target_os = "macos")))]
pub use freedesktop::{DesktopNotifier, equip};
#[cfg(any(feature = "plugin-notifications", not(unix), target_os = "macos"))]
pub use plugin::{DesktopNotifier, equip};
